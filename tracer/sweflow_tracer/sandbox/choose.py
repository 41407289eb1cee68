"""The choice: which sandboxes work here, what each is worth, and the strongest of them."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import SandboxNotUsable
from sweflow_tracer.project.project import Project
from sweflow_tracer.sandbox import bubblewrap, docker, seccomp
from sweflow_tracer.sandbox.port import DEFAULT_LIMITS, Limits, Sandbox
from sweflow_tracer.sandbox.process import Process
from sweflow_tracer.sandbox.surroundings import find_surroundings

AUTO = "auto"
NAMES = ("docker", "bubblewrap", "process")
"""The sandboxes, strongest first."""
VARIABLE = "SWEFLOW_SANDBOX"
"""The environment variable with the default choice."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a sandbox works here. ``problem`` is why not, ``hint`` how to get it; both are empty where it does.

    ``isolates`` says what it keeps apart or bounded, ``open`` what not.
    """

    name: str
    works: bool
    problem: str
    hint: str
    isolates: tuple[str, ...]
    open: tuple[str, ...]


_BOUNDED = "address space and processor time of each process, size of each file"
_UNFILTERED = () if seccomp.program() else ("every system call, since this machine's are not known here",)
_WORTH: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "docker": (
        ("network", "files", "processes", "users", "memory, processors and processes of all together", _BOUNDED),
        ("the kernel is shared with the host",),
    ),
    "bubblewrap": (
        ("network", "files", "processes", "users", "memory and number of processes", "size of all files", _BOUNDED),
        ("the kernel is shared with the host", *_UNFILTERED),
    ),
    "process": (
        (_BOUNDED, "number of processes, unless started by root", "environment", "home and temporary folder"),
        ("network", "files", "other processes of the same user", "memory of all processes together"),
    ),
}


def examine() -> tuple[Availability, ...]:
    """Every sandbox, strongest first: tried out, not guessed."""
    return tuple(examine_one(name) for name in NAMES)


def examine_one(name: str) -> Availability:
    """One sandbox, tried out."""
    problem, hint = "", ""
    if name == "docker":
        problem, hint = docker.unavailable_reason()
    elif name == "bubblewrap":
        problem = bubblewrap.unavailable_reason()
        hint = "install the package bubblewrap, and allow user namespaces (sysctl user.max_user_namespaces)"
    isolates, left = _WORTH[name]
    return Availability(name, not problem, problem, hint if problem else "", isolates, left)


def default_name() -> str:
    """The sandbox to take where nobody says which: that of the environment variable, else auto."""
    return os.environ.get(VARIABLE) or AUTO


def choose(name: str | None = None) -> Availability:
    """The sandbox of this name; with auto the strongest that works. Raises SandboxNotUsable."""
    name = name or default_name()
    if name == AUTO:
        return next(found for found in map(examine_one, NAMES) if found.works)
    if name not in NAMES:
        raise SandboxNotUsable(name, "there is none of that name", f"take one of {', '.join((AUTO, *NAMES))}")
    found = examine_one(name)
    if not found.works:
        raise SandboxNotUsable(name, found.problem, found.hint)
    return found


def open_sandbox(
    name: str | None,
    python: Path,
    project: Project | None = None,
    origin: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Sandbox:
    """A sandbox for a target's interpreter; ``name`` as for ``choose``.

    ``project`` says what of the interpreter's packages is the target itself and must not be seen, ``origin`` where
    its tree was copied from. Raises SandboxNotUsable, InterpreterNotUsable, and SandboxFailed where an image
    cannot be made.
    """
    chosen = choose(name).name
    if chosen == "process":
        return Process(limits)
    surroundings = find_surroundings(python, project, origin)
    if chosen == "bubblewrap":
        return bubblewrap.Bubblewrap(surroundings, limits)
    return docker.open_docker(surroundings, limits)


def warning(chosen: Availability) -> str:
    """What a user should hear of a sandbox that is none; empty otherwise."""
    if chosen.name != "process":
        return ""
    how = "docker" if sys.platform != "linux" else "docker or bubblewrap"
    return f"the tests run as plain processes that can reach your files and the network; install {how} to change that"
