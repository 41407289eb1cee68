"""The timeline of a schedule, in characters."""

from sweflow_scheduler import Schedule

BAR = 24
"""Characters of the timeline."""


def timeline(made: Schedule) -> list[str]:
    """A bar a step: when it starts and how long it takes, if as many work on it as can."""
    end: dict[int, int] = {}
    for step in made.steps:
        end[step.number] = step.lines + max((end[number] for number in step.needs), default=0)
    whole = max(end.values(), default=1)
    bars = []
    for step in made.steps:
        start, stop = ((end[step.number] - step.lines) * BAR // whole, -(-end[step.number] * BAR // whole))
        bars.append(" " * min(start, BAR - 1) + "█" * max(1, stop - start))
    return bars
