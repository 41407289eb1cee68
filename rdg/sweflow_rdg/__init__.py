"""The graph room: source index and trace become the runtime dependency graph."""

from sweflow_rdg.build import build_graph
from sweflow_rdg.index import Cut, Definition, FileIndex, SourceIndex, index_source
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

__all__ = [
    "Call",
    "Cut",
    "Definition",
    "FileIndex",
    "Node",
    "Reason",
    "Role",
    "RuntimeDependencyGraph",
    "ScaffoldSource",
    "SourceIndex",
    "TestNode",
    "Unresolved",
    "build_graph",
    "index_source",
]
