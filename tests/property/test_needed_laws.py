"""Laws of the order by need, on generated graphs of which every true need is known (S1, S2, S6, S7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, TestNode
from sweflow_scheduler import Answer, Closure, Notice, Question, Rules, explain, make_schedule

FUNCTIONS = 8
NEEDED = Rules(closure=Closure.NEEDED)


@dataclass
class Truth:
    """An oracle that knows; ``asked`` are the pairs that it was asked, each as often as it was."""

    needs: dict[str, frozenset[str]]
    asked: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        for silent, test in enumerate(question.tests):
            self.asked.append((test, question.function))
            if question.function in self.needs[test]:
                return Answer(silent, test)
        return Answer(len(question.tests), None)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[RuntimeDependencyGraph, Truth]:
    """Tests that call some functions and need some of these."""
    number = st.integers(0, FUNCTIONS - 1)
    called = draw(st.lists(st.frozensets(number), min_size=1, max_size=7))
    sizes = draw(st.lists(st.integers(1, 9), min_size=FUNCTIONS, max_size=FUNCTIONS))
    nodes = [Node(f"m.py::f{n}", "m.py", Role.CORE, 1, size) for n, size in enumerate(sizes)]
    nodes += [Node(f"t.py::t{n}", "t.py", Role.TEST, 1, 1) for n in range(len(called))]
    edges = [Call(FUNCTIONS + n, f) for n, found in enumerate(called) for f in found]
    tests = [
        TestNode(f"t.py::t{n}", f"t.py::t{n}", "t.py", FUNCTIONS + n, tuple(sorted(found)), 0, None, "")
        for n, found in enumerate(called)
    ]
    needs = {
        f"t.py::t{n}": frozenset(f"m.py::f{f}" for f in found if draw(st.booleans())) for n, found in enumerate(called)
    }
    graph = RuntimeDependencyGraph(tuple(nodes), tuple(sorted(edges)), ((),), tuple(tests), (), ())
    return graph, Truth(needs)


@given(worlds())
def test_S6_every_function_of_a_step_is_noticed_by_a_test_of_that_step(world):
    graph, truth = world
    schedule = make_schedule(graph, NEEDED, truth)
    for step in schedule.steps:
        for function in step.functions:
            assert any(function in truth.needs[test] for test in step.tests)
    assert all(notice.by == (notice.test if notice.function in truth.needs[notice.test] else None)
               for notice in schedule.notices)  # fmt: skip


@given(worlds())
def test_S7_no_function_waits_although_a_test_of_an_earlier_step_notices_it(world):
    graph, truth = world
    schedule = make_schedule(graph, NEEDED, truth)
    home = dict.fromkeys(schedule.ready, 0) | {test: step.number for step in schedule.steps for test in step.tests}
    assert sorted(home) == sorted(test.id for test in graph.tests)
    placed = {function: step.number for step in schedule.steps for function in step.functions}
    for test, needed in truth.needs.items():
        assert all(placed[function] <= home[test] for function in needed)
    assert placed.keys() == frozenset().union(*truth.needs.values())  # the others are pseudo-tested, and in no step
    for step in schedule.steps:
        assert step.functions
        assert step.tests
        assert all(needed < step.number for needed in step.needs)


@given(worlds())
def test_no_pair_is_asked_twice_and_none_that_nobody_calls(world):
    graph, truth = world
    make_schedule(graph, NEEDED, truth)
    calls = {(test.id, graph.nodes[n].id) for test in graph.tests for n in test.requirement}
    assert len(truth.asked) == len(set(truth.asked))
    assert calls.issuperset(truth.asked)


@given(worlds())
def test_a_schedule_by_need_explains_itself_without_asking_again(world):
    graph, truth = world
    schedule = make_schedule(graph, NEEDED, truth)
    for step in schedule.steps:
        why = explain(graph, schedule, step.number)
        assert next(choice.test for choice in why.choices) in step.tests
        earlier = {*schedule.ready, *(test for other in schedule.steps[: step.number - 1] for test in other.tests)}
        for function, tests in why.unnoticed:
            silent = {n.test for n in schedule.notices if n == Notice(n.test, function, None)}
            assert tests == len(silent & earlier)


def test_where_everything_is_noticed_the_order_is_that_of_what_is_called():
    nodes = tuple(Node(f"m.py::f{n}", "m.py", Role.CORE, 1, n + 1) for n in range(3))
    tests = tuple(TestNode(f"t{n}", f"t{n}", "t.py", None, tuple(range(n + 1)), 0, None, "") for n in range(3))
    graph = RuntimeDependencyGraph(nodes, (), ((),), tests, (), ())
    everything = {f"t{n}": frozenset(f"m.py::f{f}" for f in range(n + 1)) for n in range(3)}
    assert make_schedule(graph, NEEDED, Truth(everything)).steps == make_schedule(graph).steps


def test_an_order_by_need_takes_an_oracle():
    with pytest.raises(ValueError, match="takes an oracle"):
        make_schedule(RuntimeDependencyGraph((), (), (), (), (), ()), NEEDED)


@given(worlds(), st.integers(0, 100))
def test_S6_S7_with_slack_a_step_still_is_what_one_of_its_tests_misses(world, slack):
    graph, truth = world
    schedule = make_schedule(graph, Rules(closure=Closure.NEEDED, slack=slack), truth)
    placed = {function: step.number for step in schedule.steps for function in step.functions}
    assert placed.keys() == frozenset().union(*truth.needs.values())
    for step in schedule.steps:
        missing = {
            test: truth.needs[test].difference(f for f, number in placed.items() if number < step.number)
            for test in truth.needs
        }
        assert set(step.functions) in [missing[test] for test in step.tests]


def test_with_slack_the_functions_come_first_that_more_tests_notice():
    """``a`` alone is cheapest; for a line more, ``b`` satisfies two tests."""
    nodes = tuple(Node(f"m.py::{name}", "m.py", Role.CORE, 1, lines) for name, lines in (("a", 10), ("b", 11)))
    needs = {"t1": ("a",), "t2": ("b",), "t3": ("b",)}
    tests = tuple(TestNode(name, name, "t.py", None, ("ab".index(f[0]),), 0, None, "") for name, f in needs.items())
    graph = RuntimeDependencyGraph(nodes, (), ((),), tests, (), ())
    truth = Truth({test: frozenset(f"m.py::{f}" for f in found) for test, found in needs.items()})

    def order(slack: int) -> list[tuple[str, ...]]:
        return [step.tests for step in make_schedule(graph, Rules(closure=Closure.NEEDED, slack=slack), truth).steps]

    assert order(0) == [("t1",), ("t2", "t3")]
    assert order(10) == [("t2", "t3"), ("t1",)]
    assert order(9) == order(0)
