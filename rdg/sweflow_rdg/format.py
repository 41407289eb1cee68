"""File format of this room: ``graph.json``."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sweflow_tracer import CodeRef
from sweflow_tracer.format import read_document, reading, write_document

from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.index.definitions import Kind, Trait
from sweflow_rdg.values import Call, Node, Role, ScaffoldSource, TestNode, TestReason, Unresolved

GRAPH_VERSION = 2


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
        "overrides": graph.overrides,
        "imports": graph.imports,
    }
    write_document(path, "graph", GRAPH_VERSION, body)


def read_graph(path: Path) -> RuntimeDependencyGraph:
    """Read ``graph.json``."""
    document = read_document(path, "graph", GRAPH_VERSION)
    with reading(path, f"remove it and run `sweflow graph {path.parent}`"):
        return _graph(document)


def _graph(document: dict[str, Any]) -> RuntimeDependencyGraph:
    return RuntimeDependencyGraph(
        nodes=tuple(_node(row) for row in document["nodes"]),
        calls=tuple(Call(a, b, bool(flags & 1), bool(flags & 2), bool(flags & 4)) for a, b, flags in document["calls"]),
        call_sets=tuple(tuple(calls) for calls in document["call_sets"]),
        tests=tuple(_test(row) for row in document["tests"]),
        unresolved=tuple(Unresolved(CodeRef(**item["code"]), item["reason"]) for item in document["unresolved"]),
        unparsable=tuple((path, reason) for path, reason in document["unparsable"]),
        uncollected=tuple((path, reason) for path, reason in document["uncollected"]),
        overrides=tuple((method, base) for method, base in document["overrides"]),
        imports=tuple((path, other) for path, other in document["imports"]),
    )


def _node(row: dict[str, Any]) -> Node:
    return Node(
        **{
            **row,
            "role": Role(row["role"]),
            "scaffold": tuple(ScaffoldSource(source) for source in row["scaffold"]),
            "kind": Kind(row["kind"]) if row["kind"] else None,
            "traits": tuple(Trait(trait) for trait in row["traits"]),
        }
    )


def _test(row: dict[str, Any]) -> TestNode:
    rejected = TestReason(row["rejected"]) if row["rejected"] else None
    return TestNode(**{**row, "requirement": tuple(row["requirement"]), "rejected": rejected})
