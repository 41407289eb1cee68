"""The graph as one of networkx, for people who want to go on by themselves."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sweflow_rdg.values import Call, Node

if TYPE_CHECKING:
    import networkx as nx


def network_of(
    nodes: Sequence[Node], calls: Iterable[Call], seen: Iterable[int], required: Mapping[str, Iterable[int]]
) -> "nx.DiGraph[str]":
    """See ``RuntimeDependencyGraph.to_networkx``. Calls whose caller is the test runner are left out.

    ``seen`` are numbers of tests by call, ``required`` places of nodes by accepted test.
    """
    import networkx as nx  # noqa: PLC0415  # a third of a second, which most commands need not wait

    made: nx.DiGraph[str] = nx.DiGraph()
    for node in nodes:
        made.add_node(node.id)
        made.nodes[node.id].update({name: _plain(value) for name, value in asdict(node).items() if name != "id"})
    for call, tests in zip(calls, seen, strict=True):
        if call.caller < 0:
            continue
        ends = (nodes[call.caller].id, nodes[call.callee].id)
        facts = {"tests": tests, "foreign": call.foreign, "collected": call.collected, "started": call.started}
        if made.has_edge(*ends):  # seen with other flags, too: a flag holds where it always did
            held = made.edges[ends]
            flags = {name: facts[name] and held[name] for name in ("foreign", "collected", "started")}
            facts = {"tests": max(tests, held["tests"]), **flags}
        made.add_edge(*ends)
        made.edges[ends].update(facts)
    requirements = {test: [nodes[number].id for number in numbers] for test, numbers in required.items()}
    made.graph["tests"] = json.dumps(requirements, sort_keys=True)
    return made


def _plain(value: object) -> str | int:
    """A field as GraphML and the like can hold it."""
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return value if isinstance(value, int) else "" if value is None else str(value)
