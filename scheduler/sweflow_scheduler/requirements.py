"""Requirements: which functions each test function needs, as seen or closed over everybody's calls."""

from collections.abc import Iterable, Iterator, Mapping

from sweflow_rdg import RuntimeDependencyGraph
from sweflow_rdg.graph.order import CalleeOrder

Requirements = Mapping[str, tuple[int, ...]]


def observed_requirements(graph: RuntimeDependencyGraph, developable: frozenset[int]) -> Requirements:
    """Of each test function with a stable pass: the union over its ids, scaffold left out; sorted."""
    single: dict[str, tuple[int, ...]] = {}
    several: dict[str, set[int]] = {}
    for test in graph.tests:
        if test.rejected is not None:
            continue
        if test.function in single:
            several.setdefault(test.function, set(single[test.function])).update(test.requirement)
        else:
            single[test.function] = test.requirement
    united = single | {test: tuple(sorted(found)) for test, found in several.items()}
    return {test: tuple(filter(developable.__contains__, found)) for test, found in united.items()}


def merged_requirements(requirements: Requirements, order: CalleeOrder, calls: dict[int, set[int]]) -> Requirements:
    """Requirements closed over calls: what a test requires, and whatever that was ever seen to call.

    Sets of components are integers with a bit for each, so that a union is one operation.
    """
    below = _below(order, calls)
    callers: dict[int, set[int]] = {}
    for caller, callees in calls.items():
        for callee in callees:
            callers.setdefault(order.place[callee], set()).add(order.place[caller])
    closed: dict[tuple[int, ...], tuple[int, ...]] = {}
    for requirement in requirements.values():
        if requirement not in closed:
            bits = 0
            for component in _tops({order.place[function] for function in requirement}, callers):
                bits |= below[component]
            closed[requirement] = tuple(sorted(f for number in _set_bits(bits) for f in order.components[number]))
    return {test: closed[requirement] for test, requirement in requirements.items()}


def _below(order: CalleeOrder, calls: dict[int, set[int]]) -> list[int]:
    """For each component, itself and all components that it leads to; callees come first in the order."""
    below: list[int] = []
    for number, members in enumerate(order.components):
        bits = 1 << number
        for callee in {order.place[c] for member in members for c in calls.get(member, ())} - {number}:
            bits |= below[callee]
        below.append(bits)
    return below


def _tops(components: set[int], callers: dict[int, set[int]]) -> Iterable[int]:
    """Components that no other of them calls: what these lead to holds all the rest."""
    return (component for component in components if not (callers.get(component, set()) - {component}) & components)


def _set_bits(bits: int) -> Iterator[int]:
    text = bin(bits)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)
