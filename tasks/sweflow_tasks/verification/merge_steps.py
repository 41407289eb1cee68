"""Amending a schedule: steps that merge with a later one, and functions that turn out not to be maskable.

Step numbers stay: a step that is gone leaves a gap.
"""

from collections.abc import Mapping
from dataclasses import replace

from sweflow_rdg import Role, RuntimeDependencyGraph
from sweflow_scheduler import Schedule, Step
from sweflow_scheduler.difficulty import with_difficulty
from sweflow_scheduler.targets import is_target

from sweflow_tasks.verification.plan import Plan


def amend_schedule(
    schedule: Schedule, graph: RuntimeDependencyGraph, merged: Mapping[int, int], given: frozenset[str]
) -> Schedule:
    """The schedule with each step of ``merged`` joined to the one it names, and without the functions ``given``.

    The tests of a step that is left without a function join the last step that they need (S2).
    """
    if not merged and not given:
        return schedule
    parts: dict[int, list[Step]] = {}
    for step in schedule.steps:
        parts.setdefault(merged.get(step.number, step.number), []).append(step)
    steps = [_join(number, parts[number], merged, given) for number in sorted(parts)]
    ready, kept = list(schedule.ready), [step for step in steps if step.functions]
    for step in (step for step in steps if not step.functions):
        home = max((i for i, other in enumerate(kept) if other.number in step.needs), default=None)
        if home is None:
            ready += step.tests
        else:
            kept[home] = replace(kept[home], tests=tuple(sorted((*kept[home].tests, *step.tests))))
    return replace(schedule, ready=tuple(sorted(ready)), steps=_connected(kept, graph, given))


def find_merge(graph: RuntimeDependencyGraph, schedule: Schedule, plan: Plan) -> tuple[int, int] | None:
    """The first step without FAIL_TO_PASS whose functions a later step's accepted tests need, and that step.

    No step in between needs them, so that they can wait for it.
    """
    requires = {test.id: {graph.nodes[n].id for n in test.requirement} for test in graph.tests}
    for step in schedule.steps:
        if plan.fails[step.number]:
            continue
        for later in schedule.steps:
            needing = (test for test in plan.of(later.number) if requires[test].intersection(step.functions))
            if later.number > step.number and any(needing):
                return step.number, later.number
    return None


def _join(number: int, parts: list[Step], merged: Mapping[int, int], given: frozenset[str]) -> Step:
    """Steps as one: functions in the order of the steps, callee first within each."""
    functions = tuple(f for part in parts for f in part.functions if f not in given)
    needs = {merged.get(needed, needed) for part in parts for needed in part.needs} - {number}
    return replace(
        parts[-1],
        number=number,
        tests=tuple(sorted(test for part in parts for test in part.tests)),
        functions=functions,
        needs=tuple(sorted(needs)),
        depth=max(part.depth for part in parts),
    )


def _connected(steps: list[Step], graph: RuntimeDependencyGraph, given: frozenset[str]) -> tuple[Step, ...]:
    """The steps with all that depends on the others computed anew; functions ``given`` are there from the start."""
    step_of = dict.fromkeys(given, 0) | {function: step.number for step in steps for function in step.functions}
    callers, callees = _neighbours(graph)
    nodes = {node.id: node for node in graph.nodes}
    wave: dict[int, int] = {}
    found: list[Step] = []
    for step in steps:
        targets = tuple(f for f in step.functions if is_target(callers.get(f, ()), step.number, step_of))
        needs = tuple(needed for needed in step.needs if needed in wave)
        wave[step.number] = 1 + max((wave[needed] for needed in needs), default=0)
        ahead = ((f, c) for f in step.functions for c in callees.get(f, ()) if step_of.get(c, 0) > step.number)
        found.append(
            replace(
                step,
                targets=targets,
                dependents=tuple(f for f in step.functions if f not in targets),
                needs=needs,
                wave=wave[step.number],
                lines=sum(nodes[f].lines for f in step.functions),
                complexity=sum(nodes[f].complexity for f in step.functions),
                forward=tuple(sorted(ahead)),
            )
        )
    fan_in = [number for step in found for number in step.needs]
    return with_difficulty(tuple(replace(step, fan_in=fan_in.count(step.number)) for step in found))


def _neighbours(graph: RuntimeDependencyGraph) -> tuple[dict[str, set[str | None]], dict[str, set[str]]]:
    """Callers and callees by id, the collector's calls left out; None is a caller outside the core, or scaffold."""
    callers: dict[str, set[str | None]] = {}
    callees: dict[str, set[str]] = {}
    for call in graph.calls:
        if call.collected:
            continue
        caller = graph.nodes[call.caller] if call.caller >= 0 else None
        inside = caller is not None and caller.role is Role.CORE and not caller.scaffold
        name, callee = caller.id if caller is not None and inside else None, graph.nodes[call.callee].id
        callers.setdefault(callee, set()).add(name)
        if name is not None:
            callees.setdefault(name, set()).add(callee)
    return callers, callees
