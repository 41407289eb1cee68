"""Schedules of graphs that are written here by hand."""

from dataclasses import replace

import pytest
from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, ScaffoldSource, TestNode, TestReason
from sweflow_scheduler import Closure, Cost, Rules, Unsplit, critical_path, explain, make_schedule, waves, width
from sweflow_scheduler.errors import BandUpsideDown, UnknownStep
from sweflow_scheduler.format import read_schedule, write_schedule


def graph(
    requirements: dict[str, str],
    calls: list[str],
    scaffold: str = "",
    lines: dict[str, int] | None = None,
    complexity: dict[str, int] | None = None,
) -> RuntimeDependencyGraph:
    """Functions are letters; ``calls`` are pairs such as ``ab``; a test calls the first letter that it requires.

    ``lines`` and ``complexity`` give the size of each letter, 1 where nothing else is said.
    """
    letters = sorted({letter for text in (*requirements.values(), *calls) for letter in text})
    imported = (ScaffoldSource.PROJECT_IMPORT,)
    size, decisions = lines or {}, complexity or {}
    nodes = [
        Node(
            f"m.py::{n}",
            "m.py",
            Role.CORE,
            1,
            size.get(n, 1),
            imported if n in scaffold else (),
            complexity=decisions.get(n, 1),
        )
        for n in letters
    ]
    nodes += [Node(f"t.py::{test}", "t.py", Role.TEST, 1, 1) for test in requirements]
    place = {node.id.rpartition("::")[2]: number for number, node in enumerate(nodes)}
    edges = [Call(place[a], place[b], False, False) for a, b in calls]
    edges += [Call(place[test], place[need[0]], False, False) for test, need in requirements.items() if need]
    tests = [
        TestNode(f"t.py::{test}", f"t.py::{test}", "t.py", place[test], tuple(place[n] for n in need), 0, None, "")
        for test, need in requirements.items()
    ]
    return RuntimeDependencyGraph(tuple(nodes), tuple(sorted(edges)), ((),), tuple(tests), (), ())


def shape(made):
    return [("".join(f[-1] for f in step.functions), "".join(f[-1] for f in step.targets)) for step in made.steps]


def test_S3_within_a_step_functions_come_callee_first():
    made = make_schedule(graph({"test": "abc"}, ["ac", "cb"]))
    assert shape(made) == [("bca", "a")]
    assert [f[-1] for f in made.steps[0].dependents] == ["b", "c"]


def test_G2_a_recursive_pair_is_one_step_and_orders_below_what_calls_it():
    made = make_schedule(graph({"test": "abc"}, ["ab", "bc", "cb"]))
    assert shape(made) == [("bca", "a")]
    assert made.steps[0].depth == 2


def test_G2_a_pair_of_which_a_test_requires_only_one_is_split_and_counted():
    made = make_schedule(graph({"base": "a", "both": "ab"}, ["ab", "ba"]))
    assert shape(made) == [("a", "a"), ("b", "b")]
    assert made.steps[0].forward == (("m.py::a", "m.py::b"),)
    assert made.forward_references == 1


def test_S1_scaffold_is_never_developed_and_its_tests_are_ready():
    made = make_schedule(graph({"imports": "s", "uses": "as"}, ["sa"], scaffold="s"))
    assert made.ready == ("t.py::imports",)
    assert shape(made) == [("a", "a")]


def test_S5_waves_needs_and_fan_in_tell_what_can_be_developed_side_by_side():
    made = make_schedule(graph({"left": "a", "right": "b", "both": "cab"}, ["ca", "cb"]))
    assert [step.wave for step in made.steps] == [1, 1, 2]
    assert [step.needs for step in made.steps] == [(), (), (1, 2)]
    assert [step.fan_in for step in made.steps] == [1, 1, 0]
    assert [step.depth for step in made.steps] == [1, 1, 2]


def names_of(made):
    return ["".join(test.rpartition("::")[2] for test in step.tests) for step in made.steps]


def test_S4_the_cost_can_be_lines_functions_or_complexity():
    made = graph(
        {"x": "a", "y": "bc", "z": "d"}, [], lines={"a": 9, "d": 8}, complexity={"a": 2, "b": 2, "c": 2, "d": 3}
    )
    assert names_of(make_schedule(made, Rules(Cost.LINES))) == ["y", "z", "x"]
    assert names_of(make_schedule(made, Rules(Cost.FUNCTIONS))) == ["x", "z", "y"]
    assert names_of(make_schedule(made, Rules(Cost.COMPLEXITY))) == ["x", "z", "y"]


def test_S4_a_test_function_requires_what_any_of_its_ids_does():
    made = graph({"x": "a", "y": "b"}, [])
    one, other = made.tests
    made = replace(made, tests=(one, replace(other, function=one.function), replace(other, rejected=TestReason.FLAKY)))
    assert shape(make_schedule(made)) == [("ab", "ab")]


def test_S3_the_merged_closure_adds_what_other_tests_saw_and_leaves_no_forward_reference():
    made = graph({"base": "a", "both": "ab"}, ["ab"])
    assert make_schedule(made).forward_references == 1
    merged = make_schedule(made, Rules(closure=Closure.MERGED))
    assert shape(merged) == [("ba", "a")]
    assert merged.forward_references == 0


