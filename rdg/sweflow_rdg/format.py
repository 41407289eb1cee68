"""File format of this room: ``graph.json``."""

from dataclasses import asdict
from pathlib import Path

from sweflow_tracer import CodeRef
from sweflow_tracer.format import read_document, write_document

from sweflow_rdg.values import (
    Call,
    Node,
    Reason,
    Role,
    RuntimeDependencyGraph,
    ScaffoldSource,
    TestNode,
    Unresolved,
)

GRAPH_VERSION = 1


def write_graph(path: Path, graph: RuntimeDependencyGraph) -> None:
    """Write ``graph.json``; calls are ``[caller, callee, flags]``: 1 for foreign, 2 for collected, 4 for started."""
    body = {
        "nodes": [asdict(node) for node in graph.nodes],
        "calls": [[c.caller, c.callee, c.foreign + 2 * c.collected + 4 * c.started] for c in graph.calls],
        "call_sets": graph.call_sets,
        "tests": [asdict(test) for test in graph.tests],
        "unresolved": [asdict(item) for item in graph.unresolved],
        "unparsable": graph.unparsable,
        "uncollected": graph.uncollected,
    }
    write_document(path, "graph", GRAPH_VERSION, body)


def read_graph(path: Path) -> RuntimeDependencyGraph:
    """Read ``graph.json``."""
    document = read_document(path, "graph", GRAPH_VERSION)
    return RuntimeDependencyGraph(
        nodes=tuple(
            Node(
                **{
                    **node,
                    "role": Role(node["role"]),
                    "scaffold": tuple(ScaffoldSource(source) for source in node["scaffold"]),
                }
            )
            for node in document["nodes"]
        ),
        calls=tuple(Call(a, b, bool(flags & 1), bool(flags & 2), bool(flags & 4)) for a, b, flags in document["calls"]),
        call_sets=tuple(tuple(calls) for calls in document["call_sets"]),
        tests=tuple(
            TestNode(
                **{
                    **test,
                    "requirement": tuple(test["requirement"]),
                    "rejected": Reason(test["rejected"]) if test["rejected"] else None,
                }
            )
            for test in document["tests"]
        ),
        unresolved=tuple(Unresolved(CodeRef(**item["code"]), item["reason"]) for item in document["unresolved"]),
        unparsable=tuple((path, reason) for path, reason in document["unparsable"]),
        uncollected=tuple((path, reason) for path, reason in document["uncollected"]),
    )
