"""Indexing many files: here, or in a few processes where there is enough to read.

The processes are plain interpreters that read pickles from a pipe. A ``multiprocessing`` pool would either fork,
which is unsound beside threads, or run the user's script again.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sweflow_tracer.syntax import syntax_tree

from sweflow_rdg.index.file import FileIndex

FileJob = tuple[str, bytes]
SECONDS = 60
"""What one file gets that Python's own parser does not take."""
TOO_DEEP = "RecursionError: its code is nested too deeply"
WORTH = 300_000
"""Bytes of source below which starting a process takes longer than it saves."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that does not decode or parse, and why."""

    reason: str


def index_all(jobs: Sequence[FileJob], workers: int = 1) -> list[FileIndex | Unreadable]:
    """The index of each file, in the order given."""
    found = _look(jobs, workers)
    others = iter(_in_process([job for job, result in zip(jobs, found, strict=True) if result is None]))
    return [result if result is not None else next(others) for result in found]


def _look(jobs: Sequence[FileJob], workers: int) -> "list[FileIndex | Unreadable | None]":
    """What ``index_one`` says of each file."""
    size = sum(len(content) for _, content in jobs)
    workers = min(workers, size // WORTH, len(jobs))
    if workers < 2:
        return [index_one(job) for job in jobs]
    shares = _shares(jobs, workers)
    results: list[FileIndex | Unreadable | None] = [None] * len(jobs)
    for share, indexed in zip(shares, _in_processes([[jobs[n] for n in share] for share in shares]), strict=True):
        for number, result in zip(share, indexed, strict=True):
            results[number] = result
    return results


def index_one(job: FileJob) -> FileIndex | Unreadable | None:
    """The index of a file, or why there is none; None where only a process that may crash can tell.

    The parser that keeps every byte goes down a native stack, and in some ways of nesting its time grows with the
    square of the depth. Python's own parser has limits, so it looks first. A file that it does not take may be of
    another version of Python.
    """
    try:
        syntax_tree(job[1])
    except (RecursionError, MemoryError):
        return Unreadable(TOO_DEEP)
    except (SyntaxError, ValueError, LookupError) as error:
        return Unreadable(TOO_DEEP) if "too many" in str(error) else None
    return parse(job)


def parse(job: FileJob) -> FileIndex | Unreadable:
    """The index of a file that is known not to be nested too deeply, or that may end this process."""
    from sweflow_rdg.index.reader import index_file  # noqa: PLC0415  # libcst, which questions need not wait for

    try:
        return index_file(*job)
    except RecursionError:
        return Unreadable(TOO_DEEP)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Unreadable(f"{type(error).__name__}: {error}")


def _shares(jobs: Sequence[FileJob], workers: int) -> list[list[int]]:
    """Numbers of jobs for each worker, about equal in bytes: the largest file goes to who has least."""
    shares: list[list[int]] = [[] for _ in range(workers)]
    loads = [0] * workers
    for number in sorted(range(len(jobs)), key=lambda n: -len(jobs[n][1])):
        least = loads.index(min(loads))
        shares[least].append(number)
        loads[least] += len(jobs[number][1])
    return shares


def _in_process(jobs: list[FileJob]) -> list[FileIndex | Unreadable]:
    """Files that may end the process that parses them: all in one, then each in its own where that one broke."""
    if not jobs:
        return []
    process = _start("--plain")
    try:
        return [result for result in _ask(process, jobs, SECONDS) if result is not None]
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        if len(jobs) > 1:
            return [result for job in jobs for result in _in_process([job])]
        late = isinstance(error, subprocess.TimeoutExpired)
        what = f"took more than {SECONDS} seconds" if late else "broke down over it"
        return [Unreadable(f"SyntaxError: the parser {what}")]
    finally:
        process.kill()
        process.wait()


def _start(*options: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "sweflow_rdg.index.worker", *options]
    quiet = subprocess.DEVNULL if options else None
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, env=environment)


def _in_processes(shares: list[list[FileJob]]) -> "list[list[FileIndex | Unreadable | None]]":
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for _ in shares:
            processes.append(_start())
        with ThreadPoolExecutor(len(shares)) as threads:
            return list(threads.map(_ask, processes, shares))
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _ask(
    process: "subprocess.Popen[bytes]", share: list[FileJob], seconds: float | None = None
) -> "list[FileIndex | Unreadable | None]":
    answer, _ = process.communicate(pickle.dumps(share), seconds)
    if process.returncode:
        raise RuntimeError(f"an indexing process ended with exit code {process.returncode}")
    results: list[FileIndex | Unreadable | None] = pickle.loads(answer)
    return results
