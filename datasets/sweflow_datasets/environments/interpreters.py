"""Interpreters: those of this machine, by version. They are the user's own, so asking them is safe."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sweflow_tracer.project.interpreter import OLDEST

_QUESTION = "import sys; print('%d.%d' % sys.version_info[:2], getattr(sys, '_base_executable', '') or sys.executable)"
NEWEST = 15


def installed_pythons(wanted: str | None = None) -> dict[str, str]:
    """Paths by version (3.12), of interpreters that are no environments; ``wanted`` may name one by path."""
    if wanted is not None and os.sep in wanted:
        found = _ask(Path(wanted))
        return dict([found]) if found else {}
    versions: dict[str, str] = {}
    for path in _places():
        found = _ask(path)
        if found and tuple(map(int, found[0].split("."))) >= OLDEST:
            versions.setdefault(*found)
    return versions


def _places() -> Iterator[Path]:
    """One path for each version that a name or a folder promises: this program's own, pyenv's, those on PATH."""
    yield Path(sys.executable)
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in sorted(root.glob("versions/3.*"), key=_numbers, reverse=True):
        yield folder / "bin" / "python3"
    for minor in range(OLDEST[1], NEWEST + 1):
        found = shutil.which(f"python3.{minor}")
        if found and "shims" not in found:
            yield Path(found)
    yield Path("/usr/bin/python3")


def _numbers(folder: Path) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", folder.name)))


def _ask(path: Path) -> tuple[str, str] | None:
    """Version and base of an interpreter; None where it does not answer."""
    try:
        done = subprocess.run(
            [str(path), "-I", "-S", "-c", _QUESTION], capture_output=True, text=True, timeout=20, check=True,
            stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        version, _, base = done.stdout.strip().partition(" ")
    except (OSError, subprocess.SubprocessError):
        return None
    return (version, base) if base else None
