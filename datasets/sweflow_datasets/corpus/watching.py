"""Watching: which processes belong to a job, what memory and disk they hold, and their end. Linux only."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.sandbox.ownership import TOKEN, marked, process_ids

MARK = "SWEFLOW_JOB"
"""The variable that every process of a job carries, unless it was started without its environment."""
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """A process: its parent, its session, when it was started (which tells it from a later one of its number).

    ``cpu_seconds`` are its own and those of processes below it that it has waited for.
    """

    pid: int
    parent: int
    session: int
    started: str
    cpu_seconds: float = 0.0


def processes() -> dict[int, Seen]:
    """All processes that there are."""
    found = {}
    for pid in process_ids():
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            if fields[0] != b"Z":
                used = sum(map(int, fields[11:15])) / TICKS
                found[pid] = Seen(pid, int(fields[1]), int(fields[3]), fields[19].decode(), used)
    return found


def family(leader: int, there: dict[int, Seen]) -> set[int]:
    """A job's processes: its leader, all below it, and all of its session."""
    children: dict[int, list[int]] = {}
    for seen in there.values():
        children.setdefault(seen.parent, []).append(seen.pid)
    left = [leader, *(seen.pid for seen in there.values() if seen.session == leader)]
    found: set[int] = set()
    while left:
        pid = left.pop()
        if pid not in found:
            found.add(pid)
            left += children.get(pid, [])
    return found & there.keys()


def strays(mark: str, owner: str) -> set[int]:
    """Processes that carry a job's mark, or a token of its leader's, wherever they hang now."""
    return strays_among(marked(MARK, TOKEN), mark, owner)


def strays_among(seen: Iterable[tuple[int, str]], mark: str, owner: str) -> set[int]:
    """Those among processes with what their ``MARK`` and ``TOKEN`` hold."""
    return {pid for pid, value in seen if value == mark or value.startswith(f"{owner}.")}


class Lookout:
    """What one look at the machine shows all jobs: reading about every process costs more than telling whose it is."""

    def __init__(self) -> None:
        self._there: dict[int, Seen] = {}
        self._marked: tuple[tuple[int, str], ...] = ()
        self._looked = self._marks_looked = float("-inf")

    def processes(self, age: float) -> dict[int, Seen]:
        """All processes, as they were ``age`` seconds ago at most."""
        if time.monotonic() - self._looked > age:
            self._there = processes()
            self._looked = time.monotonic()
        return self._there

    def strays(self, mark: str, owner: str, age: float) -> set[int]:
        """Processes of a job by what they carry, as they were ``age`` seconds ago at most."""
        if time.monotonic() - self._marks_looked > age:
            self._marked = tuple(marked(MARK, TOKEN))
            self._marks_looked = time.monotonic()
        return strays_among(self._marked, mark, owner)


def resident(pids: Iterable[int]) -> int:
    """Bytes in memory of processes, each counted alone: what they share counts more than once. Quick."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, IndexError, ValueError):
            total += int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * PAGE
    return total


def proportional(pids: Iterable[int]) -> int:
    """The same with what is shared counted once in all (PSS); slower."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines()
            total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:"))
        except (OSError, StopIteration, ValueError, IndexError):
            total += resident((pid,))
    return total


def disk_usage(folders: Iterable[Path]) -> int:
    """Bytes that folders take on disk; links are not followed, and what goes meanwhile does not count."""
    total = 0
    left = [str(folder) for folder in folders]
    seen: set[tuple[int, int]] = set()
    while left:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                        continue
                    status = entry.stat(follow_symlinks=False)
                    place = (status.st_dev, status.st_ino)
                    if status.st_nlink == 1 or place not in seen:
                        seen.add(place)
                        total += status.st_blocks * 512
    return total


def end_family(leader: int, mark: str, owner: str) -> None:
    """Kill a job's leader and everything that belongs to it, again and again until nothing does.

    They are stopped before they are killed, so that what forks faster than it is killed does not win.
    """
    known: dict[int, str] = {}
    for _ in range(ROUNDS):
        there = processes()
        known |= {pid: there[pid].started for pid in family(leader, there)}
        for pid in strays(mark, owner) & there.keys():
            known |= {below: there[below].started for below in family(pid, there)}
        known.pop(os.getpid(), None)
        alive = [pid for pid, started in known.items() if pid in there and there[pid].started == started]
        if not alive:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in alive:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
        time.sleep(0.02)
