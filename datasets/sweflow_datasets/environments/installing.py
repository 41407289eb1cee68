"""Installing: wheels into a fresh environment. Files are unpacked and nothing that they hold is run (H1).

A virtual environment runs code of its packages whenever its interpreter starts: lines of ``.pth`` files that begin with
``import``, ``sitecustomize`` and ``usercustomize``. That is taken out here, so that asking the interpreter is safe.
"""

import contextlib
import hashlib
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from sweflow_datasets.environments.locking import Lock
from sweflow_datasets.environments.uv import UvFailed, index_options, run_uv
from sweflow_datasets.environments.values import Options, Plan

ROOTS = "_project_roots.pth"
STARTUP = ("sitecustomize", "usercustomize")
RUNNER = frozenset(
    {"pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup", "tomli", "typing-extensions"}
)
"""pytest, and what its releases since 7.4 import on any Python."""
LARGE = frozenset({"pygments"})
"""What is compiled only once an environment is kept: pytest loads little of it."""


class UnsafeInstallation(Exception):
    """What was installed is not what its parts say: one took another's place."""


def install(
    plan: Plan, lock: Lock, built: Path, venv: Path, root: Path, scratch: Path, options: Options
) -> tuple[str, ...]:
    """Make ``venv`` anew with what is locked; what was taken out of its start. Raises UvFailed, UnsafeInstallation."""
    if venv.exists():
        shutil.rmtree(venv)
    run_uv(
        ["venv", "--python", plan.interpreter, "--quiet", "--no-project", "--relocatable", str(venv)],
        scratch,
        options.seconds,
    )
    before = (venv / "pyvenv.cfg").read_bytes(), (venv / "bin" / "python").resolve()
    first, rest = parted(lock.text)
    _unpack(first, built, venv, scratch, options)
    runner = fingerprint(site_packages(venv))
    _unpack(rest, built, venv, scratch, options)
    if before != ((venv / "pyvenv.cfg").read_bytes(), (venv / "bin" / "python").resolve()):
        raise UnsafeInstallation("a package replaces the interpreter")
    folder = site_packages(venv)
    if runner != fingerprint(folder, {name for name, _ in runner}):
        raise UnsafeInstallation("a package puts files of its own among those of pytest")
    removed = quieten(folder)
    add_roots(folder, root, plan.roots)
    _compile(plan, [folder / name for name, _ in runner if name not in LARGE], options.seconds)
    return removed


def parted(text: str) -> tuple[str, str]:
    """A requirements file in two: pytest and what it needs, and the rest."""
    first: list[str] = []
    rest: list[str] = []
    for block in re.split(r"\n(?=\S)", text):
        name = re.match(r"[A-Za-z0-9._-]*", block)
        (first if name and canonicalize_name(name[0]) in RUNNER else rest).append(block)
    return "".join(f"{block}\n" for block in first), "".join(f"{block}\n" for block in rest)


def _unpack(text: str, built: Path, venv: Path, scratch: Path, options: Options) -> None:
    """Have uv unpack the wheels of a requirements file with hashes."""
    if not text.strip():
        return
    listed = scratch / "requirements.txt"
    listed.write_text(text, "utf-8")
    folders = [built, *([Path(options.wheels)] if options.wheels else [])]
    run_uv(
        [
            *("pip", "install", "--python", str(venv / "bin" / "python"), "--requirements", str(listed), "--no-deps"),
            *("--no-build", "--require-hashes", "--link-mode", "copy", "--quiet"),
            *index_options(options.index, folders, offline=options.wheels is not None),
        ],
        scratch,
        options.seconds,
    )


def fingerprint(folder: Path, names: Collection[str] | None = None) -> tuple[tuple[str, str], ...]:
    """Digests of what stands in a folder for packages, by top-level name; of these names, or of all but metadata.

    pytest is imported on the host, to ask for its version: nobody may put anything in its place, or among its files.
    """
    found: dict[str, Any] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.partition(".")[0]
        if not path.name.endswith((".dist-info", ".pth")) and (names is None or name in names):
            digest = found.setdefault(name, hashlib.sha256())
            for file in sorted(path.rglob("*")) if path.is_dir() and not path.is_symlink() else [path]:
                if not file.is_dir():
                    digest.update(f"{file.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
                    digest.update(hashlib.sha256(file.read_bytes()).digest())
    return tuple((name, digest.hexdigest()) for name, digest in found.items())


def site_packages(venv: Path) -> Path:
    """Where an environment keeps its packages. Raises UvFailed where uv made none."""
    found = sorted(venv.glob("lib/python3*/site-packages"))
    if not found:
        raise UvFailed(f"{venv} has no folder for packages")
    return found[0]


def quieten(folder: Path) -> tuple[str, ...]:
    """Take out what runs when the interpreter starts; what that was, by file."""
    removed: list[str] = []
    for path in sorted(folder.glob("*.pth")):
        lines = path.read_text("utf-8", "surrogateescape").splitlines() if not path.is_symlink() else []
        kept = [line for line in lines if not line.startswith(("import ", "import\t")) and _inside(folder, line)]
        if kept != lines or path.is_symlink():
            removed.append(path.name)
            path.unlink()
            path.write_text("".join(f"{line}\n" for line in kept), "utf-8", "surrogateescape")
    for path in list(_customize(folder)):
        removed.append(path.name)
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return tuple(sorted(removed))


def _inside(folder: Path, line: str) -> bool:
    """Whether a line of a .pth file names a place in the environment, and none with code that starts by itself."""
    place = (folder / line.strip()).resolve()
    return place.is_relative_to(folder.resolve()) and not any(_customize(place))


def _customize(folder: Path) -> Iterator[Path]:
    for name in STARTUP:
        yield from sorted(folder.glob(f"{name}.*"))
        yield from sorted(folder.glob(name))


def add_roots(folder: Path, root: Path, roots: tuple[str, ...]) -> None:
    """Put folders of the repository on the path. One with code that would start by itself is left out."""
    places = [(root / name).resolve() for name in roots]
    safe = [str(place) for place in places if place.is_relative_to(root.resolve()) and not any(_customize(place))]
    if safe:
        (folder / ROOTS).write_text("".join(f"{place}\n" for place in safe), "utf-8")


def compile_packages(plan: Plan, venv: Path, seconds: float) -> None:
    """Compile the packages, by the interpreter that the environment was made from; it reads them and runs nothing."""
    _compile(plan, [site_packages(venv)], seconds)


def _compile(plan: Plan, places: Sequence[Path], seconds: float) -> None:
    command = [plan.interpreter, "-I", "-S", "-m", "compileall", "-q", *map(str, places)]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False, cwd="/")
