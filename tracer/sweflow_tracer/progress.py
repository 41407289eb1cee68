"""Progress: how far a stage has come, for whoever watches."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` pieces of a stage are finished, of which ``failed`` did not end well.

    ``stage`` is environment, trace, repeat1 … (further traced runs), plain (what failed with the tracer, without it),
    rerun0 … (plain runs), coverage, graph, tasks, verify, gold, strength, eval or attacks. ``total`` is 0 while nobody
    knows it.
    """

    stage: str
    done: int
    total: int
    failed: int = 0


OnProgress = Callable[[Progress], None]
"""Is told of progress; may be called from any thread, one at a time."""


def silent(progress: Progress) -> None:
    """Tells nobody."""
