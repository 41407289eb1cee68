"""Best of n: how often the candidate that a judge scores highest of n is right, without drawing anything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import comb
from statistics import fmean

from sweflow_tasks.grading.report import pass_at_k

from sweflow_datasets.scores.values import Scored


@dataclass(frozen=True, slots=True)
class BestOf:
    """Means over the ``tasks`` that have ``n`` candidates or more.

    ``best`` is the chance that the highest scored of n is right, ``chance`` that one drawn candidate is,
    ``oracle`` that at least one of n is.
    """

    n: int
    tasks: int
    best: float
    chance: float
    oracle: float


def best_of_n(scored: Iterable[Scored]) -> tuple[BestOf, ...]:
    """The curve for n from 1 to the most candidates that a task has; where ``tasks`` falls, it speaks of others."""
    by_task: dict[str, list[Scored]] = {}
    for each in scored:
        by_task.setdefault(each.instance_id, []).append(each)
    tasks = list(by_task.values())
    return tuple(_point(n, [t for t in tasks if len(t) >= n]) for n in range(1, max(map(len, tasks), default=0) + 1))


def best_of(candidates: Sequence[Scored], n: int) -> float:
    """The chance that the highest scored of n candidates, drawn without putting back, is right.

    Candidates with equal scores are equally likely to be taken for the best.
    """
    total, below, expected = comb(len(candidates), n), 0, 0.0
    for _, group in groupby(sorted(candidates, key=_score), key=_score):
        tied = list(group)
        highest = comb(below + len(tied), n) - comb(below, n)
        expected += highest / total * fmean(each.resolved for each in tied)
        below += len(tied)
    return expected


def _point(n: int, tasks: Sequence[Sequence[Scored]]) -> BestOf:
    right = [(len(task), sum(each.resolved for each in task)) for task in tasks]
    return BestOf(
        n=n,
        tasks=len(tasks),
        best=fmean(best_of(task, n) for task in tasks),
        chance=fmean(count / size for size, count in right),
        oracle=fmean(pass_at_k(size, count, n) for size, count in right),
    )


def _score(each: Scored) -> float:
    return each.score
