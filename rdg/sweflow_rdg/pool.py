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

from sweflow_rdg.file import FileIndex
from sweflow_rdg.reader import index_file

Job = tuple[str, bytes]
WORTH = 300_000
"""Bytes of source below which starting a process takes longer than it saves."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that does not decode or parse, and why."""

    reason: str


def index_all(jobs: Sequence[Job], workers: int = 1) -> list[FileIndex | Unreadable]:
    """The index of each file, in the order given."""
    size = sum(len(content) for _, content in jobs)
    workers = min(workers, size // WORTH, len(jobs))
    if workers < 2:
        return [index_one(job) for job in jobs]
    shares = _shares(jobs, workers)
    results: list[FileIndex | Unreadable | None] = [None] * len(jobs)
    for share, indexed in zip(shares, _in_processes([[jobs[n] for n in share] for share in shares]), strict=True):
        for number, result in zip(share, indexed, strict=True):
            results[number] = result
    return [result for result in results if result is not None]


def index_one(job: Job) -> FileIndex | Unreadable:
    """The index of a file, or why there is none."""
    try:
        return index_file(*job)
    except RecursionError:
        return Unreadable("RecursionError: its expressions are nested too deeply")
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Unreadable(f"{type(error).__name__}: {error}")


def _shares(jobs: Sequence[Job], workers: int) -> list[list[int]]:
    """Numbers of jobs for each worker, about equal in bytes: the largest file goes to who has least."""
    shares: list[list[int]] = [[] for _ in range(workers)]
    loads = [0] * workers
    for number in sorted(range(len(jobs)), key=lambda n: -len(jobs[n][1])):
        least = loads.index(min(loads))
        shares[least].append(number)
        loads[least] += len(jobs[number][1])
    return shares


def _in_processes(shares: list[list[Job]]) -> list[list[FileIndex | Unreadable]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "sweflow_rdg.worker"]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for _ in shares:
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment))
        with ThreadPoolExecutor(len(shares)) as threads:
            return list(threads.map(_ask, processes, shares))
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _ask(process: subprocess.Popen[bytes], share: list[Job]) -> list[FileIndex | Unreadable]:
    answer, _ = process.communicate(pickle.dumps(share))
    if process.returncode:
        raise RuntimeError(f"an indexing process ended with exit code {process.returncode}")
    results: list[FileIndex | Unreadable] = pickle.loads(answer)
    return results
