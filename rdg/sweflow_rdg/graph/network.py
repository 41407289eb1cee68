"""The graph as one of networkx, for people who want to go on by themselves."""

import json
from dataclasses import asdict

import networkx as nx

from sweflow_rdg.graph.links import Links
from sweflow_rdg.values import RuntimeDependencyGraph


def network_of(graph: RuntimeDependencyGraph) -> "nx.DiGraph[str]":
    """See ``RuntimeDependencyGraph.to_networkx``. Calls whose caller is the test runner are left out."""
    made: nx.DiGraph[str] = nx.DiGraph()
    for node in graph.nodes:
        made.add_node(node.id)
        made.nodes[node.id].update({name: _plain(value) for name, value in asdict(node).items() if name != "id"})
    for call, tests in zip(graph.calls, Links(graph).seen, strict=True):
        if call.caller < 0:
            continue
        ends = (graph.nodes[call.caller].id, graph.nodes[call.callee].id)
        facts = {"tests": tests, "foreign": call.foreign, "collected": call.collected, "started": call.started}
        if made.has_edge(*ends):  # seen with other flags, too: a flag holds where it always did
            held = made.edges[ends]
            flags = {name: facts[name] and held[name] for name in ("foreign", "collected", "started")}
            facts = {"tests": max(tests, held["tests"]), **flags}
        made.add_edge(*ends)
        made.edges[ends].update(facts)
    requirements = {
        test.id: [graph.nodes[number].id for number in test.requirement]
        for test in graph.tests
        if test.rejected is None
    }
    made.graph["tests"] = json.dumps(requirements, sort_keys=True)
    return made


def _plain(value: object) -> str | int:
    """A field as GraphML and the like can hold it."""
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return value if isinstance(value, int) else "" if value is None else str(value)
