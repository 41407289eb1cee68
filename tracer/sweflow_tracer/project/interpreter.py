"""The target's interpreter: which one, and what it says of itself and of the project."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import InterpreterNotUsable

PROBE = Path(__file__).parents[1] / "probe"
OLDEST = (3, 9)
INSTALL_PYTEST = "install pytest and the project's test dependencies there, or pass another --python"


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution: name, version, licence as stated, and whether it is the project itself."""

    name: str
    version: str
    license: str
    own: bool


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What an interpreter says: versions, import roots below the repository, names found there, plugins."""

    path: Path
    python: str
    pytest: str
    roots: tuple[str, ...]
    names: tuple[str, ...]
    runner: tuple[str, ...]
    plugins: tuple[str, ...]
    distributions: tuple[Distribution, ...]

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version."""
        major, minor = self.python.split(".")[:2]
        return int(major), int(minor)


def find_python(root: Path) -> Path:
    """The interpreter on PATH, never one that lies in the repository at ``root``: its owner put it there (H1).

    An environment that the user has activated is named by that. Raises InterpreterNotUsable.
    """
    path = os.pathsep.join(map(str, _trusted_folders(root)))
    found = shutil.which("python3", path=path) or shutil.which("python", path=path)
    if found is None:
        raise InterpreterNotUsable(Path("python3"), "is not on PATH", "pass one with --python")
    return Path(found)


def _trusted_folders(root: Path) -> Iterator[Path]:
    named = os.environ.get("VIRTUAL_ENV", "")
    for folder in map(Path, os.environ.get("PATH", os.defpath).split(os.pathsep)):
        inside = folder.resolve().is_relative_to(root.resolve())
        if folder.is_absolute() and (not inside or (named and folder == Path(named, "bin"))):
            yield folder


def own_python(root: Path) -> Path | None:
    """The interpreter of a virtual environment that lies in the repository, which nobody runs unless told to."""
    for name in (".venv", "venv", "env", ".env"):
        python = root / name / "bin" / "python"
        if os.path.exists(root / name / "pyvenv.cfg") and os.path.exists(python):
            return python
    return None


def inspect_interpreter(python: Path, root: Path) -> Interpreter:
    """Ask an interpreter about itself and the project at ``root``.

    Raises InterpreterNotUsable where it does not start, is too old, or has no pytest.
    """
    facts = _ask(python, root)
    interpreter = Interpreter(
        path=python,
        python=facts["python"],
        pytest=facts["pytest"] or "",
        roots=tuple(facts["roots"]),
        names=tuple(facts["names"]),
        runner=tuple(facts["runner"]),
        plugins=tuple(facts["plugins"]),
        distributions=tuple(Distribution(*row) for row in facts["distributions"]),
    )
    if facts["implementation"] != "CPython" or interpreter.version < OLDEST:
        what = f"is {facts['implementation']} {facts['python']}, which the probe does not know"
        raise InterpreterNotUsable(python, what, "pass a CPython 3.9 or later with --python")
    if not interpreter.pytest:
        raise InterpreterNotUsable(python, "has no pytest", INSTALL_PYTEST)
    if int(interpreter.pytest.split(".", maxsplit=1)[0]) < 7:
        raise InterpreterNotUsable(python, f"has pytest {interpreter.pytest}", "install pytest 7 or later there")
    return interpreter


def _ask(python: Path, root: Path) -> Any:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    command = [str(python), str(PROBE / "inspection.py"), str(root)]
    hint = "pass the path of a Python interpreter with --python"
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=root, timeout=120, check=False
        )
    except OSError as error:
        raise InterpreterNotUsable(python, f"does not start ({error.strerror})", hint) from error
    except subprocess.TimeoutExpired as error:
        raise InterpreterNotUsable(python, "did not answer in 120 s", hint) from error
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        problem = f"did not answer ({done.stderr.strip()[-300:]})"
        raise InterpreterNotUsable(python, problem, hint) from error
