"""Coverage of functions, and coverage.py as the witness of T2."""

from dataclasses import replace

from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, ScaffoldSource, TestNode, index_source
from sweflow_rdg.queries.coverage_match import Missed, coverage_of

SOURCE = b"""\
def f(x):
    if x:
        return 1
    return 2

def g():
    return 3

def h(): ...
"""
INDEX = index_source({"m.py": ("100644", SOURCE)})
STATEMENTS = {"m.py": frozenset({1, 2, 3, 4, 6, 7, 9})}
NODES = (
    *(Node(d.id, d.path, Role.CORE, d.line, d.lines) for d in INDEX.files["m.py"].definitions),
    Node("t.py::test", "t.py", Role.TEST, 1, 2),
)
GRAPH = RuntimeDependencyGraph(
    NODES, (Call(3, 0),), ((), (0,)), (TestNode("t.py::test", "t.py::test", "t.py", 3, (0,), 1, None, ""),), (), ()
)
TEST = frozenset({"t.py::test"})
IMPORT = frozenset({""})


def test_a_function_s_share_is_of_its_executable_body_lines():
    executed = {"m.py": {1: IMPORT, 2: TEST, 4: TEST, 6: IMPORT, 9: IMPORT}}
    f, g, h = coverage_of(GRAPH, INDEX, executed, STATEMENTS).rows
    assert (f.function, f.lines, f.run, f.tests) == ("m.py::f", 3, 2, 1)
    assert round(f.share, 2) == 0.67
    assert (g.run, g.share) == (0, 0.0)
    assert (h.lines, h.share) == (1, 0.0)


def test_T2_a_line_that_ran_in_a_test_whose_trace_has_not_the_function_is_reported():
    executed = {"m.py": {2: TEST, 7: TEST}}
    found = coverage_of(GRAPH, INDEX, executed, STATEMENTS)
    assert found.missed == (Missed("t.py::test", "m.py::g", 7),)
    assert found.compared == 1


def test_T2_what_ran_in_no_test_or_is_scaffold_is_not_compared():
    assert coverage_of(GRAPH, INDEX, {"m.py": {2: TEST, 7: IMPORT}}, STATEMENTS).missed == ()
    scaffold = replace(NODES[1], scaffold=(ScaffoldSource.PROJECT_IMPORT,))
    graph = replace(GRAPH, nodes=(NODES[0], scaffold, *NODES[2:]))
    assert coverage_of(graph, INDEX, {"m.py": {2: TEST, 7: TEST}}, STATEMENTS).missed == ()


def test_without_contexts_all_that_ran_counts_and_nothing_is_compared():
    found = coverage_of(GRAPH, INDEX, {"m.py": {7: IMPORT}}, STATEMENTS)
    assert [row.run for row in found.rows] == [0, 1, 0]
    assert (found.missed, found.compared) == ((), 0)
