"""What nobody would test is not among the project's unreached functions."""

import pytest
from sweflow_rdg import Role, build_graph, index_source
from sweflow_rdg.queries import questions
from sweflow_tracer import CodeRef, Edge, Outcome, TestTrace, Trace

SOURCES = {
    "core.py": (
        "from typing import overload\n"
        "@overload\ndef f(x: int) -> int: ...\n"
        "@overload\ndef f(x: str) -> str: ...\n"
        "def f(x):\n    return x\n"
        "def never():\n    return 1\n"
    ),
    "benchmarks/speed.py": "def measure():\n    return 1\n",
    "examples/show.py": "def shown():\n    return 1\ndef other():\n    return 2\n",
    "tests/test_core.py": "def test_f():\n    assert True\n",
}


@pytest.fixture(scope="module")
def graph():
    index = index_source({path: ("100644", text.encode()) for path, text in SOURCES.items()})
    places = [("tests/test_core.py", "test_f", 1), ("core.py", "f", 6), ("examples/show.py", "shown", 1)]
    body, function, example = (CodeRef(*place) for place in places)
    test = TestTrace(
        id="tests/test_core.py::test_f",
        function="tests/test_core.py::test_f",
        kind="Function",
        path="tests/test_core.py",
        body=body,
        outcome=Outcome.PASSED,
        detail="",
        duration=0.1,
        imports=0,
        setup=0,
        call=1,
        teardown=0,
        reruns=(Outcome.PASSED,),
    )
    edges = (Edge(-1, 0), Edge(0, 1), Edge(0, 2))
    codes, sets = (body, function, example), ((), (0, 1, 2))
    trace = Trace("3.11", "settrace", "fork", codes, edges, sets, 0, 0, (test,), (), ())
    return build_graph(trace, index)


def test_overload_stubs_benchmarks_and_examples_are_set_aside_where_nothing_runs_them(graph):
    aside = {node.id for node in graph.nodes if node.role is Role.ASIDE}
    stubs = {"core.py::f", "core.py::f@2"}
    assert aside == {*stubs, "benchmarks/speed.py::measure", "examples/show.py::other"}
    assert [row.function for row in questions.unreached(graph)] == ["core.py::never"]
    assert graph.node("examples/show.py::shown").role is Role.CORE
