"""What of the host's files a target's interpreter needs, and which of them hold the project itself."""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sweflow_tracer.errors import InterpreterNotUsable
from sweflow_tracer.project.project import Project

SYSTEM = tuple(map(Path, ("/usr", "/usr/local", "/")))
"""Prefixes that hold much more than an interpreter."""
COMMON = frozenset(
    {"tests", "test", "testing", "setup", "conftest", "docs", "examples", "benchmarks", "noxfile", "tasks"}
)
"""Names that many a repository has beside its packages."""
_QUESTION = """
import json, os, sys, sysconfig
library = sysconfig.get_config_var("INSTSONAME") or ""
folder = sysconfig.get_config_var("LIBDIR") or ""
print(json.dumps({
    "executable": sys.executable,
    "prefixes": [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix],
    "stdlib": [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")],
    "path": [entry for entry in sys.path if entry],
    "library": os.path.join(folder, library),
}))
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``shown``: files and folders that a run must see, at their own paths; outer ones first.

    ``hidden``: what of them must not be seen: the project itself, installed, since it holds what is masked; and
    packages that this interpreter does not import.
    ``searched``: the folders of these from which modules are imported. ``shared``: those of what is shown that other
    environments of the same interpreter share.
    """

    python: Path
    shared: tuple[Path, ...]
    shown: tuple[Path, ...]
    hidden: tuple[Path, ...]
    searched: tuple[Path, ...]


def find_surroundings(python: Path, project: Project | None, origin: Path | None = None) -> Surroundings:
    """Ask the interpreter; ``origin`` is where the project's tree was copied from. Raises InterpreterNotUsable."""
    facts = _ask(python)
    stdlib = {Path(entry) for entry in facts["stdlib"]}
    prefixes = [Path(prefix) for prefix in facts["prefixes"]]
    own = [prefix for prefix in prefixes if prefix not in SYSTEM]
    needed = {*own, *stdlib, python, Path(facts["executable"]), Path(facts["library"])}
    path = [entry for entry in map(Path, facts["path"]) if entry.exists() and entry not in stdlib]
    outside = [entry for entry in path if not any(entry.is_relative_to(prefix) for prefix in prefixes)]
    mine = {entry for entry in outside if _is_own(entry, project, origin)}
    needed |= {entry for entry in path if entry not in mine}
    shown = {form for entry in needed if entry.exists() for form in (entry, entry.resolve())}
    searched = tuple(entry for entry in path if entry not in mine and entry.is_dir() and entry.name != "lib-dynload")
    others = {entry for entry in _package_folders(own) if entry not in path and entry.resolve() not in path}
    systems = tuple(_package_folders(SYSTEM[:2]))
    hidden = others | {found for entry in (*searched, *systems) for found in _copies(entry, project)}
    outer = _outer(shown)
    bases = [base for prefix in prefixes[2:] for base in (prefix, prefix.resolve())]
    shared = tuple(path for path in outer if path in stdlib or path in bases)
    return Surroundings(python, shared, outer, tuple(sorted(hidden)), searched)


def _ask(python: Path) -> dict[str, Any]:
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "LC_ALL": "C.UTF-8"}
    command = [str(python), "-c", _QUESTION]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", timeout=60, check=True)
        facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise InterpreterNotUsable(python, f"does not say what it needs ({error})", "pass another --python") from error
    with python.open("rb") as file:
        if file.read(2) == b"#!":
            hint = f"pass --python {facts['executable']}, or --sandbox process"
            raise InterpreterNotUsable(python, "is a script that starts another interpreter", hint)
    return facts


def _is_own(entry: Path, project: Project | None, origin: Path | None) -> bool:
    """Whether an entry of the path is the project's own tree, as an editable installation has it."""
    if origin is not None and entry.resolve().is_relative_to(origin.resolve()):
        return True
    names = set(project.names) - COMMON if project is not None else set()
    return any(found.relative_to(entry).parts[0].partition(".")[0] in names for found in _copies(entry, project))


def _copies(entry: Path, project: Project | None) -> Iterator[Path]:
    """Packages and modules of the project below an entry of the path, and what was compiled from the modules."""
    if project is None or not entry.is_dir():
        return
    for root in project.roots:
        for file in project.files:
            path = PurePosixPath(file.path)
            if path.suffix != ".py" or (root != "." and not path.is_relative_to(root)):
                continue
            yield from _copy(entry, path.relative_to(root).parts)


def _copy(entry: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """Where an entry has a module too: its outermost package that is a regular one, else the module's file."""
    here = entry
    for part in parts[:-1]:
        here = here / part
        if (here / "__init__.py").exists():
            yield here
            return
    if (here / parts[-1]).exists():
        yield here / parts[-1]
        yield from (here / "__pycache__").glob(f"{Path(parts[-1]).stem}.*.pyc")


def _package_folders(prefixes: Iterable[Path]) -> Iterator[Path]:
    """Folders for packages, whether this interpreter imports from them or not."""
    for prefix in prefixes:
        for folder in ("site-packages", "dist-packages"):
            yield from prefix.glob(f"lib*/python3*/{folder}")


def _outer(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The paths that lie in none of the others, in order; links go before what they may point to."""
    chosen: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path != other and path.is_relative_to(other) for other in chosen):
            chosen.append(path)
    return tuple(chosen)
