"""Jobs side by side, whose results are kept as they come (D1)."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")


@contextmanager
def side_by_side(
    jobs: Iterable[J],
    work: Callable[[J], R],
    keep: Callable[[J, R], None],
    stop: Callable[[], None],
    workers: int,
    known: Callable[[J], R | None] = lambda job: None,
) -> Iterator[Iterator[tuple[J, R]]]:
    """An iterator over jobs and their results, in the order in which they end; jobs are taken as there is room.

    A job whose result is ``known`` does not run. ``keep`` is called with each other result before anybody sees it.
    Where a job raises, what ended beside it is kept, too. Where the block is left before all is done, what runs is
    finished and kept; where it is left by an exception, Ctrl-C among them, ``stop`` ends what runs (H3). Raises what a
    job raises.
    """
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[R], J] = {}

        def finished() -> list[tuple[J, R]]:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            ended = [(future, running.pop(future)) for future in list(running) if future in done]
            good = [(job, future.result()) for future, job in ended if future.exception() is None]
            for job, result in good:
                keep(job, result)
            for future, _ in ended:
                future.result()
            return good

        def results() -> Iterator[tuple[J, R]]:
            for job in jobs:
                result = known(job)
                if result is not None:
                    yield job, result
                    continue
                running[pool.submit(work, job)] = job
                if len(running) > workers:
                    yield from finished()
            while running:
                yield from finished()

        try:
            yield results()
            while running:
                finished()
        except BaseException:
            stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
