"""The value that this room hands on: the runtime dependency graph."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweflow_tracer.displayable import Displayable

from sweflow_rdg.graph.network import network_of
from sweflow_rdg.values import Call, Node, TestNode, Unresolved

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, repr=False)
class RuntimeDependencyGraph(Displayable):
    """Functions as nodes, observed calls as edges, with the tests that saw each.

    Fields point at one another by place; ``node``, ``requirement``, ``callees``, ``callers``, ``to_networkx`` and
    ``sweflow.questions`` answer by id.
    ``unparsable`` and ``uncollected`` are files that could not be parsed, or collected by pytest, with the reason.
    Static facts of the source index stand beside: ``overrides`` are pairs of nodes, a method and one that it overrides;
    ``imports`` pairs of paths, a file and one that it imports (G3).
    """

    nodes: tuple[Node, ...]
    calls: tuple[Call, ...]
    call_sets: tuple[tuple[int, ...], ...]
    tests: tuple[TestNode, ...]
    unresolved: tuple[Unresolved, ...]
    unparsable: tuple[tuple[str, str], ...]
    uncollected: tuple[tuple[str, str], ...] = ()
    overrides: tuple[tuple[int, int], ...] = ()
    imports: tuple[tuple[str, str], ...] = ()

    @property
    def reached(self) -> frozenset[int]:
        """Core nodes that an accepted test requires."""
        return frozenset().union(*(test.requirement for test in self.tests if test.rejected is None))

    def developable(self) -> frozenset[int]:
        """Reached core nodes outside the scaffold: those that get masked and developed."""
        return frozenset(node for node in self.reached if not self.nodes[node].scaffold)

    def node(self, function: str) -> Node:
        """The node of a function. Raises KeyError where there is none."""
        return self.nodes[self._places()[function]]

    def requirement(self, test: str) -> tuple[str, ...]:
        """The core functions that a test requires, scaffold included. Raises KeyError where there is no such test."""
        found = next((node for node in self.tests if node.id == test), None)
        if found is None:
            raise KeyError(test)
        return tuple(self.nodes[number].id for number in found.requirement)

    def callees(self, function: str) -> tuple[str, ...]:
        """What a function was seen to call. Raises KeyError where there is no such function."""
        place = self._places()[function]
        return tuple(sorted({self.nodes[call.callee].id for call in self.calls if call.caller == place}))

    def callers(self, function: str) -> tuple[str, ...]:
        """What was seen to call a function, besides the test runner. Raises KeyError where there is none."""
        place = self._places()[function]
        found = {call.caller for call in self.calls if call.callee == place and call.caller >= 0}
        return tuple(sorted(self.nodes[caller].id for caller in found))

    def _places(self) -> dict[str, int]:
        return {node.id: place for place, node in enumerate(self.nodes)}

    def to_networkx(self) -> "nx.DiGraph[str]":
        """The same as a graph of networkx, for people who want to go on by themselves; a new one at each call.

        Nodes are ids with the fields of ``Node``; edges are pairs of functions with ``tests``, the number of tests
        that saw the call, and ``foreign``, ``collected`` and ``started``. Attributes are numbers and texts, so that
        every format of networkx can be written. The graph has ``tests``: as JSON, the functions that each accepted test
        requires.

        >>> import networkx as nx
        >>> nx.betweenness_centrality(graph.to_networkx())  # doctest: +SKIP
        """
        accepted = {test.id: test.requirement for test in self.tests if test.rejected is None}
        return network_of(self.nodes, self.calls, self.seen(), accepted)

    def seen(self) -> list[int]:
        """The number of tests that saw each call, stable or not."""
        found = [0] * len(self.calls)
        for test in self.tests:
            for place in self.call_sets[test.calls]:
                found[place] += 1
        return found
