"""Output folders that hold a graph and nothing else, made by hand."""

from pathlib import Path

from sweflow_rdg import Call, Kind, Node, Role, RuntimeDependencyGraph, TestNode
from sweflow_rdg.format import write_graph

EVIL = (
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=2</script>",
    "a\u2028b\u2029'\"`${window.hit=3}",
    "{{facts}}",
)
"""Names that would do harm as markup, as script, or as marks of the template."""


def folder_of(root: Path, names: tuple[str, ...], calls: tuple[tuple[int, int], ...] = ()) -> Path:
    """A folder whose graph has a core function for each name, these calls, and a test that runs them all."""
    nodes = [Node(f"{_file(n)}::{n}", _file(n), Role.CORE, 1, 3, (), Kind.FUNCTION) for n in names]
    tests = []
    made = [Call(a, b) for a, b in calls]
    if names:
        nodes.append(Node("tests/test_it.py::test_it", "tests/test_it.py", Role.TEST, 1, 2, (), Kind.FUNCTION))
        made += [Call(len(names), number) for number in range(len(names))]
        need = tuple(range(len(names)))
        test = TestNode(
            "tests/test_it.py::test_it", "tests/test_it.py::test_it", "tests/test_it.py", len(names), need, 1, None, ""
        )
        tests.append(test)
    sets = ((), tuple(range(len(made))))
    root.mkdir(parents=True)
    write_graph(root / "graph.json", RuntimeDependencyGraph(tuple(nodes), tuple(made), sets, tuple(tests), (), ()))
    return root


def _file(name: str) -> str:
    return "src/" + ("evil<b>.py" if name in EVIL else "plain.py")
