"""Calibration: whether of candidates with score p a share of p is right."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from sweflow_datasets.scores.values import Scored


@dataclass(frozen=True, slots=True)
class Bin:
    """Candidates with a score above ``low`` and up to ``high``; the first bin has 0 in it, too.

    ``score`` is the mean of their scores and ``resolved`` the share that is right; both are 0 where there is none.
    """

    low: float
    high: float
    count: int
    score: float
    resolved: float


def calibration_bins(scored: Sequence[Scored], bins: int = 10) -> tuple[Bin, ...]:
    """Bins of equal width over scores from 0 to 1, edges as in scikit-learn's ``calibration_curve``."""
    edges = [number / bins for number in range(bins + 1)]
    held: list[list[Scored]] = [[] for _ in range(bins)]
    for each in scored:
        held[bisect_left(edges, each.score, 1, bins) - 1].append(each)
    return tuple(_bin(low, high, found) for low, high, found in zip(edges, edges[1:], held, strict=False))


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance of score and share over candidates, by bins (Naeini et al. 2015; Guo et al. 2017, eq. 3)."""
    total = sum(found.count for found in bins)
    return sum(found.count * abs(found.resolved - found.score) for found in bins) / total


def _bin(low: float, high: float, found: Sequence[Scored]) -> Bin:
    if not found:
        return Bin(low, high, 0, 0.0, 0.0)
    return Bin(low, high, len(found), fmean(each.score for each in found), fmean(each.resolved for each in found))
