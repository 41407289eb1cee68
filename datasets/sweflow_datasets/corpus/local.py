"""The local engine: a child process an item, with limits on time, memory, disk and processes, ended whole."""

import contextlib
import json
import os
import pickle
import secrets
import select
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from sweflow_tracer.runner.workspace import OWNER, PREFIX, remove_listed
from sweflow_tracer.sandbox.ownership import TOKEN, owner

from sweflow_datasets.corpus.port import Broken, Cause, Ended, Plain, Returned, Work, taken
from sweflow_datasets.corpus.values import UNUSED, Limits, Usage
from sweflow_datasets.corpus.watching import (
    MARK,
    Lookout,
    disk_usage,
    end_family,
    family,
    processes,
    proportional,
    resident,
)
from sweflow_datasets.corpus.worker import ERROR, RESULT, TELL

T = TypeVar("T")
POLL = 0.1
LOOK = 0.25
"""Seconds between looks at a job's processes."""
MARKS_LOOK = 1.0
"""Seconds between looks for processes that left its family: what every process carries is read for that."""
DISK_LOOK = 2.0
SHARE = 50.0
"""A look at the disk is taken again after so many times as long as the last one took, at least."""
FREE = 256 << 20
"""Bytes that a disk must have free: below that a job that writes is ended before everybody fails."""
LONGEST = 16 << 20
"""Bytes of a line from a job."""
KEPT_LOG = 1 << 20
LOG = "log.txt"
LEDGER = ".scratch"
"""The file that lists scratch folders."""

Hear = Callable[[str, Plain, Usage], None]
"""Takes an item's key, what its function said (nothing: only its usage is new), and what it has used so far."""


def deaf(key: str, said: Plain, usage: Usage) -> None:
    """Hears nothing."""


@dataclass(slots=True)
class _Job:
    """A running item."""

    key: str
    process: "subprocess.Popen[bytes]"
    out: int
    mark: str
    owner: str
    scratch: Path
    folder: Path
    started: float
    usage: Usage = UNUSED
    buffer: bytearray = field(default_factory=bytearray)
    result: Plain | None = None
    error: str = ""
    ended: bool = False
    quick_memory: int = 0
    looked: float = 0.0
    disk_looked: float = 0.0
    disk_cost: float = 0.0
    cpu_alive: float = 0.0
    cpu_gone: float = 0.0

    def count_cpu(self, alive: float) -> None:
        """Take what the processes that are there have used. Where that is less than before, some went uncounted:

        nobody of the job waited for them, as for what a sandbox kills. What they had used by then is kept.
        """
        self.cpu_gone += max(0.0, self.cpu_alive - alive)
        self.cpu_alive = alive
        self.usage = replace(self.usage, cpu_seconds=max(self.usage.cpu_seconds, self.cpu_gone + alive))


