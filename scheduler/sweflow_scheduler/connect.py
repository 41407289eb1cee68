"""Connecting: what a step's place among the others says of it: targets, wave, fan-in, forward calls, difficulty."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sweflow_rdg import Role, RuntimeDependencyGraph

from sweflow_scheduler.difficulty import with_difficulty
from sweflow_scheduler.values import Step


def connect(
    steps: Iterable[Step], graph: RuntimeDependencyGraph, unmasked: frozenset[str] = frozenset()
) -> tuple[Step, ...]:
    """Steps in order, with all that the graph and the other steps say of each.

    ``unmasked`` are functions that are there from the start. Of a step count its number, tests, functions, needs, depth
    and ``unsplit``; the rest is found here.
    """
    steps = tuple(steps)
    step_of = dict.fromkeys(unmasked, 0) | {function: step.number for step in steps for function in step.functions}
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
    fan_in = Counter(number for step in found for number in step.needs)
    return with_difficulty(tuple(replace(step, fan_in=fan_in[step.number]) for step in found))


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


def is_target(callers: Iterable[str | None], step: int, step_of: Mapping[str, int]) -> bool:
    """Whether a function of a step is called from a test, a fixture, scaffold or code of an earlier step.

    None among the callers stands for the first three. A caller that is in no step is reached by rejected tests only
    and does not count, since no test of the dataset comes that way.
    """
    return any(caller is None or step_of.get(caller, step) < step for caller in callers)
