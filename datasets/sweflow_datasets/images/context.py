"""What an image is built from: Dockerfiles, pinned requirements and archives of trees, and the names of images."""

import gzip
import io
import re
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_tasks.history.commits import skeleton_message, write_checkout
from sweflow_tasks.history.git import read_commit, run_git
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import Project

from sweflow_datasets.judging.spec import PYTHON, ROOT

PREFIX = "sweflow"
"""What names of images begin with, where nothing else is said."""
FIRST = "refs/heads/main"
_FORBIDDEN = re.compile(r"[^a-z0-9]+")

ENVIRONMENT = """\
# syntax=docker/dockerfile:1
# The environment of {name}: {python} with its pinned requirements, and an editable installation of {root}, which is
# empty here. Needs an image with Python {minor} (with venv and pip) and git:
#   docker build --build-arg BASE=python:{minor} -t {tag} .
# PIP_INDEX_URL, PIP_NO_INDEX, HTTP_PROXY and the like go in as --build-arg; wheels/ may hold what no index is asked
# for, certificates.pem what pip is to trust.
ARG BASE=python:{minor}
FROM ${{BASE}} AS made
{system}ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ARG PIP_NO_INDEX
ARG PIP_CERT
ENV PIP_FIND_LINKS=/context/wheels PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY . /context/
RUN mkdir -p /context/wheels {root} && tar -xf /context/project.tar.gz -C {root} && python3 -m venv /opt/venv
RUN {python_path} -m pip install --no-deps -r /context/requirements.txt
{install}FROM ${{BASE}}
{system}COPY --from=made /opt/venv /opt/venv
RUN git config --system --add safe.directory {root} && mkdir -p {root}
ENV PATH=/opt/venv/bin:$PATH {variables}
WORKDIR {root}
"""
INSTALL = (
    "RUN cd {root} && SETUPTOOLS_SCM_PRETEND_VERSION={version} PBR_VERSION={version} "
    "{python_path} -m pip install --no-deps -e {root}\n"
)
SYSTEM = "RUN apt-get update && apt-get install -y --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*\n"
TASK = """\
# {instance}: the skeleton, as a git repository of one commit, over the environment of its repository.
ARG ENVIRONMENT={environment}
FROM ${{ENVIRONMENT}}
ADD skeleton.tar.gz {root}/
"""


@dataclass(frozen=True, slots=True)
class Names:
    """How the images of a build are called: the environment's, and that of each task."""

    repository: str

    @property
    def environment(self) -> str:
        """The environment's image."""
        return f"{self.repository}:env"

    def task(self, step: int) -> str:
        """The image of a step's task."""
        return f"{self.repository}:{step:04d}"


def names_of(project: Project, prefix: str = PREFIX) -> Names:
    """The names of a project's images: ``prefix/owner-name-source8``, tagged ``env`` or with the step."""
    return Names(f"{prefix}/{_FORBIDDEN.sub('-', project.instance_prefix.lower()).strip('-')}")


def minor(python: str) -> str:
    """The version of Python that an image needs, as 3.11 of 3.11.7."""
    return ".".join(python.split(".")[:2])


def environment_context(
    project: Project, history: Path, requirements: str, names: Names, more: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files from which a project's environment is built; ``more`` are wheels and certificates."""
    first = _first_tree(history)
    return {
        "Dockerfile": dockerfile(project, names, installed=installs(first)).encode(),
        "requirements.txt": requirements.encode(),
        "project.tar.gz": tree_archive(first),
        **more,
    }


def dockerfile(project: Project, names: Names, *, installed: bool, system: Sequence[str] = ()) -> str:
    """The Dockerfile of an environment; ``installed``: the project is, ``system`` are Debian packages."""
    values = {"root": ROOT, "python_path": PYTHON, "version": project.version or "0"}
    return ENVIRONMENT.format(
        name=project.repo,
        python=f"Python {project.python}",
        minor=minor(project.python),
        tag=names.environment,
        install=INSTALL.format(**values) if installed else "",
        system=SYSTEM.format(packages=" ".join(system)) if system else "",
        variables=_variables(project),
        **values,
    )


def installs(tree: Blobs) -> bool:
    """Whether a tree is one that pip can install."""
    return "pyproject.toml" in tree or "setup.py" in tree


def task_context(row: Mapping[str, Any], history: Path, names: Names) -> dict[str, bytes]:
    """The files from which a task's image is built, over that of its environment."""
    text = TASK.format(instance=row["instance_id"], environment=names.environment, root=ROOT)
    skeleton = read_commit(history, str(row["base_commit"]))
    return {"Dockerfile": text.encode(), "skeleton.tar.gz": checkout_archive(skeleton, int(row["step"]))}


def requirements_text(pins: Sequence[str]) -> str:
    """Pins as a requirements file without hashes."""
    return "".join(f"{pin}\n" for pin in pins)


def tree_archive(blobs: Blobs) -> bytes:
    """A tree as a compressed archive; the same tree gives the same bytes."""
    with _Archive() as archive:
        for path, (mode, content) in sorted(blobs.items()):
            archive.add(path, mode, content)
    return archive.bytes


def checkout_archive(blobs: Blobs, step: int) -> bytes:
    """A skeleton as a git repository of one commit, ``base_commit``, as a compressed archive."""
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch, _Archive() as archive:
        folder = Path(scratch) / "tree"
        write_checkout(folder, blobs, skeleton_message(step))
        (folder / ".git" / "index").unlink()
        run_git(folder, "read-tree", "HEAD")  # an index without the times and places of this machine
        for file in sorted((folder / ".git").rglob("*")):
            if file.is_file():
                archive.add(file.relative_to(folder).as_posix(), "100644", file.read_bytes())
        for path, (mode, content) in sorted(blobs.items()):
            archive.add(path, mode, content)
    return archive.bytes


MOMENT = 946_684_800
"""The time of every file in an archive, the start of 2000: build backends make wheels, and a zip knows no 1970."""


class _Archive:
    """A tar archive that depends on what is in it alone: one time, no owners, sorted folders."""

    def __init__(self) -> None:
        self.bytes = b""
        self._raw = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._raw, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._folders: set[str] = set()

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *error: object) -> None:
        self._tar.close()
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped:
            zipped.write(self._raw.getvalue())
        self.bytes = packed.getvalue()

    def add(self, path: str, mode: str, content: bytes) -> None:
        """Add a file or a link by git's mode."""
        for parent in reversed([str(parent) for parent in Path(path).parents][:-1]):
            if parent not in self._folders:
                self._folders.add(parent)
                entry = tarfile.TarInfo(parent)
                entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, MOMENT
                self._tar.addfile(entry)
        entry = tarfile.TarInfo(path)
        entry.mtime = MOMENT
        if mode == "120000":
            entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, content.decode("utf-8", "surrogateescape"), 0o777
            self._tar.addfile(entry)
            return
        entry.size, entry.mode = len(content), 0o755 if mode == "100755" else 0o644
        self._tar.addfile(entry, io.BytesIO(content))


def _first_tree(history: Path) -> Blobs:
    """What stands before the first step: nothing of it is a solution, and it installs as every later tree does."""
    first = run_git(history, "rev-list", "--max-parents=0", FIRST).decode("ascii").split()[0]
    return read_commit(history, first)


def _variables(project: Project) -> str:
    places = ":".join(ROOT if root == "." else f"{ROOT}/{root}" for root in project.roots or (".",))
    return f"PYTHONPATH={places} PYTHONHASHSEED=0 PYTHONNOUSERSITE=1 TZ=UTC LANG=C.UTF-8 LC_ALL=C.UTF-8"
