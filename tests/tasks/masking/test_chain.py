"""What a test file holds at each point: the tests so far, and everything that is no test (C2, C4, C5)."""

import pytest
from sweflow_rdg import build_graph, index_source
from sweflow_scheduler import make_schedule
from sweflow_tasks import Reason, make_chain
from sweflow_tracer import CodeRef, Edge, Outcome, TestTrace, Trace

CORE = """\
def f0():
    return 0

def f1():
    x = 1
    return x

def f2():
    x = 1
    y = 1
    return x + y
"""
TESTS = '''\
"""All of it."""
import unittest
import pytest
import core


@pytest.fixture
def thing():
    return core


def helper(value):
    return value + 1


class Base:
    size = 2

    # inherited by two
    def test_inherited(self):
        assert self.get() is not None


class TestFirst(Base):
    def get(self):
        return core.f0()


class TestSecond(Base):
    def get(self):
        return core.f2()

    def test_own(self, thing):
        assert thing.f1() == 1


@pytest.mark.parametrize("n", [1, 2])
def test_table(n, thing):
    assert helper(thing.f1() * n) > n


class TestUnit(unittest.TestCase):
    """Units."""

    def setUp(self):
        self.value = core.f2()

    def test_unit(self):
        self.assertEqual(self.value, 2)
'''
PATH = "tests/test_all.py"
RUNS = [  # id, body, function of the core that it calls
    ("TestFirst::test_inherited", "Base.test_inherited", 0),
    ("TestSecond::test_inherited", "Base.test_inherited", 2),
    ("TestSecond::test_own", "TestSecond.test_own", 1),
    ("test_table[1]", "test_table", 1),
    ("test_table[2]", "test_table", 1),
    ("TestUnit::test_unit", "TestUnit.test_unit", 2),
]


@pytest.fixture(scope="module")
def chain():
    index = index_source({p: ("100644", t.encode()) for p, t in {"core.py": CORE, PATH: TESTS}.items()})
    places = {d.qualname: CodeRef(d.path, d.name, d.line) for d in index.definitions().values()}
    codes = tuple(sorted(set(places.values())))
    edges = tuple(Edge(codes.index(places[b]), codes.index(places[f"f{n}"])) for _, b, n in RUNS)
    order = sorted(set(edges))
    tests = tuple(
        TestTrace(
            f"{PATH}::{name}",
            f"{PATH}::{name.partition('[')[0]}",
            "function",
            PATH,
            CodeRef(PATH, body, places[body].line),
            Outcome.PASSED,
            "",
            *(0.0, 0, 0, 1 + order.index(edges[n]), 0, ()),
        )
        for n, (name, body, _) in enumerate(RUNS)
    )
    sets = ((), *((n,) for n in range(len(order))))
    trace = Trace("3.11.0", "settrace", "fork", codes, tuple(order), sets, 0, 0, tests, (), ("core.py",))
    graph = build_graph(trace, index)
    schedule = make_schedule(graph)
    assert [step.functions for step in schedule.steps] == [("core.py::f0",), ("core.py::f1",), ("core.py::f2",)]
    assert not [test for test in graph.tests if test.rejected is not None and test.rejected is not Reason.FAILING]
    blobs = {p: ("100644", t.encode()) for p, t in {"core.py": CORE, PATH: TESTS}.items()}
    return make_chain(blobs, index, graph, schedule)


def text(chain, step: int) -> str:
    return chain.blobs(step, step)[PATH][1].decode()


def test_C5_a_file_without_a_test_so_far_is_absent(chain):
    assert PATH not in chain.blobs(0, 0)


def test_C4_an_inherited_test_comes_with_the_first_class_that_runs_it_and_later_ones_are_not_there(chain):
    first = text(chain, 1)
    assert "    # inherited by two\n    def test_inherited(self):\n" in first
    for name in ("test_own", "test_table", "parametrize", "test_unit"):
        assert name not in first


def test_fixtures_helpers_set_up_and_classes_stay_throughout(chain):
    for step in (1, 2, 3):
        for kept in ("@pytest.fixture\ndef thing", "def helper(value)", "size = 2", "def setUp(self)", '"""Units."""'):
            assert kept in text(chain, step)
        compile(text(chain, step), PATH, "exec")


def test_C4_all_ids_of_a_parametrised_test_come_at_once_with_its_table(chain):
    assert '@pytest.mark.parametrize("n", [1, 2])\ndef test_table(n, thing):\n' in text(chain, 2)
    assert "test_unit" not in text(chain, 2)


def test_C1_after_the_last_step_the_test_file_is_the_original(chain):
    assert text(chain, 3) == TESTS
