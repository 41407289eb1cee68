"""The journal of jobs: they run side by side, each result is a line of a file, and no job runs twice (D1)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import dumps
from sweflow_tracer.runner.pool import side_by_side

from sweflow_tasks.execution.line_journal import read_whole_lines
from sweflow_tasks.values import JsonObject

J = TypeVar("J")
J_contra = TypeVar("J_contra", contravariant=True)
R = TypeVar("R")


class Entries(Protocol[J_contra, R]):
    """What stands in a journal: lines with a ``key`` and what ``row`` gives."""

    def key(self, job: J_contra) -> str:
        """All that a job's result depends on."""
        ...

    def row(self, job: J_contra, result: R) -> JsonObject:
        """A result as a JSON object."""
        ...

    def result(self, row: JsonObject) -> R | None:
        """The result in a line; None where the line is of another version, or its job is to run again."""
        ...


class Journal(Generic[J, R]):
    """Results of jobs by key, in a file that is read once and added to as jobs end; a torn last line is cut off.

    Raises FileNotUsable for a line that holds something else.
    """

    def __init__(self, path: Path, entries: Entries[J, R]) -> None:
        self._path = path
        self._entries = entries
        self._results: dict[str, R] = {}
        for number, row in enumerate(read_whole_lines(path), 1):
            try:
                key, result = row["key"], entries.result(row)
            except (KeyError, TypeError, ValueError) as error:
                problem = f"has nothing of this version in line {number}"
                raise FileNotUsable(path, problem, "take that line out, or remove the file") from error
            if result is not None:
                self._results[key] = result

    @contextmanager
    def results(
        self, jobs: Iterable[J], work: Callable[[J], R], stop: Callable[[], None], workers: int
    ) -> Iterator[Iterator[tuple[J, R]]]:
        """Jobs and their results, in the order in which they end; of jobs with one key, the first.

        ``stop`` ends what runs where the block is left by an exception. Raises what ``work`` raises.
        """

        def each(series: Sequence[J]) -> Iterator[R]:
            return map(work, series)

        with self.results_of_series(((job,) for job in jobs), each, stop, workers) as found:
            yield found

    @contextmanager
    def results_of_series(
        self,
        series: Iterable[Sequence[J]],
        work: Callable[[Sequence[J]], Iterator[R]],
        stop: Callable[[], None],
        workers: int,
    ) -> Iterator[Iterator[tuple[J, R]]]:
        """The same of jobs of which several run one after the other; ``work`` gives a result for each, as it ends."""
        asked: set[str] = set()

        def different() -> Iterator[list[tuple[str, J]]]:
            for jobs in series:
                keyed = {self._entries.key(job): job for job in reversed(jobs)}
                new = [(key, job) for key, job in reversed(keyed.items()) if key not in asked]
                asked.update(key for key, _ in new)
                if new:
                    yield new

        with self._path.open("a", encoding="utf-8") as file:
            lock = Lock()

            def run(keyed: list[tuple[str, J]]) -> list[R]:
                left = [(key, job) for key, job in keyed if key not in self._results]
                for (key, job), result in zip(left, work([job for _, job in left]), strict=True):
                    with lock:
                        self._results[key] = result
                        file.write(dumps({**self._entries.row(job, result), "key": key}) + "\n")
                        file.flush()
                return [self._results[key] for key, _ in keyed]

            def known(keyed: list[tuple[str, J]]) -> list[R] | None:
                found = [self._results[key] for key, _ in keyed if key in self._results]
                return found if len(found) == len(keyed) else None

            with side_by_side(different(), run, lambda keyed, results: None, stop, workers, known) as ended:
                yield (
                    (job, result) for keyed, results in ended for (_, job), result in zip(keyed, results, strict=True)
                )
