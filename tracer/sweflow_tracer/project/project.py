"""The project: who it is, which files it has, and what its tests need to run."""

import configparser
import email.parser
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from sweflow_tracer.errors import DirtyTree, NotARepository, RunnerDependency
from sweflow_tracer.project.clone import Clone, read_clone
from sweflow_tracer.project.files import Blobs, FileEntry, list_files, read_blobs, refusal, tree_digest
from sweflow_tracer.project.interpreter import Distribution, Interpreter

EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Project:
    """A repository as the rooms see it.

    ``source`` is the git commit, or the sha256 of the tree where there is none (or it is dirty). ``repo`` is the
    remote's ``owner/name``, else the project's name. ``roots`` are the folders below the root from which the
    project is imported, ``names`` the top-level names there. ``requirements`` are pins of everything else that
    is installed. ``arguments`` go to pytest. ``left_out`` are files that are in no tree (``files.refusal``):
    names that git does not take (``.git`` below the root, and what some file system takes for it), and what is too
    large or too deep.
    """

    repo: str
    source: str
    created_at: str
    version: str
    license: str
    python: str
    folder: str
    roots: tuple[str, ...]
    names: tuple[str, ...]
    plugins: tuple[str, ...]
    requirements: tuple[str, ...]
    arguments: tuple[str, ...]
    files: tuple[FileEntry, ...]
    left_out: tuple[str, ...] = ()

    @property
    def instance_prefix(self) -> str:
        """``owner__name-source8``, to which a step's number is added."""
        return f"{self.repo.replace('/', '__')}-{self.source[:8]}"


def read_project(
    root: Path, interpreter: Interpreter, arguments: tuple[str, ...], *, allow_dirty: bool
) -> tuple[Project, Blobs]:
    """The project at ``root`` and the content of its files.

    Raises NotARepository, CloneNotReadable, DirtyTree and RunnerDependency.
    """
    clone = read_clone(root)
    found = list_files(root, clone) if root.is_dir() else ()
    files = tuple(entry for entry in found if not refusal(root, entry))
    if not any(entry.path.endswith(".py") for entry in files):
        raise NotARepository(root)
    _check_clean(root, clone, allow_dirty=allow_dirty)
    own = tuple(sorted(set(interpreter.names) & set(interpreter.runner)))
    if own:
        raise RunnerDependency(own)
    blobs = read_blobs(root, files)
    facts = _facts({entry.path: blobs[entry.path][1] for entry in files if entry.mode != "120000"})
    distribution = _own_distribution(interpreter, facts.get("name", ""))
    name = facts.get("name") or (distribution.name if distribution else root.resolve().name)
    project = Project(
        repo=_remote(clone) or name,
        source=_source(clone, blobs, files),
        created_at=clone.committed if clone else EPOCH,
        version=distribution.version if distribution else facts.get("version", "0"),
        license=(distribution.license if distribution else "") or facts.get("license", ""),
        python=interpreter.python,
        folder=_folder_name(root),
        roots=interpreter.roots,
        names=interpreter.names,
        plugins=interpreter.plugins,
        requirements=tuple(
            f"{d.name}=={d.version}" for d in interpreter.distributions if not d.own and d is not distribution
        ),
        arguments=arguments,
        files=files,
        left_out=tuple(sorted({entry.path for entry in found} - {entry.path for entry in files})),
    )
    return project, blobs


def keep_loaded(project: Project, blobs: Blobs, modules: tuple[str, ...]) -> tuple[Project, Blobs]:
    """Drop ignored files that no run loaded: the rest belongs to the tree as much as tracked files do."""
    loaded = set(modules)
    files = tuple(entry for entry in project.files if not entry.ignored or entry.path in loaded)
    kept = {entry.path for entry in files}
    return replace(project, files=files), {path: blob for path, blob in blobs.items() if path in kept}


def _check_clean(root: Path, clone: Clone | None, *, allow_dirty: bool) -> None:
    if clone and clone.changes and not allow_dirty:
        raise DirtyTree(root, clone.changes)


def _source(clone: Clone | None, blobs: Blobs, files: tuple[FileEntry, ...]) -> str:
    if clone and not clone.changes:
        return clone.head
    return tree_digest({entry.path: blobs[entry.path] for entry in files if not entry.ignored})


def _remote(clone: Clone | None) -> str:
    match = re.search(r"([\w.-]+)/([\w.-]+?)(?:\.git)?/*$", clone.url if clone else "")
    return f"{match[1]}/{match[2]}" if match else ""


def _folder_name(root: Path) -> str:
    return re.sub(r"[^\w.-]", "_", root.resolve().name) or "project"


def _own_distribution(interpreter: Interpreter, name: str) -> Distribution | None:
    wanted = _normal(name)
    named = [d for d in interpreter.distributions if _normal(d.name) == wanted]
    return next(iter((*named, *(d for d in interpreter.distributions if d.own))), None)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _facts(contents: dict[str, bytes]) -> dict[str, str]:
    """Name, version and licence from PKG-INFO, pyproject.toml or setup.cfg, in this order: files of the tree alone."""
    readers = {"PKG-INFO": _from_pkg_info, "pyproject.toml": _from_pyproject, "setup.cfg": _from_setup_cfg}
    for path, reader in readers.items():
        try:
            facts = reader(contents[path].decode("utf-8")) if path in contents else {}
        except (ValueError, TypeError, AttributeError, RecursionError, configparser.Error):
            continue
        if facts.get("name"):
            return {key: value for key, value in facts.items() if isinstance(value, str) and value}
    return {}


def _from_pkg_info(text: str) -> dict[str, str]:
    message = email.parser.Parser().parsestr(text, headersonly=True)
    licence = message["License-Expression"] or message["License"] or ""
    return {"name": message["Name"] or "", "version": message["Version"] or "", "license": licence}


def _from_pyproject(text: str) -> dict[str, str]:
    table = tomllib.loads(text).get("project", {})
    licence = table.get("license", "")
    licence = licence.get("text", "") if isinstance(licence, dict) else licence
    return {"name": table.get("name", ""), "version": table.get("version", ""), "license": licence}


def _from_setup_cfg(text: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    section = parser["metadata"] if parser.has_section("metadata") else {}
    return {key: section.get(key, "") for key in ("name", "version", "license")}
