"""The synthetic suite in tests/assets/calls: every engine and isolation must give the edges written in its docstrings."""

import ast
from pathlib import Path

import pytest
from sweflow_tracer import Trace

from tests.helpers import trace_of

ASSET = Path(__file__).parents[2] / "assets" / "calls"
ARROWS = {
    "->": (False, False, False),
    "~>": (True, False, False),
    "=>": (True, False, True),
    "*>": (False, True, False),
}
Call = tuple[str, str, str]


def docstrings(path: Path) -> dict[str, str]:
    """The docstring of every test function of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_")]
    return {function.name: ast.get_docstring(function) or "" for function in functions}


def written(docstring: str) -> set[Call]:
    parts = [part.split() for line in docstring.splitlines() for part in line.split(";") if part.strip()]
    return {(caller, arrow, callee) for caller, arrow, callee in parts}


def seen(trace: Trace, test: str) -> set[Call]:
    """The edges of one test but the one to the test itself."""
    found = next(t for t in trace.tests if t.id == test)
    names = [code.name for code in trace.codes] + ["-"]
    arrows = {flags: arrow for arrow, flags in ARROWS.items()}
    edges = [trace.edges[e] for phase in (found.setup, found.call, found.teardown) for e in trace.edge_sets[phase]]
    calls = {(names[e.caller], arrows[e.foreign, e.collected, e.started], names[e.callee]) for e in edges}
    return calls - {("-", "~>", test.partition("[")[0].rpartition("::")[2])}


def differences(trace: Trace, *files: str) -> dict[str, object]:
    """Of each test that passed: what was missed and what was invented; or how it ended instead."""
    wrong: dict[str, object] = {}
    for name in files:
        truth = docstrings(ASSET / "tests" / name)
        for test in trace.tests:
            if test.path != f"tests/{name}":
                continue
            want, have = written(truth[test.function.rpartition("::")[2]]), seen(trace, test.id)
            if test.outcome != "passed":
                wrong[test.id] = (test.outcome, test.detail)
            elif want != have:
                wrong[test.id] = {"missed": want - have, "invented": have - want}
    return wrong


CALLS = ("test_calls.py", "test_unittest.py")
ISOLATED = "test_isolation.py"


def trace_suite(python: Path, journal: Path, *files: str, **options: object) -> Trace:
    return trace_of(ASSET, python, journal, select=tuple(f"tests/{name}" for name in files), **options)


@pytest.mark.slow
def test_T1_T2_T3_every_kind_of_call_gives_its_true_edges_in_a_forked_child(python, tmp_path):
    assert differences(trace_suite(python, tmp_path, *CALLS, ISOLATED), *CALLS, ISOLATED) == {}


@pytest.mark.slow
def test_T1_T2_every_kind_of_call_gives_its_true_edges_in_one_process(python, tmp_path):
    assert differences(trace_suite(python, tmp_path, *CALLS, isolation="none"), *CALLS) == {}


@pytest.mark.slow
def test_T1_T2_T3_every_kind_of_call_gives_its_true_edges_in_a_process_a_test(python, tmp_path):
    trace = trace_suite(python, tmp_path, *CALLS, ISOLATED, isolation="process")
    assert differences(trace, *CALLS, ISOLATED) == {}


@pytest.mark.parametrize("isolation", ["fork", pytest.param("process", marks=pytest.mark.slow)])
def test_T6_a_test_that_ends_badly_loses_only_its_own_record(python, tmp_path, isolation):
    trace = trace_suite(python, tmp_path, "test_ends.py", isolation=isolation, timeout=3.0)
    want = docstrings(ASSET / "tests" / "test_ends.py")
    assert {test.id: test.outcome.value for test in trace.tests} == {
        test.id: want[test.function.rpartition("::")[2]] for test in trace.tests
    }


@pytest.mark.slow
def test_T6_what_a_test_called_before_it_hung_is_kept(python, tmp_path):
    trace = trace_suite(python, tmp_path, "test_ends.py::test_hangs", "test_ends.py::test_passes", timeout=1.0)
    assert seen(trace, "tests/test_ends.py::test_hangs") == {("test_hangs", "->", "leaf")}
