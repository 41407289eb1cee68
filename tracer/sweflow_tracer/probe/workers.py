"""The workers: forked children, each of which runs one group of items and sends a record for each.

Two streams meet here. A child sends ``test`` after a test and ``done`` at its end, and ``begin`` before a test of a
group in which one may take longer than another. The parent keeps the time, kills a child's whole process group when it
is over, says which test was lost and gives the rest of a broken group to a new child.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import shutil
import signal
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from . import limit
from .channel import LineReader, encode, write_all

if TYPE_CHECKING:
    from collections.abc import Callable

    Send = Callable[[dict[str, Any]], None]
    Seal = Callable[[dict[str, Any]], dict[str, Any]]

POLL_SECONDS = 0.2
GRACE_SECONDS = 3.0  # between the signal that ends a test and the end of its process group
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


_LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends, however it ends (Linux only). 0: whoever it is, who sees to the rest."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent and os.getppid() != parent:
            os._exit(1)


class Orphans:
    """Adopts what tests leave behind in sessions of their own, so that it can be ended (Linux only)."""

    def __init__(self) -> None:
        self._before = children()
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)

    def end(self) -> None:
        """Kill every child that was not there at the start, and what becomes a child by that."""
        left = children() - self._before
        while left:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                except (ProcessLookupError, ChildProcessError):
                    pass
            left = children() - self._before


def children() -> set[int]:
    """Process ids of this process's children."""
    found: set[int] = set()
    me = os.getpid()
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as file:
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent == me:
                found.add(int(name))
    return found


class Child:
    """A forked child, the items that it still has to run and the test that it is running."""

    def __init__(self, pid: int, fd: int, number: int, group: list[Any], scratch: str) -> None:
        self.pid = pid
        self.fd: int | None = fd
        self.number = number
        self.group = group
        self.scratch = scratch
        self.lines = LineReader()
        self.current: str | None = None
        self.finished = 0
        self.done = False
        self.warned = False
        self.since = time.monotonic()


class Workers:
    """Runs groups of items in forked children, several at once.

    ``patience`` gives the seconds that a test of a group may take (None: before the first). ``seal`` is put on what is
    said here of a test whose process cannot say it any more; what a child sends goes on as it comes. ``between`` is
    called before a child starts, while no other runs.
    """

    def __init__(
        self,
        jobs: int,
        patience: Callable[[int, str | None], float],
        scratch: str,
        emit: Send,
        run_group: Callable[[int, list[Any], Send], None],
        seal: Seal,
        between: Callable[[], object] | None = None,
    ) -> None:
        self._jobs = jobs
        self._patience = patience
        self._scratch = scratch
        self._emit = emit
        self._run_group = run_group
        self._seal = seal
        self._between = between
        self._selector = selectors.DefaultSelector()
        self._running: dict[int, Child] = {}
        self._count = 0

    def run(self, groups: list[tuple[int, list[Any]]], resume: bool = True) -> None:
        """Run every group, ``(number, items)``, in a child of its own; records go out through ``emit``.

        ``resume``: where a test takes its process with it, the rest of its group runs in a new one.
        """
        queue = list(reversed(groups))
        try:
            while queue or self._running:
                while queue and len(self._running) < self._jobs:
                    self._start(*queue.pop())
                self._wait()
                for child in list(self._running.values()):
                    rest = self._judge(child)
                    if rest and resume:
                        queue.append((child.number, rest))
        finally:
            for child in list(self._running.values()):
                self._end(child)

    def _start(self, number: int, group: list[Any]) -> None:
        if self._between is not None and not self._running:
            self._between()
        self._count += 1
        scratch = os.path.join(self._scratch, "t%d" % self._count)
        os.mkdir(scratch)
        reading, writing = os.pipe()
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._child(parent, writing, number, group, scratch)
        os.close(writing)
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass  # the child was quicker, or is gone
        os.set_blocking(reading, False)
        child = Child(pid, reading, number, group, scratch)
        self._running[pid] = child
        self._selector.register(reading, selectors.EVENT_READ, child)

    def _child(self, parent: int, fd: int, number: int, group: list[Any], scratch: str) -> None:
        status = 1
        me = os.getpid()
        try:
            os.setpgid(0, 0)
            die_with_parent(parent)
            os.environ["TMPDIR"] = scratch
            tempfile.tempdir = None

            def send(record: dict[str, Any]) -> None:
                if os.getpid() != me:
                    os._exit(0)  # a test forked and its child came back here
                write_all(fd, encode(record))

            self._run_group(number, group, send)
            send({"kind": "done"})
            status = 0
        finally:
            os._exit(status)

    def _wait(self) -> None:
        for key, _ in self._selector.select(POLL_SECONDS):
            child: Child = key.data
            try:
                data = os.read(key.fd, 1 << 16)
            except BlockingIOError:
                continue
            if not data:
                self._selector.unregister(key.fd)
                os.close(key.fd)
                child.fd = None
            for record in child.lines.feed(data):
                self._receive(child, record)

    def _receive(self, child: Child, record: dict[str, Any]) -> None:
        kind = record.get("kind")
        child.since = time.monotonic()
        child.warned = False
        if kind == "begin":
            child.current = str(record.get("id"))
        elif kind == "done":
            child.done = True
        else:
            child.current = None
            child.finished += 1
            self._emit({**record, "group": child.number})

    def _judge(self, child: Child) -> list[Any] | None:
        """End a child that is over, and give back the part of its group that nobody ran."""
        late = self._is_late(child)
        if not (child.done or child.fd is None or late):
            return None
        status = self._end(child)
        if child.done or child.finished >= len(child.group):
            return None
        lost = child.group[child.finished]
        outcome = "timed-out" if late else "lost"
        detail = "no end after %g s" % self._seconds(child) if late else _describe(status)
        record = {"kind": "test", "id": lost.nodeid, "outcome": outcome, "detail": detail}
        self._emit({**self._seal(record), "group": child.number})
        return child.group[child.finished + 1 :]

    def _is_late(self, child: Child) -> bool:
        """Whether a child must be ended; its test is told to end first."""
        over = time.monotonic() - child.since - self._seconds(child)
        if over > 0 and not child.warned:
            child.warned = True
            try:
                os.kill(child.pid, limit.SIGNAL)
            except ProcessLookupError:
                pass
        return over > GRACE_SECONDS

    def _seconds(self, child: Child) -> float:
        """How long a test of a child may take."""
        return self._patience(child.number, child.current)

    def _end(self, child: Child) -> int:
        if child.fd is not None:
            self._selector.unregister(child.fd)
            os.close(child.fd)
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        _, status = os.waitpid(child.pid, 0)
        del self._running[child.pid]
        try:
            os.rmdir(child.scratch)  # few tests leave anything in it
        except OSError:
            shutil.rmtree(child.scratch, ignore_errors=True)
        return status


