"""Difficulty: how a step compares with the others of its schedule, for curricula."""

from bisect import bisect_left, bisect_right
from dataclasses import replace

from sweflow_scheduler.values import Step


def with_difficulty(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps with their difficulty: the mean of their ranks by five figures, each from 0 to 1; ties share a rank."""
    figures = [_figures(step) for step in steps]
    columns = [sorted(column) for column in zip(*figures, strict=True)]
    return tuple(
        replace(step, difficulty=round(sum(map(_rank, columns, mine)) / len(mine), 3))
        for step, mine in zip(steps, figures, strict=True)
    )


def _figures(step: Step) -> tuple[int, ...]:
    return (step.lines, step.complexity, step.depth, len(step.dependents), len(step.needs))


def _rank(column: list[int], value: int) -> float:
    """The share of the others that are smaller, those that are equal counted half."""
    others = len(column) - 1
    return (bisect_left(column, value) + bisect_right(column, value) - 1) / 2 / others if others else 0.0
