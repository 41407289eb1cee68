"""Marks: what a run leaves is known by who owned it, and processes by a variable in their environment. Linux only."""

import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

TOKEN = "SWEFLOW_RUN"
"""The variable that every process of a run carries: its owner and a part of its own."""


def owner() -> str:
    """This process, told apart from a later one that gets its number."""
    return f"{os.getpid()}-{_started(os.getpid())}"


def lives(who: str) -> bool:
    """Whether an owner is still running."""
    pid, _, started = who.partition("-")
    return pid.isdigit() and started != "" and _started(int(pid)) == started


def new_token() -> str:
    """A token for one run of this process."""
    return f"{owner()}.{uuid.uuid4().hex}"


def owner_of(token: str) -> str:
    """The owner that a token names."""
    return token.partition(".")[0]


def _started(pid: int) -> str:
    """When a process was started, in ticks since the machine was; empty where it is not there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def process_ids() -> list[int]:
    """Ids of all processes, none of which need be there any more when it is looked at.

    Path.glob would ask whether a file of theirs exists, and fail where the process has just ended.
    """
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def marked(*names: str) -> Iterator[tuple[int, str]]:
    """Ids of the processes with one of these variables in their environment, and its value."""
    marks = tuple(f"{name}=".encode() for name in names)
    for pid in process_ids():
        try:
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        for variable in variables:
            if variable.startswith(marks):
                yield pid, os.fsdecode(variable.partition(b"=")[2])


def kill_marked(name: str, start: str) -> bool:
    """Kill the processes with this variable in their environment where its value starts so; whether any were."""
    found = False
    for pid, value in marked(name):
        if value.startswith(start):
            try:
                os.kill(pid, signal.SIGKILL)
                found = True
            except OSError:
                continue
    return found


def end_marked(token: str) -> None:
    """Kill every process that carries a token, and those that they started meanwhile."""
    for _ in range(10):
        if not kill_marked(TOKEN, token):
            break
