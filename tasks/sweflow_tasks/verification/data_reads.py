"""Watching: one run of the finished project that tells which tests read its files as data or start processes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sweflow_rdg import RuntimeDependencyGraph
from sweflow_tracer.values import Outcome

from sweflow_tasks.verification.observations import TreeRun


@dataclass(frozen=True, slots=True)
class FileReads:
    """What the tests of each file read of the project's files as data; ``.`` is the root, a folder all below it.

    ``opaque`` are test files with a test of which that cannot be said: it starts a process, or it did not pass.
    ``always`` is what is read before any test runs. A fixture or a cache can read for the next test, so that a file's
    tests share what they read.
    """

    reads: Mapping[str, frozenset[str]]
    opaque: frozenset[str]
    always: frozenset[str]


NOTHING_READ = FileReads({}, frozenset(), frozenset())


def watch_groups(graph: RuntimeDependencyGraph) -> list[list[str]]:
    """The stable tests, a group a file: each runs in a process of its own, so that no file reads for another."""
    by_path: dict[str, list[str]] = {}
    for test in graph.tests:
        if test.rejected is None:
            by_path.setdefault(test.path, []).append(test.id)
    return [by_path[path] for path in sorted(by_path)]


def file_reads_of(graph: RuntimeDependencyGraph, run: TreeRun) -> FileReads:
    """What a watched run of ``watch_groups`` says."""
    paths = {test.id: test.path for test in graph.tests}
    reads: dict[str, set[str]] = {}
    opaque = set(paths.values()) if run.problem else set()
    for result in run.results:
        path = paths[result.test]
        reads.setdefault(path, set()).update(result.reads)
        if result.starts or result.outcome is not Outcome.PASSED:
            opaque.add(path)
    found = {path: frozenset(names) for path, names in reads.items()}
    return FileReads(found, frozenset(opaque), frozenset(run.reads))


def covers(read: Iterable[str], path: str) -> bool:
    """Whether a file is among the paths that were read, or lies in one of them."""
    return any(name in (path, ".") or path.startswith(name + "/") for name in read)
