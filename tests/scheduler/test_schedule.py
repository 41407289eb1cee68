"""Schedules of graphs that are written here by hand."""

from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, ScaffoldSource, TestNode
from sweflow_scheduler import make_schedule


def graph(requirements: dict[str, str], calls: list[str], scaffold: str = "") -> RuntimeDependencyGraph:
    """Functions are letters; ``calls`` are pairs such as ``ab``; a test calls the first letter that it requires."""
    letters = sorted({letter for text in (*requirements.values(), *calls) for letter in text})
    imported = (ScaffoldSource.PROJECT_IMPORT,)
    nodes = [Node(f"m.py::{n}", "m.py", Role.CORE, 1, 1, imported if n in scaffold else ()) for n in letters]
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
