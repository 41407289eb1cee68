"""The graph room: source index and trace become the runtime dependency graph."""

from sweflow_rdg.graph.build import build_graph
from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.index.classes import overrides
from sweflow_rdg.index.definitions import Binding, ClassDefinition, Cut, Definition, Kind, Trait
from sweflow_rdg.index.file import FileIndex
from sweflow_rdg.index.modules import imported_files
from sweflow_rdg.index.names import NameIndex, Part, Region
from sweflow_rdg.index.source import SourceIndex, index_source
from sweflow_rdg.values import Call, Node, Role, ScaffoldSource, TestNode, TestReason, Unresolved

__all__ = [
    "Binding",
    "Call",
    "ClassDefinition",
    "Cut",
    "Definition",
    "FileIndex",
    "Kind",
    "NameIndex",
    "Node",
    "Part",
    "Region",
    "Role",
    "RuntimeDependencyGraph",
    "ScaffoldSource",
    "SourceIndex",
    "TestNode",
    "TestReason",
    "Trait",
    "Unresolved",
    "build_graph",
    "imported_files",
    "index_source",
    "overrides",
]
