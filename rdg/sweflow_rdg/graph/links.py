"""Links: who calls whom and which tests reach what, looked up from either end."""

from dataclasses import dataclass, field

from sweflow_rdg.errors import AmbiguousFunction, UnknownFunction
from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.values import Role


@dataclass(slots=True)
class Links:
    """A graph's calls and tests by node. Numbers are places in the graph's nodes, calls, or tests.

    ``callers`` and ``callees`` leave out the test runner (-1) and the collector's calls. ``tests`` are those that ran a
    node, stable or not, their own body and helpers included; ``seen`` counts the tests that saw each call.
    """

    graph: RuntimeDependencyGraph
    callers: dict[int, set[int]] = field(default_factory=dict)
    callees: dict[int, set[int]] = field(default_factory=dict)
    tests: dict[int, list[int]] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        graph = self.graph
        for call in graph.calls:
            if call.caller >= 0 and not call.collected:
                self.callers.setdefault(call.callee, set()).add(call.caller)
                self.callees.setdefault(call.caller, set()).add(call.callee)
        self.seen = graph.seen()
        for number, test in enumerate(graph.tests):
            reached = {*test.requirement, *([] if test.body is None else [test.body])}
            for place in graph.call_sets[test.calls]:
                reached.add(graph.calls[place].callee)
            for node in reached:
                self.tests.setdefault(node, []).append(number)

    def core_calls(self) -> set[tuple[int, int]]:
        """Calls between core functions."""
        nodes = self.graph.nodes
        return {
            (caller, callee)
            for caller, callees in self.callees.items()
            for callee in callees
            if nodes[caller].role is Role.CORE and nodes[callee].role is Role.CORE
        }

    def ids(self, numbers: set[int] | frozenset[int]) -> tuple[str, ...]:
        """Ids of nodes, sorted."""
        return tuple(sorted(self.graph.nodes[number].id for number in numbers))


def find_function(graph: RuntimeDependencyGraph, wanted: str) -> int:
    """The node of an id, or of the end of one where only one node has it: ``Stock.add``, ``items.py::parse``.

    Raises UnknownFunction and AmbiguousFunction.
    """
    ends = (f"::{wanted}", f".{wanted}", f"/{wanted}")
    fitting = []
    for number, node in enumerate(graph.nodes):
        if node.id == wanted:
            return number
        if node.id.endswith(ends):
            fitting.append(number)
    if not fitting:
        raise UnknownFunction(wanted, (node.id for node in graph.nodes))
    if len(fitting) > 1:
        raise AmbiguousFunction(wanted, tuple(graph.nodes[number].id for number in fitting))
    return fitting[0]