@dataclass(slots=True)
class LocalEngine:
    """Runs items in processes of this machine, ``workers`` at a time.

    ``ledger`` is a file that lists scratch folders, so that a later engine removes those of one that was killed.
    ``folder_of`` names the folder of an item, which counts as its disk together with its scratch folder and holds its
    log. ``hear`` is told what functions say. ``stop`` is asked again and again: where it gives a reason, what runs is
    ended as stopped, and nothing more begins.
    """

    workers: int
    limits: Limits
    folder_of: Callable[[str], Path]
    ledger: Path
    hear: Hear = deaf
    stop: Callable[[], str] = lambda: ""
    _lookout: Lookout = field(default_factory=Lookout, init=False)

    def map_unordered(
        self, function: Work[T], items: Iterable[T], key: Callable[[T], str]
    ) -> Generator[Ended, None, None]:
        """How each item ended, as they end."""
        remove_listed(self.ledger)
        waiting = iter(items)
        running: dict[int, _Job] = {}
        with selectors.DefaultSelector() as selector:
            try:
                while True:
                    for item in taken(waiting, lambda: len(running) < self.workers and not self.stop()):
                        job = self._start(function, item, key(item))
                        running[job.out] = job
                        selector.register(job.out, selectors.EVENT_READ)
                    if not running:
                        return
                    for ready, _ in selector.select(POLL):
                        self._read(running[ready.fd])
                    stopped = self.stop()
                    for job in list(running.values()):
                        ended = self._look(job, stopped)
                        if ended is not None:
                            selector.unregister(job.out)
                            del running[job.out]
                            yield self._finished(job, ended)
            finally:
                for job in running.values():
                    self._end(job)

    def _start(self, function: Work[T], item: T, key: str) -> _Job:
        folder = self.folder_of(key)
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.gettempdir()).resolve() / f"{PREFIX}{secrets.token_hex(4)}"
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(f"{scratch}\n")  # before it is made: a kill in between leaves nothing
        scratch.mkdir(mode=0o700)
        (scratch / OWNER).write_text(owner(), "ascii")  # `sweflow clean` finds it where nobody else removes it
        mark = secrets.token_hex(16)
        reading, writing = os.pipe()
        variables = {name: value for name, value in os.environ.items() if name != TOKEN}
        with (folder / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "sweflow_datasets.corpus.worker", str(writing), str(self.limits.disk)],
                cwd=folder,
                env={**variables, MARK: mark, "TMPDIR": str(scratch)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(writing,),
                start_new_session=True,
            )
        os.close(writing)
        os.set_blocking(reading, False)
        seen = processes().get(process.pid)
        who = f"{process.pid}-{seen.started if seen else ''}"
        job = _Job(key, process, reading, mark, who, scratch, folder, time.monotonic())
        data = pickle.dumps((function, item))
        with contextlib.suppress(OSError):  # it ended already, which is seen soon
            assert process.stdin is not None
            process.stdin.write(len(data).to_bytes(8, "big") + data)
            process.stdin.flush()
        self.hear(key, {}, job.usage)
        return job

    def _read(self, job: _Job) -> None:
        """Take what a job wrote, line by line."""
        try:
            data = os.read(job.out, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            job.ended = True
            return
        job.buffer += data
        if len(job.buffer) > LONGEST:
            job.error, job.ended = "it said too much at once", True
            return
        *lines, rest = job.buffer.split(b"\n")
        job.buffer = bytearray(rest)
        for line in lines:
            self._take(job, bytes(line))

    def _take(self, job: _Job, line: bytes) -> None:
        with contextlib.suppress(ValueError, TypeError):
            kind, value = json.loads(line)
            if kind == TELL:
                self.hear(job.key, value, job.usage)
            elif kind == RESULT:
                job.result = value
            elif kind == ERROR:
                job.error = str(value)

    def _look(self, job: _Job, stopped: str) -> Broken | Returned | None:
        """How a job ended, or has to; None where it goes on."""
        now = time.monotonic()
        job.usage = replace(job.usage, seconds=now - job.started)
        if job.result is not None:
            return Returned(job.key, job.result)
        if job.ended or _exit_of(job.process.pid):
            self._read_rest(job)
            return Returned(job.key, job.result) if job.result is not None else self._crashed(job)
        if stopped:
            return Broken(job.key, Cause.STOPPED, stopped)
        if job.usage.seconds > self.limits.seconds:
            return Broken(job.key, Cause.TIMED_OUT, f"after {self.limits.seconds:.0f} s")
        if now - job.looked > LOOK:
            job.looked = now
            return self._look_closely(job, now)
        return None

    def _look_closely(self, job: _Job, now: float) -> Broken | None:
        there = self._lookout.processes(LOOK / 2)
        pids = family(job.process.pid, there) | (self._lookout.strays(job.mark, job.owner, MARKS_LOOK) & there.keys())
        job.count_cpu(sum(there[pid].cpu_seconds for pid in pids))
        if len(pids) > self.limits.processes:
            return Broken(job.key, Cause.PROCESSES, f"{len(pids)} processes at a time")
        if self._is_worth_counting(job, resident(pids)):
            held = proportional(pids)
            job.usage = replace(job.usage, peak_memory=max(held, job.usage.peak_memory))
            if held > self.limits.memory:
                return Broken(job.key, Cause.MEMORY, f"{_mib(held)}, and it may have {_mib(self.limits.memory)}")
        if now - job.disk_looked > max(DISK_LOOK, SHARE * job.disk_cost):
            self._measure_disk(job)
            job.disk_looked = time.monotonic()
            job.disk_cost = job.disk_looked - now
            if job.usage.bytes > self.limits.disk:
                detail = f"{_mib(job.usage.bytes)}, and it may have {_mib(self.limits.disk)}"
                return Broken(job.key, Cause.DISK, detail)
            free = shutil.disk_usage(job.folder).free
            if free < FREE:
                return Broken(job.key, Cause.DISK, f"the disk has {_mib(free)} left")
        self.hear(job.key, {}, job.usage)
        return None

    def _is_worth_counting(self, job: _Job, quick: int) -> bool:
        """Whether memory is to be counted exactly: the quick sum was never so high, or may be too high."""
        is_highest = quick > job.quick_memory
        job.quick_memory = max(job.quick_memory, quick)
        return is_highest or quick > self.limits.memory

    def _measure_disk(self, job: _Job) -> None:
        job.usage = replace(job.usage, bytes=disk_usage((job.folder, job.scratch)))

    def _read_rest(self, job: _Job) -> None:
        """Take what a job wrote before it ended."""
        while not job.ended and select.select([job.out], [], [], 0)[0]:
            self._read(job)

    def _crashed(self, job: _Job) -> Broken:
        until = time.monotonic() + 2
        while not (how := _exit_of(job.process.pid)) and time.monotonic() < until:
            time.sleep(0.02)
        return Broken(job.key, Cause.CRASHED, job.error or f"its process ended with {how or 'nothing said'}")

    def _finished(self, job: _Job, ended: Ended) -> Ended:
        """End all of a job, and say what it used in all."""
        self._end(job)
        return replace(ended, usage=job.usage)

    def _end(self, job: _Job) -> None:
        """Nothing of a job runs after this, and its scratch folder is gone."""
        end_family(job.process.pid, job.mark, job.owner)  # before it is reaped: its number is its own until then
        with contextlib.suppress(ChildProcessError):
            _, status, used = os.wait4(job.process.pid, 0)
            job.process.returncode = os.waitstatus_to_exitcode(status)
            job.usage = replace(job.usage, cpu_seconds=max(job.usage.cpu_seconds, used.ru_utime + used.ru_stime))
        if job.process.stdin is not None:
            with contextlib.suppress(OSError):
                job.process.stdin.close()
        os.close(job.out)
        shutil.rmtree(job.scratch, ignore_errors=True)
        _cut(job.folder / LOG)
        self._measure_disk(job)


def _exit_of(pid: int) -> str:
    """How a child ended, which stays unreaped; empty where it runs."""
    try:
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return "nothing said"
    if found is None:
        return ""
    return f"{'exit code' if found.si_code == os.CLD_EXITED else 'signal'} {found.si_status}"


def _cut(log: Path) -> None:
    """Keep the end of a log."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > KEPT_LOG:
            with log.open("rb+") as file:
                file.seek(-KEPT_LOG, os.SEEK_END)
                kept = file.read()
                file.seek(0)
                file.write(kept)
                file.truncate()


def _mib(count: int) -> str:
    return f"{count >> 20} MiB"
