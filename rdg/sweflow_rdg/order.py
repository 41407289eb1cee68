"""Order: functions with callees first, cycles taken as one (G2)."""

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx


@dataclass(frozen=True, slots=True)
class Order:
    """Components of a call graph, callees first, and for each node the place of its own.

    A component is a set of nodes that call each other, in one or more steps; most have one node. ``depth`` is the
    number of components on the longest chain of calls that starts at a node, its own included.
    """

    components: tuple[tuple[int, ...], ...]
    place: dict[int, int]
    depth: dict[int, int]

    def key(self, node: int) -> tuple[int, int, int]:
        """Sorts nodes callee first, those of a component side by side, and otherwise by number."""
        return (self.depth[node], self.components[self.place[node]][0], node)


def order_of(nodes: Iterable[int], calls: Iterable[tuple[int, int]]) -> Order:
    """The order of some nodes by calls between them (condensation of strongly connected components)."""
    network: nx.DiGraph[int] = nx.DiGraph(calls)
    network.add_nodes_from(nodes)
    condensed = nx.condensation(network)
    members = nx.get_node_attributes(condensed, "members")
    components: list[tuple[int, ...]] = []
    place: dict[int, int] = {}
    below: dict[int, int] = {}
    depth: dict[int, int] = {}
    for component in reversed(list(nx.topological_sort(condensed))):
        below[component] = 1 + max((below[callee] for callee in condensed.successors(component)), default=0)
        for node in members[component]:
            place[node] = len(components)
            depth[node] = below[component]
        components.append(tuple(sorted(members[component])))
    return Order(tuple(components), place, depth)
