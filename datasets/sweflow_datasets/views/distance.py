"""Distance of code from a step: calls between it and the step's functions and tests, in the graph."""

from collections.abc import Callable, Iterable

from sweflow_rdg import Role

from sweflow_datasets.views.build import Build
from sweflow_datasets.views.step import StepTrees

Neighbours = Callable[[int], Iterable[int]]


def distances(build: Build, step: StepTrees, *, tests: bool) -> dict[str, int]:
    """How far functions are from a step, by id: the step's own are at 0, what they call and what calls them at 1.

    From the step's functions it goes down the calls and up, and never up after down, since a helper of all would make
    everything near. It does not go on from a caller that is developed later and has no body yet. With ``tests`` it goes
    down from the step's tests, too, which are at 0 themselves: so fixtures and helpers are reached, and
    only those that these tests ran.
    """
    graph, places = build.graph, build.places
    own = {places[function] for function in step.functions if function in places}
    failing = [build.tests[test] for test in step.task.fail_to_pass if test in build.tests]
    called = {graph.calls[number].callee for test in failing for number in graph.call_sets[test.calls]}
    nodes = graph.nodes

    def allowed(number: int) -> bool:
        role = nodes[number].role
        return role is Role.CORE or (tests and role is Role.SUPPORT and number in called)

    def down(number: int) -> Iterable[int]:
        return filter(allowed, build.links.callees.get(number, ()))

    def up(number: int) -> Iterable[int]:
        developed = build.developed_at(nodes[number].id) <= step.task.step
        return filter(allowed, build.links.callers.get(number, ())) if developed else ()

    found = [_spread(own, down), _spread(own, up)]
    if tests:
        bodies = {test.body for test in failing if test.body is not None}
        asked = {number for number in called if nodes[number].role is Role.SUPPORT}
        found += [_spread(bodies, down), _spread(asked, down, 1)]
    nearest: dict[str, int] = {}
    for number, far in sorted((pair for one in found for pair in one.items()), key=lambda pair: pair[1]):
        nearest.setdefault(nodes[number].id, far)
    return nearest


def _spread(start: Iterable[int], neighbours: Neighbours, far: int = 0) -> dict[int, int]:
    """The least number of calls from some nodes to each that can be reached."""
    found: dict[int, int] = {}
    edge = set(start)
    while edge:
        found |= dict.fromkeys(edge, far)
        edge = {other for number in edge for other in neighbours(number)} - found.keys()
        far += 1
    return found
