"""Pseudo-tested functions: tests run them, and nobody would miss them (extreme mutation, as in PIT's Descartes)."""

from sweflow_rdg import RuntimeDependencyGraph

from sweflow_scheduler.values import Closure, Schedule


def pseudo_tested(graph: RuntimeDependencyGraph, schedule: Schedule) -> tuple[str, ...]:
    """Functions that tests call and none of these notices, sorted; none unless the order is by what tests need."""
    if schedule.rules.closure is not Closure.NEEDED:
        return ()
    placed = {function for step in schedule.steps for function in step.functions}
    called = (graph.nodes[number].id for number in graph.developable())
    return tuple(sorted(function for function in called if function not in placed))
