"""Order: functions with callees first, cycles taken as one (G2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalleeOrder:
    """Components of a call graph, callees first, and for each node the place of its own.

    A component is a set of nodes that call each other, in one or more steps; most have one node. ``depth`` is the
    number of components on the longest chain of calls that starts at a node, its own included.
    """

    components: tuple[tuple[int, ...], ...]
    place: Mapping[int, int]
    depth: Mapping[int, int]

    def key(self, node: int) -> tuple[int, int, int]:
        """Sorts nodes callee first, those of a component side by side, and otherwise by number."""
        return (self.depth[node], self.components[self.place[node]][0], node)


def order_of(nodes: Iterable[int], calls: Iterable[tuple[int, int]]) -> CalleeOrder:
    """The order of some nodes by calls between them.

    A component is found only after all components that it leads to (Tarjan's algorithm, with Nuutila's changes), so
    the condensation needs no sorting.
    """
    import networkx as nx  # noqa: PLC0415  # a third of a second, which most commands need not wait

    network: nx.DiGraph[int] = nx.DiGraph(calls)
    network.add_nodes_from(nodes)
    components: list[tuple[int, ...]] = []
    place: dict[int, int] = {}
    depth: dict[int, int] = {}
    for number, component in enumerate(nx.strongly_connected_components(network)):
        members = tuple(sorted(component))
        below = {depth[callee] for member in members for callee in network[member] if callee in depth}
        for member in members:
            place[member] = number
            depth[member] = 1 + max(below, default=0)
        components.append(members)
    return CalleeOrder(tuple(components), place, depth)
