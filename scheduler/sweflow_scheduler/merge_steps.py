"""Merging: steps that join a later one, and functions that turn out not to be maskable, give another schedule.

Step numbers stay: a step that is gone leaves a gap.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from sweflow_rdg import RuntimeDependencyGraph

from sweflow_scheduler.connect import connect
from sweflow_scheduler.values import Schedule, Step


def merge_steps(
    schedule: Schedule,
    graph: RuntimeDependencyGraph,
    merged: Mapping[int, int],
    unmasked: frozenset[str],
    moved: Mapping[str, int] = MappingProxyType({}),
) -> Schedule:
    """The schedule with each step of ``merged`` joined to the one it names, and without the functions ``unmasked``.

    ``moved`` gives for functions and test functions the later step that they stand in instead. The tests of a step that
    is left without a function join the last step that they need (S2).
    """
    if not merged and not unmasked and not moved:
        return schedule
    schedule = _move(schedule, graph, moved) if moved else schedule
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


def _move(schedule: Schedule, graph: RuntimeDependencyGraph, moved: Mapping[str, int]) -> Schedule:
    """Functions and test functions in other steps; what comes from an earlier step stands first."""
    functions: dict[int, list[str]] = {step.number: [] for step in schedule.steps}
    tests: dict[int, list[str]] = {step.number: [] for step in schedule.steps}
    for found, names in ((functions, "functions"), (tests, "tests")):
        for step in schedule.steps:
            for name in getattr(step, names):
                found[moved.get(name, step.number)].append(name)
    for test in schedule.ready:
        if test in moved:
            tests[moved[test]].append(test)
    home = {function: number for number, found in functions.items() for function in found}
    requires: dict[str, set[str]] = {}
    for each in graph.tests:
        requires.setdefault(each.function, set()).update(graph.nodes[n].id for n in each.requirement)

    def needs(number: int) -> tuple[int, ...]:
        needed = {home.get(f, number) for test in tests[number] for f in requires[test]}
        return tuple(sorted(other for other in needed if other < number))

    steps = tuple(
        replace(
            step,
            tests=tuple(sorted(tests[step.number])),
            functions=tuple(functions[step.number]),
            needs=needs(step.number),
        )
        for step in schedule.steps
    )
    ready = tuple(test for test in schedule.ready if test not in moved)
    return replace(schedule, ready=ready, steps=steps)


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
