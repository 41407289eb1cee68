"""Merging: steps that join a later one, and functions that turn out not to be maskable, give another schedule.

Step numbers stay: a step that is gone leaves a gap.
"""

from collections.abc import Mapping
from dataclasses import replace

from sweflow_rdg import RuntimeDependencyGraph

from sweflow_scheduler.connect import connect
from sweflow_scheduler.values import Schedule, Step


def merge_steps(
    schedule: Schedule, graph: RuntimeDependencyGraph, merged: Mapping[int, int], unmasked: frozenset[str]
) -> Schedule:
    """The schedule with each step of ``merged`` joined to the one it names, and without the functions ``unmasked``.

    The tests of a step that is left without a function join the last step that they need (S2).
    """
    if not merged and not unmasked:
        return schedule
    parts: dict[int, list[Step]] = {}
    for step in schedule.steps:
        parts.setdefault(merged.get(step.number, step.number), []).append(step)
    steps = [_join(number, parts[number], merged, unmasked) for number in sorted(parts)]
    ready, kept = list(schedule.ready), [step for step in steps if step.functions]
    for step in (step for step in steps if not step.functions):
        home = max((i for i, other in enumerate(kept) if other.number in step.needs), default=None)
        if home is None:
            ready += step.tests
        else:
            kept[home] = replace(kept[home], tests=tuple(sorted((*kept[home].tests, *step.tests))))
    return replace(schedule, ready=tuple(sorted(ready)), steps=connect(kept, graph, unmasked))


def _join(number: int, parts: list[Step], merged: Mapping[int, int], unmasked: frozenset[str]) -> Step:
    """Steps as one: functions in the order of the steps, callee first within each."""
    functions = tuple(f for part in parts for f in part.functions if f not in unmasked)
    needs = {merged.get(needed, needed) for part in parts for needed in part.needs} - {number}
    return replace(
        parts[-1],
        number=number,
        tests=tuple(sorted(test for part in parts for test in part.tests)),
        functions=functions,
        needs=tuple(sorted(needs)),
        depth=max(part.depth for part in parts),
    )
