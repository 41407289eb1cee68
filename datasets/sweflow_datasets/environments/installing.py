"""Installing: wheels into a fresh environment. Files are unpacked and nothing that they hold is run (H1).

A virtual environment runs code of its packages whenever its interpreter starts: lines of ``.pth`` files that begin with
``import``, ``sitecustomize`` and ``usercustomize``. That is taken out here, so that asking the interpreter is safe.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sweflow_datasets.environments.locking import Lock
from sweflow_datasets.environments.uv import UvFailed, index_options, run_uv
from sweflow_datasets.environments.values import Options, Plan

ROOTS = "_project_roots.pth"
STARTUP = ("sitecustomize", "usercustomize")


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
    listed = scratch / "requirements.txt"
    listed.write_text(lock.text, "utf-8")
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
    if before != ((venv / "pyvenv.cfg").read_bytes(), (venv / "bin" / "python").resolve()):
        raise UnsafeInstallation("a package replaces the interpreter")
    folder = site_packages(venv)
    check_owners(folder)
    removed = quieten(folder)
    add_roots(folder, root, plan.roots)
    return removed


def site_packages(venv: Path) -> Path:
    """Where an environment keeps its packages. Raises UvFailed where uv made none."""
    found = sorted(venv.glob("lib/python3*/site-packages"))
    if not found:
        raise UvFailed(f"{venv} has no folder for packages")
    return found[0]


def check_owners(folder: Path) -> None:
    """See that no file belongs to two distributions. Raises UnsafeInstallation.

    pytest is imported on the host to ask for its version, so nobody may have put another in its place.
    """
    owners: dict[str, str] = {}
    for record in sorted(folder.glob("*.dist-info/RECORD")):
        with record.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            for row in csv.reader(file):
                if (
                    row
                    and row[0].endswith((".py", ".so"))
                    and owners.setdefault(row[0], record.parent.name) != record.parent.name
                ):
                    raise UnsafeInstallation(f"{owners[row[0]]} and {record.parent.name} both install {row[0]}")


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
    removed += [path.name for path in _customize(folder)]
    for path in _customize(folder):
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
    command = [plan.interpreter, "-I", "-S", "-m", "compileall", "-q", str(site_packages(venv))]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False, cwd="/")
    except subprocess.TimeoutExpired:
        return
