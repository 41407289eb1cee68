"""Placeholders: which functions of a schedule are called before their step, and which must move on (S6, S7)."""

from bisect import bisect_right
from collections.abc import Set as AbstractSet

from sweflow_rdg import RuntimeDependencyGraph
from sweflow_scheduler import Schedule

from sweflow_tasks.verification.plan import Plan

Pairs = AbstractSet[tuple[str, str]]


def find_placeholders(graph: RuntimeDependencyGraph, schedule: Schedule, plan: Plan) -> frozenset[str]:
    """The functions that an accepted test calls in an earlier step than theirs: it must get along without them."""
    comes = {function: step.number for step in schedule.steps for function in step.functions}
    steps = [comes.get(node.id, 0) for node in graph.nodes]
    found: set[int] = set()
    for test in graph.tests:
        if test.id in plan.places:
            home = plan.step_of(test.id)
            found.update(number for number in test.requirement if steps[number] > home)
    return frozenset(graph.nodes[number].id for number in found)


def find_homeless(
    graph: RuntimeDependencyGraph, schedule: Schedule, plan: Plan, silent: Pairs, unnoticed: Pairs
) -> dict[str, int | None]:
    """The functions of steps that have no test to notice them, each with the next step that has one, if any.

    In pairs of a test function (``silent``) or a test id (``unnoticed``) and a function, the test does not notice it.
    """
    comes = {function: step.number for step in schedule.steps for function in step.functions}
    noticed: dict[str, set[int]] = {function: set() for function in comes}
    for test in graph.tests:
        if test.id in plan.places:
            home = plan.step_of(test.id)
            for function in comes.keys() & {graph.nodes[number].id for number in test.requirement}:
                if (test.function, function) not in silent and (test.id, function) not in unnoticed:
                    noticed[function].add(home)
    found: dict[str, int | None] = {}
    for function, homes in noticed.items():
        if comes[function] not in homes:
            ordered = sorted(homes)
            place = bisect_right(ordered, comes[function])
            found[function] = ordered[place] if place < len(ordered) else None
    return found
