"""Figures of many counts: their sum, median and 95th percentile."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Sum, median, 95th percentile (nearest rank) and greatest of some counts; zeros where there are none."""

    total: int = 0
    median: int = 0
    p95: int = 0
    most: int = 0


def figures_of(counts: Sequence[int]) -> Figures:
    """The figures of some counts.

    >>> figures_of([1, 2, 3, 10])
    Figures(total=16, median=2, p95=10, most=10)
    """
    if not counts:
        return Figures()
    ordered = sorted(counts)
    rank = -(-95 * len(ordered) // 100)
    return Figures(sum(ordered), int(statistics.median(ordered)), ordered[rank - 1], ordered[-1])
