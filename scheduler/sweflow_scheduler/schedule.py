"""Scheduling: the graph's tests in the order in which their functions could have been written."""

from dataclasses import replace

import networkx as nx
from sweflow_rdg import Role, RuntimeDependencyGraph

from sweflow_scheduler.greedy import Batch, greedy_order
from sweflow_scheduler.values import Schedule, Step


def make_schedule(graph: RuntimeDependencyGraph) -> Schedule:
    """Order the test functions with a stable pass into steps (S1 to S5)."""
    developable = graph.developable()
    calls = _calls(graph)
    requirements = _requirements(graph, developable)
    cost = {number: graph.nodes[number].lines for number in developable}

    def ahead(new: frozenset[int], done: frozenset[int]) -> int:
        callees = (callee for caller in new for callee in calls.get(caller, ()))
        return sum(1 for c in callees if c in developable and c not in new and c not in done)

    batches = greedy_order(requirements, cost, ahead)
    ready = tuple(test for batch in batches if not batch.new for test in batch.tests)
    developing = [batch for batch in batches if batch.new]
    return Schedule("lines", "observed", ready, _steps(graph, developing, requirements, calls))


def _requirements(graph: RuntimeDependencyGraph, developable: frozenset[int]) -> dict[str, frozenset[int]]:
    """Of each test function: the union over its accepted ids, scaffold left out."""
    found: dict[str, set[int]] = {}
    for test in graph.tests:
        if test.rejected is None:
            found.setdefault(test.function, set()).update(developable.intersection(test.requirement))
    return {function: frozenset(requirement) for function, requirement in found.items()}


def _calls(graph: RuntimeDependencyGraph) -> dict[int, set[int]]:
    """Callees by caller, the collector's calls left out; -1 stands for the test runner."""
    calls: dict[int, set[int]] = {}
    for call in graph.calls:
        if not call.collected:
            calls.setdefault(call.caller, set()).add(call.callee)
    return calls


def _steps(
    graph: RuntimeDependencyGraph,
    batches: list[Batch],
    requirements: dict[str, frozenset[int]],
    calls: dict[int, set[int]],
) -> tuple[Step, ...]:
    step_of = {function: number for number, batch in enumerate(batches, 1) for function in batch.new}
    network: nx.DiGraph[int] = nx.DiGraph(
        (a, b) for a, callees in calls.items() for b in callees if a in step_of and b in step_of
    )
    network.add_nodes_from(step_of)
    rank, depth = _ranks(network)
    callers: dict[int, set[int]] = {}
    for caller, callees in calls.items():
        for callee in callees:
            callers.setdefault(callee, set()).add(caller)
    steps: list[Step] = []
    for number, batch in enumerate(batches, 1):
        steps.append(_step(graph, number, batch, requirements, step_of, rank, depth, callers, calls, steps))
    fan_in = dict.fromkeys(range(len(steps) + 1), 0)
    for step in steps:
        for needed in step.needs:
            fan_in[needed] += 1
    return tuple(replace(step, fan_in=fan_in[step.number]) for step in steps)


def _step(
    graph: RuntimeDependencyGraph,
    number: int,
    batch: Batch,
    requirements: dict[str, frozenset[int]],
    step_of: dict[int, int],
    rank: dict[int, int],
    depth: dict[int, int],
    callers: dict[int, set[int]],
    calls: dict[int, set[int]],
    earlier: list[Step],
) -> Step:
    names = graph.nodes
    ordered = sorted(batch.new, key=lambda function: (rank[function], names[function].id))
    targets = [f for f in ordered if _is_target(graph, f, batch.new, step_of, callers)]
    required = {step_of[f] for test in batch.tests for f in requirements[test]} - {number}
    forward = sorted(
        (names[f].id, names[callee].id)
        for f in batch.new
        for callee in calls.get(f, ())
        if step_of.get(callee, 0) > number
    )
    return Step(
        number=number,
        tests=batch.tests,
        functions=tuple(names[f].id for f in ordered),
        targets=tuple(names[f].id for f in targets),
        dependents=tuple(names[f].id for f in ordered if f not in targets),
        needs=tuple(sorted(required)),
        wave=1 + max((earlier[needed - 1].wave for needed in required), default=0),
        depth=max(depth[f] for f in ordered),
        fan_in=0,
        lines=sum(names[f].lines for f in ordered),
        forward=tuple(forward),
    )


def _is_target(
    graph: RuntimeDependencyGraph,
    function: int,
    new: frozenset[int],
    step_of: dict[int, int],
    callers: dict[int, set[int]],
) -> bool:
    """Called from a test, a fixture, scaffold or code of an earlier step."""
    mine = step_of[function]
    for caller in callers.get(function, ()):
        if caller == -1 or graph.nodes[caller].role is not Role.CORE or graph.nodes[caller].scaffold:
            return True
        if caller not in new and step_of.get(caller, 0) < mine:
            return True
    return False


def _ranks(network: "nx.DiGraph[int]") -> tuple[dict[int, int], dict[int, int]]:
    """For each function, callee first: its component's place in the order, and the longest chain below it."""
    condensed = nx.condensation(network)
    rank: dict[int, int] = {}
    below: dict[int, int] = {}
    depth: dict[int, int] = {}
    members = nx.get_node_attributes(condensed, "members")
    for place, component in enumerate(reversed(list(nx.topological_sort(condensed)))):
        below[component] = 1 + max((below[callee] for callee in condensed.successors(component)), default=0)
        for function in members[component]:
            rank[function] = place
            depth[function] = below[component]
    return rank, depth
