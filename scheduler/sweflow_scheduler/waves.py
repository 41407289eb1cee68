"""Waves: what can be developed side by side, and what has to wait for what (S5)."""

from sweflow_scheduler.values import Schedule


def waves(schedule: Schedule) -> tuple[tuple[int, ...], ...]:
    """Numbers of the steps of each wave, in order: a wave needs nothing but waves before it."""
    found: dict[int, list[int]] = {}
    for step in schedule.steps:
        found.setdefault(step.wave, []).append(step.number)
    return tuple(tuple(found[wave]) for wave in sorted(found))


def width(schedule: Schedule) -> int:
    """The number of steps of the largest wave: so many can certainly be developed side by side."""
    return max(map(len, waves(schedule)), default=0)


def critical_path(schedule: Schedule) -> tuple[int, ...]:
    """Numbers of the steps of a chain of needs with the most lines: however many work, this much comes in sequence.

    Among equally long chains the one that ends first, and goes through earlier steps.
    """
    longest: dict[int, int] = {}
    before: dict[int, int] = {}
    for step in schedule.steps:
        best = max(step.needs, key=lambda number: (longest[number], -number), default=0)
        longest[step.number] = step.lines + longest.get(best, 0)
        before[step.number] = best
    path = []
    number = max(longest, key=lambda number: (longest[number], -number), default=0)
    while number:
        path.append(number)
        number = before[number]
    return tuple(reversed(path))
