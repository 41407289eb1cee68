"""The port: what a sandbox is asked to run, and what it gives back for that."""

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

GIB = 1 << 30
SOFT_LIMIT = signal.SIGUSR2
"""The signal that the probe takes to end a test (probe/limit.py)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use. Sizes are in bytes; 0 means no limit.

    ``address_space`` and ``cpu_seconds`` hold for each process alone, ``file_size`` for each file. ``processes``
    counts threads, too. ``memory`` is what all processes together may hold: in docker, and in bubblewrap as far as a
    look twenty times a second can tell. ``scratch`` is what all files may take, where the scratch folder is one of the
    sandbox's own. ``cpus`` is how many cores all processes together may keep busy (docker).

    The address space is far above what programs use, since some reserve much more than that (arenas of allocators,
    thread stacks, memory maps).
    """

    address_space: int = 16 * GIB
    cpu_seconds: int = 3600
    file_size: int = 2 * GIB
    processes: int = 512
    memory: int = 4 * GIB
    scratch: int = 2 * GIB
    cpus: float = 4.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SandboxJob:
    """One command to run.

    It sees the folders ``cwd``, ``run`` and those ``given``, which lie in one, and may write there; nothing that it
    writes is promised to come back but ``log``, which takes what it prints, and ``channel``, a file in ``run`` that is
    read while it grows. ``token`` is in the environment of every process that the job leads to. ``door`` is a Unix
    socket of the host that it may speak to, if any: the only way out of a sandbox without a network.
    """

    command: tuple[str, ...]
    cwd: Path
    run: Path
    environment: tuple[tuple[str, str], ...]
    log: Path
    channel: Path | None
    token: str
    given: tuple[Path, ...] = ()
    door: Path | None = None


class Running(Protocol):
    """A started job."""

    def wait(self, seconds: float) -> int | None:
        """The exit code (negative: signal), or None where it still runs. Raises SandboxFailed (V3)."""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process that the command started as."""

    def end(self) -> None:
        """Kill whatever is left of it and its descendants, and of the sandbox around them."""


class Sandbox(Protocol):
    """Runs jobs. ``isolated``: in a process namespace of its own, on a copy of the job's folders."""

    @property
    def name(self) -> str:
        """What ``--sandbox`` calls it."""

    @property
    def isolated(self) -> bool:
        """Whether jobs run on a copy of their folders, which ends with them."""

    def start(self, job: SandboxJob) -> Running:
        """Start a job. Raises SandboxFailed where the sandbox itself does not work."""