class Doubtful:
    """Keeps back the records of some groups of several that say nothing, to run those tests alone.

    Of a group with ``stubs`` a record says something that failed by one of these. Of one that is ``asserting``
    one that passed, or failed by an assertion in its own function, whose ``place`` is asked for. Of the others one that
    passed, where none failed before: what failed may have left something behind, so that a later pass beside it says
    nothing.

    A line goes out for each record that is kept back, since who reads takes silence for a hang; modules from elsewhere
    are named in it.
    """

    def __init__(
        self,
        groups: dict[int, list[Any]],
        stubs: dict[int, frozenset[str]],
        asserting: frozenset[int],
        place: Callable[[Any], dict[str, Any] | None],
        emit: Send,
        seal: Seal,
    ) -> None:
        self._items = {
            number: {item.nodeid: item for item in group} for number, group in groups.items() if len(group) > 1
        }
        self._stubs = stubs
        self._asserting = asserting
        self._place = place
        self._emit = emit
        self._seal = seal
        self._found: dict[int, dict[str, None]] = {}

    def emit(self, record: dict[str, Any]) -> None:
        """Send a record on, or keep it back."""
        number, test = record.get("group", 0), str(record.get("id"))
        known = record.get("kind") == "test" and test in self._items.get(number, ())
        if known and not self._stands(number, record):
            self._found.setdefault(number, {})[test] = None
            self._emit(
                self._seal({"kind": "kept", **{key: record[key] for key in ("strays", "alarms") if key in record}})
            )
        else:
            self._emit(record)

    def _stands(self, number: int, record: dict[str, Any]) -> bool:
        outcome = record.get("outcome")
        if number in self._stubs:
            return outcome == "failed" and not self._stubs[number].isdisjoint(
                record.get("failure", {}).get("stubs", ())
            )
        if number in self._asserting:
            place = self._place(self._items[number][str(record.get("id"))])
            return outcome == "passed" or (outcome == "failed" and _is_asserted(record.get("failure", {}), place))
        return outcome == "passed" and number not in self._found

    def names_stubs(self, number: int) -> bool:
        """Whether a record of a group stands by the stub that it names, so that what was called need not be known."""
        return number in self._items and number in self._stubs

    def alone(self) -> list[tuple[int, list[Any]]]:
        """A group for each test whose record was kept back; from now on none is."""
        items, self._items = self._items, {}
        return [(number, [items[number][test]]) for number, tests in self._found.items() for test in tests]


def _is_asserted(failure: dict[str, Any], place: dict[str, Any] | None) -> bool:
    """Whether a test's body failed by an assertion in its own function, and in no other code of the project."""
    at = failure.get("at")
    return (
        failure.get("when") == "call"
        and failure.get("type") in ("AssertionError", "Failed")
        and place is not None
        and at is not None
        and (at[0], at[1].rpartition(".")[2], at[2]) == (place["path"], place["name"].rpartition(".")[2], place["line"])
    )


def _describe(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "killed by signal %d" % os.WTERMSIG(status)
    return "process left with exit code %d" % os.WEXITSTATUS(status)
