"""Fetches a project of the corpus and builds the environment its tests run in.

    python benchmarks/prepare.py tabulate --dest /tmp/corpus

The last line printed is JSON: `{"repo": ..., "python": ..., "args": [...]}`. Standard library only.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["PrepareError", "Prepared", "Project", "corpus", "prepare"]

CORPUS = Path(__file__).with_name("corpus.toml")
RECIPE = 1
"""Goes up when the steps below change, so that older folders are built anew."""


class PrepareError(Exception):
    """A project could not be prepared; the message says which step failed."""


@dataclass(frozen=True, slots=True)
class Project:
    """One table of corpus.toml."""

    name: str
    version: str
    sha256: str
    requirements: tuple[str, ...]
    extras: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A project ready to be tested: run `python -m pytest *args` in `repo`."""

    name: str
    repo: Path
    python: Path
    args: tuple[str, ...]


def corpus(path: Path = CORPUS) -> dict[str, Project]:
    """Every project of the corpus, by name, in the file's order."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _project(name, table) for name, table in tables.items()}


def prepare(name: str, dest: Path, python: str = sys.executable) -> Prepared:
    """Build `dest/name/repo` and `dest/name/venv`, unless a finished build of the same inputs is there."""
    project = _lookup(name)
    python = _interpreter(python)
    home = dest.absolute() / name
    prepared = Prepared(name, home / "repo", home / "venv" / "bin" / "python", project.tests)
    stamp, wanted = home / "stamp", _fingerprint(project, python)
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home / "lock"):
        if not _is_finished(prepared, stamp, wanted):
            _clear(prepared, stamp)
            _build(project, prepared, python)
            _write_atomically(stamp, wanted)
    return prepared


def _lookup(name: str) -> Project:
    projects = corpus()
    if name not in projects:
        raise PrepareError(f"no project {name!r} in {CORPUS.name}; there are: {', '.join(projects)}")
    return projects[name]


def _interpreter(python: str) -> str:
    """The interpreter's absolute path: the steps run in other folders than ours."""
    found = shutil.which(python)
    if found is None:
        raise PrepareError(f"there is no interpreter {python!r}")
    return str(Path(found).absolute())


def _fingerprint(project: Project, python: str) -> str:
    """A hash of all that decides what gets built."""
    version = _run([python, "-c", "import sys; print(sys.version)"], Path.cwd())
    inputs = json.dumps([RECIPE, asdict(project), version], sort_keys=True)
    return hashlib.sha256(inputs.encode()).hexdigest()


def _is_finished(prepared: Prepared, stamp: Path, wanted: str) -> bool:
    """Whether the stamp, which is written last, is there and speaks of these inputs."""
    found = stamp.read_text(encoding="utf-8") if stamp.exists() else None
    return found == wanted and prepared.repo.is_dir() and prepared.python.exists()


def _clear(prepared: Prepared, stamp: Path) -> None:
    """Remove what an unfinished or outdated run left; the download stays, since its hash is checked."""
    stamp.unlink(missing_ok=True)
    for folder in (prepared.repo, prepared.python.parents[1]):
        if folder.exists():
            shutil.rmtree(folder)


def _build(project: Project, prepared: Prepared, python: str) -> None:
    home = prepared.repo.parent
    _run([python, "-m", "venv", str(prepared.python.parents[1])], home)
    sdist = _fetch(project, prepared.python, home / "sdist")
    _unpack(sdist, prepared.repo)
    _install(project, prepared)
    _check_version(project, prepared)


def _fetch(project: Project, python: Path, folder: Path) -> Path:
    """The source distribution, downloaded unless it is there already, and in either case checked."""
    sdist = folder / f"{project.name}-{project.version}.tar.gz"
    if not sdist.exists() or _sha256(sdist) != project.sha256:
        pinned = f"{project.name}=={project.version}"
        download = ["pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", str(folder), pinned]
        _run([str(python), "-m", *download], folder.parent)
    if _sha256(sdist) != project.sha256:
        raise PrepareError(f"{sdist.name} has sha256 {_sha256(sdist)}, {CORPUS.name} says {project.sha256}")
    return sdist


def _unpack(sdist: Path, repo: Path) -> None:
    """Put the one folder that the archive holds at `repo`."""
    with tempfile.TemporaryDirectory(dir=repo.parent) as scratch:
        with tarfile.open(sdist) as archive:
            archive.extractall(scratch, filter="data")
        (top,) = Path(scratch).iterdir()
        top.rename(repo)


def _install(project: Project, prepared: Prepared) -> None:
    """Install the pins and the project, editable, in one go, so that pip checks one against the other."""
    extras = f"[{','.join(project.extras)}]" if project.extras else ""
    # PEP 517: a project with only a setup.py would otherwise need setuptools in the environment.
    options = ["--quiet", "--use-pep517", "--editable", f"{prepared.repo}{extras}"]
    _run([str(prepared.python), "-m", "pip", "install", *options, *project.requirements], prepared.repo)


def _check_version(project: Project, prepared: Prepared) -> None:
    """A version derived from git would be wrong here without a word: compare it."""
    ask = f"import importlib.metadata as m; print(m.version({project.name!r}))"
    found = _run([str(prepared.python), "-c", ask], prepared.repo.parent).strip()
    if found != project.version:
        raise PrepareError(f"{project.name} was installed as {found}, {CORPUS.name} says {project.version}")


def _run(command: list[str], cwd: Path) -> str:
    """Standard output of a command that must succeed."""
    env = _environment(cwd)
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise PrepareError(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout


def _environment(cwd: Path) -> dict[str, str]:
    """Ours, less what leaks into another interpreter, and with no repository above `cwd` for git to find."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "SETUPTOOLS_"))}
    return kept | {"GIT_CEILING_DIRECTORIES": str(cwd.parent), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file's lock: a second run for the same project waits, and then finds the work done."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write_atomically(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _project(name: str, table: dict[str, object]) -> Project:
    lists = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Project(name=name, **lists)  # type: ignore[arg-type]


def main() -> int:
    """Prepare the project named on the command line."""
    parser = argparse.ArgumentParser(description="Fetch a project of the corpus and build its environment.")
    parser.add_argument("name", choices=list(corpus()))
    parser.add_argument("--dest", type=Path, default=Path("corpus"), help="folder to build in (./corpus)")
    parser.add_argument("--python", default=sys.executable, help="interpreter (the running one)")
    asked = parser.parse_args()
    try:
        prepared = prepare(asked.name, asked.dest, asked.python)
    except PrepareError as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"repo": str(prepared.repo), "python": str(prepared.python), "args": prepared.args}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
