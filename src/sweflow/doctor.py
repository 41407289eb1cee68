"""The doctor: what a machine and a target's interpreter have of what this program needs."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sweflow_datasets.caches import index_cache
from sweflow_datasets.environments.recorded import find_recorded
from sweflow_datasets.pipeline import absolute
from sweflow_tracer.errors import InterpreterNotUsable
from sweflow_tracer.project.interpreter import Interpreter, find_python, inspect_interpreter
from sweflow_tracer.sandbox.choose import examine

SPACE = 1 << 30
"""Bytes that the scratch folder should have free."""
DISTURBING = {
    "xdist": (False, "with -n in addopts the tests run in processes that start before each test's: build with -- -n 0"),
    "forked": (False, "with --forked every test forks once more, which is slow: build without it"),
    "testmon": (False, "with --testmon it leaves tests out, which then count as not collected: build without it"),
    "picked": (False, "with --picked it leaves tests out, which then count as not collected: build without it"),
    "rerunfailures": (
        False,
        "with --reruns a flaky test passes in the end: its first result counts, so it is rejected",
    ),
    "flaky": (False, "tests that it runs again are rejected as flaky"),
    "beartype": (False, "with --beartype-packages calls go through wrappers: build without it"),
    "typeguard": (False, "with --typeguard-packages calls go through wrappers: build without it"),
    "profiling": (False, "with --profile it takes the trace function for itself: build without it"),
    "pytest_cov": (True, "switched off while tracing (--no-cov)"),
    "randomly": (True, "switched off while tracing (-p no:randomly); shuffled runs have seeds of our own"),
}
"""Plugins of pytest, by the name of their entry point, known to disturb tracing: whether we cope, and what to do."""


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``hint`` is what to do where it is not as it should be."""

    what: str
    state: State
    found: str
    hint: str = ""
    required: bool = False

    @property
    def passed(self) -> bool:
        """Whether the program can work as far as this goes."""
        return self.state is not State.MISSING or not self.required


def examine_machine(root: Path, python: Path | None = None) -> Iterator[Check]:
    """Look at this machine, and at the interpreter that would run the tests of ``root``.

    That interpreter is required only where ``python`` names one.
    """
    yield _own_python()
    yield _program("git", ["git", "--version"], "install git", required=True)
    yield _program("dot", ["dot", "-V"], "install graphviz, for graph --format svg and png")
    yield from _sandboxes()
    yield _scratch()
    yield _cache()
    yield from _target(root, python)
    yield Check("chromium", State.OK, "not needed: reports open in any browser")


def _own_python() -> Check:
    found = f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} at {sys.executable}"
    fits = sys.version_info >= (3, 11) and hasattr(os, "fork")
    return Check("python", State.OK if fits else State.MISSING, found, "" if fits else "use Linux, CPython 3.11+", True)


def _program(name: str, command: list[str], hint: str, *, required: bool = False) -> Check:
    path = shutil.which(name)
    if path is None:
        return Check(name, State.MISSING, "not on PATH", hint, required)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Check(name, State.MISSING, f"{path} does not work ({error})", hint, required)
    return Check(name, State.OK, f"{(done.stdout or done.stderr).strip()} at {path}", required=required)


def _sandboxes() -> Iterator[Check]:
    best = True
    for found in examine():
        what = f"sandbox {found.name}"
        if not found.works:
            yield Check(what, State.MISSING, found.problem, found.hint)
            continue
        weak = found.name == "process" and best
        text = f"works{', the default' if best else ''}; open: {', '.join(found.open)}"
        hint = "install docker or bubblewrap to cut tests off from files and network" if weak else ""
        yield Check(what, State.NOTE if weak else State.OK, text, hint)
        best = False


def _scratch() -> Check:
    folder = Path(tempfile.gettempdir())
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check("scratch folder", State.MISSING, f"{folder}: {error.strerror}", "set TMPDIR", True)
    few = free < SPACE
    text = f"{folder}, {free / SPACE:.1f} GiB free"
    return Check(
        "scratch folder", State.NOTE if few else State.OK, text, "free some space or set TMPDIR" if few else ""
    )


def _cache() -> Check:
    folder = index_cache()
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(above, os.W_OK):
        return Check("cache folder", State.OK, str(folder))
    return Check("cache folder", State.NOTE, f"{folder} cannot be written", "set XDG_CACHE_HOME")


def _target(root: Path, python: Path | None) -> Iterator[Check]:
    required = python is not None
    try:
        found = inspect_interpreter(absolute(python or _default_python(root)), root.resolve())
    except InterpreterNotUsable as error:
        sentence, _, hint = str(error).rpartition(": ")
        yield Check("target interpreter", State.MISSING, sentence, hint.rstrip("."), required)
        return
    yield Check("target interpreter", State.OK, f"CPython {found.python} at {found.path}", required=required)
    yield Check("pytest there", State.OK, found.pytest, required=required)
    yield _coverage(found)
    yield from _plugins(found)


def _coverage(found: Interpreter) -> Check:
    there = next((each.version for each in found.distributions if each.name.lower() == "coverage"), None)
    return Check("coverage.py there", State.OK, there or "not there; graph --coverage lends ours")


def _plugins(found: Interpreter) -> Iterator[Check]:
    for name in found.plugins:
        if name in DISTURBING:
            coped, text = DISTURBING[name]
            yield Check(
                f"plugin {name}", State.OK if coped else State.NOTE, *((text,) if coped else ("installed", text))
            )
    if not any(name in DISTURBING for name in found.plugins):
        yield Check("plugins there", State.OK, f"{len(found.plugins)}, none known to disturb tracing")


def _default_python(root: Path) -> Path:
    """The interpreter that ``build`` would take."""
    recorded = find_recorded(root)
    return recorded.python if recorded is not None else find_python(root)