def test_G2_the_merged_closure_never_splits_a_cycle():
    made = graph({"base": "a", "far": "abc", "other": "d"}, ["ab", "bc", "ca", "da"])
    assert shape(make_schedule(made)) == [("a", "a"), ("d", "d"), ("bc", "b")]
    assert shape(make_schedule(made, Rules(closure=Closure.MERGED))) == [("abc", "a"), ("d", "d")]


def test_S3_the_merged_closure_does_not_go_through_scaffold():
    made = graph({"one": "as", "two": "bs"}, ["as", "sa", "sb", "bs"], scaffold="s")
    assert shape(make_schedule(made, Rules(closure=Closure.MERGED))) == [("a", "a"), ("b", "b")]


CHAIN = graph({"one": "a", "two": "ab", "three": "abc", "four": "d"}, ["ba", "cb"], lines={"c": 10, "d": 30})


def test_S2_neighbouring_small_steps_merge_into_the_band():
    made = make_schedule(CHAIN, Rules(min_lines=2))
    assert [(step.lines, len(step.tests)) for step in made.steps] == [(2, 2), (10, 1), (30, 1)]
    assert made.steps[0].functions == ("m.py::a", "m.py::b")
    assert [step.needs for step in made.steps] == [(), (1,), ()]


def test_S2_a_step_above_the_band_says_why_it_is_not_split():
    made = make_schedule(CHAIN, Rules(min_lines=5, max_lines=12))
    assert [(step.lines, step.unsplit) for step in made.steps] == [(12, None), (30, Unsplit.ONE_FUNCTION)]
    together = make_schedule(graph({"both": "ab"}, []), Rules(max_lines=1))
    assert together.steps[0].unsplit is Unsplit.REQUIRED_TOGETHER


def test_a_last_small_step_joins_the_one_before_it():
    made = make_schedule(graph({"x": "a", "y": "b", "z": "c"}, []), Rules(min_lines=2))
    assert [step.lines for step in made.steps] == [3]


def test_a_band_in_which_no_size_fits_is_refused():
    with pytest.raises(BandUpsideDown, match="at least 9 and at most 3 lines: give a --max-lines"):
        Rules(min_lines=9, max_lines=3)


def test_S5_the_critical_path_is_the_chain_of_needs_with_the_most_lines():
    made = make_schedule(CHAIN)
    assert names_of(made) == ["one", "two", "three", "four"]
    assert waves(made) == ((1, 4), (2,), (3,))
    assert width(made) == 2
    assert critical_path(made) == (4,)
    short = make_schedule(graph({"one": "a", "two": "ab", "four": "d"}, ["ba"], lines={"b": 3, "d": 3}))
    assert critical_path(short) == (1, 3)


def test_S5_an_empty_schedule_has_no_waves():
    made = make_schedule(graph({}, []))
    assert (waves(made), width(made), critical_path(made)) == ((), 0, ())


def test_S5_difficulty_ranks_the_steps_between_0_and_1():
    made = make_schedule(CHAIN)
    assert [step.difficulty for step in made.steps] == [0.233, 0.567, 0.8, 0.4]
    assert make_schedule(graph({"only": "a"}, [])).steps[0].difficulty == 0.0


def test_explaining_a_step_names_the_rivals_and_what_they_would_have_cost():
    found = explain(CHAIN, make_schedule(CHAIN), 2)
    assert found.needs == ((1, ("m.py::a",)),)
    assert found.needed_by == (3,)
    (choice,) = found.choices
    assert (choice.test, choice.cost, choice.waiting, choice.equal) == ("t.py::two", 1, 2, 0)
    assert [(rival.test, rival.cost) for rival in choice.rivals] == [("t.py::three", 11), ("t.py::four", 30)]


def test_explaining_a_tie_shows_calls_ahead():
    made = graph({"x": "a", "y": "b"}, ["ab"])
    (choice,) = explain(made, make_schedule(made), 1).choices
    assert (choice.test, choice.ahead, choice.equal) == ("t.py::y", 0, 1)
    assert [(rival.test, rival.ahead) for rival in choice.rivals] == [("t.py::x", 1)]


def test_explaining_a_merged_step_tells_every_choice_that_went_into_it():
    schedule = make_schedule(CHAIN, Rules(min_lines=2))
    assert [choice.test for choice in explain(CHAIN, schedule, 1).choices] == ["t.py::one", "t.py::two"]


def test_explaining_a_step_that_is_not_there_says_which_are():
    with pytest.raises(UnknownStep, match=r"no step 5 \(its steps are 1 to 4\)"):
        explain(CHAIN, make_schedule(CHAIN), 5)


def test_a_schedule_comes_back_from_its_file(tmp_path):
    made = make_schedule(CHAIN, Rules(Cost.COMPLEXITY, Closure.MERGED, 5, 12))
    write_schedule(tmp_path / "schedule.json", made)
    assert read_schedule(tmp_path / "schedule.json") == made
