"""Questions asked of a graph that is small enough to read."""

import pytest
from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, ScaffoldSource, TestNode, TestReason
from sweflow_rdg.errors import AmbiguousFunction, UnknownFile, UnknownFunction
from sweflow_rdg.graph.order import order_of
from sweflow_rdg.index.definitions import Kind, Trait
from sweflow_rdg.queries import questions as ask
from sweflow_rdg.queries import views
from sweflow_rdg.queries.graphml import to_graphml

NODES = (
    Node("src/m.py::<module>", "src/m.py", Role.MODULE, 1, 40),
    Node("src/m.py::A.run", "src/m.py", Role.CORE, 10, 5, (), Kind.METHOD, (Trait.ABSTRACT,), 3),
    Node("src/m.py::B.run", "src/m.py", Role.CORE, 20, 4, (), Kind.METHOD),
    Node("src/m.py::loop", "src/m.py", Role.CORE, 30, 2, (), Kind.FUNCTION),
    Node("src/m.py::register", "src/m.py", Role.CORE, 35, 3, (ScaffoldSource.PROJECT_IMPORT,), Kind.FUNCTION),
    Node("src/n.py::<module>", "src/n.py", Role.MODULE, 1, 9),
    Node("src/n.py::lonely", "src/n.py", Role.CORE, 2, 8, (), Kind.FUNCTION),
    Node("tests/conftest.py::fixture", "tests/conftest.py", Role.SUPPORT, 1, 2, (), Kind.FUNCTION),
    Node("tests/test_m.py::test_one", "tests/test_m.py", Role.TEST, 1, 2, (), Kind.FUNCTION),
    Node("tests/test_m.py::test_two", "tests/test_m.py", Role.TEST, 4, 2, (), Kind.FUNCTION),
)
PLACE = {node.id.rpartition("::")[2]: number for number, node in enumerate(NODES)} | {"-": -1}
MODULE = 0
PAIRS = (
    ("-", "fixture"),
    ("fixture", "A.run"),
    ("test_one", "A.run"),
    ("A.run", "B.run"),
    ("B.run", "A.run"),
    ("loop", "loop"),
    ("test_two", "loop"),
)
CALLS = tuple(
    sorted(
        (*(Call(PLACE[a], PLACE[b]) for a, b in PAIRS), Call(MODULE, PLACE["register"]), Call(-1, PLACE["loop"], True))
    )
)


def numbers(*pairs: tuple[str, str]) -> tuple[int, ...]:
    wanted = {(PLACE[a], PLACE[b]) for a, b in pairs}
    return tuple(number for number, call in enumerate(CALLS) if (call.caller, call.callee) in wanted)


GRAPH = RuntimeDependencyGraph(
    nodes=NODES,
    calls=CALLS,
    call_sets=((), numbers(*PAIRS[:5]), numbers(*PAIRS[5:])),
    tests=(
        TestNode(
            "tests/test_m.py::test_one[1]",
            "tests/test_m.py::test_one",
            "tests/test_m.py",
            PLACE["test_one"],
            (PLACE["A.run"], PLACE["B.run"]),
            1,
            None,
            "",
        ),
        TestNode(
            "tests/test_m.py::test_two", "tests/test_m.py::test_two", "tests/test_m.py", PLACE["test_two"],
            (PLACE["loop"],), 2, TestReason.FLAKY, "",
        ),
    ),
    unresolved=(),
    unparsable=(),
    overrides=((PLACE["B.run"], PLACE["A.run"]),),
    imports=(("src/n.py", "src/m.py"), ("tests/conftest.py", "src/n.py")),
)  # fmt: skip


def test_functions_tell_size_fan_in_tests_depth_and_state():
    rows = {row.function.rpartition("::")[2]: row for row in ask.functions(GRAPH)}
    assert list(rows) == ["A.run", "B.run", "loop", "register", "lonely"]
    a = rows["A.run"]
    assert (a.kind, a.lines, a.complexity, a.fan_in, a.fan_out, a.tests, a.depth) == ("method", 5, 3, 3, 1, 1, 1)
    assert [row.state for row in rows.values()] == ["reached", "reached", "unreached", "scaffold", "unreached"]


def test_edges_count_the_tests_that_saw_them():
    rows = {(row.caller.rpartition("::")[2], row.callee.rpartition("::")[2]): row for row in ask.edges(GRAPH)}
    assert rows["A.run", "B.run"].tests == 1
    assert rows["<module>", "register"].tests == 0
    assert rows["-", "loop"].how == "foreign"


def test_tests_tell_what_they_require_and_why_they_are_rejected():
    one, two = ask.tests(GRAPH)
    assert (one.ids, one.stable, one.functions, one.lines, one.rejected) == (1, 1, 2, 9, "")
    assert (two.ids, two.stable, two.functions, two.rejected) == (1, 0, 0, "flaky")


def test_G2_cycles_are_listed_and_a_function_that_calls_itself_is_one():
    assert [row.functions for row in ask.cycles(GRAPH)] == [("src/m.py::A.run", "src/m.py::B.run"), ("src/m.py::loop",)]


def test_depth_takes_a_cycle_as_one():
    assert [(row.depth, row.count) for row in ask.depths(GRAPH)] == [(1, 5)]


def test_entry_points_are_called_from_outside_the_core():
    assert {row.function.rpartition("::")[2]: row.callers for row in ask.entry_points(GRAPH)} == {
        "A.run": ("tests/conftest.py::fixture", "tests/test_m.py::test_one"),
        "loop": ("-", "tests/test_m.py::test_two"),
        "register": ("src/m.py::<module>",),
    }


def test_unreached_and_hot_spots():
    assert [row.function for row in ask.unreached(GRAPH)] == ["src/n.py::lonely", "src/m.py::loop"]
    assert [row.function for row in ask.hot_spots(GRAPH)][:2] == ["src/m.py::A.run", "src/m.py::loop"]


def test_a_function_is_found_by_the_end_of_its_id():
    found = ask.about(GRAPH, "B.run")
    assert found.function == "src/m.py::B.run"
    assert (found.callers, found.callees) == (("src/m.py::A.run",), ("src/m.py::A.run",))
    assert found.overrides == ("src/m.py::A.run",)
    assert found.tests == ("tests/test_m.py::test_one[1]",)
    assert ask.about(GRAPH, "A.run").overridden_by == ("src/m.py::B.run",)
    with pytest.raises(AmbiguousFunction, match=r"run can be any of src/m.py::A.run, src/m.py::B.run: give the whole"):
        ask.about(GRAPH, "run")
    with pytest.raises(UnknownFunction, match=r"no function src/m.py::A.runn: did you mean src/m.py::A.run\?"):
        ask.about(GRAPH, "src/m.py::A.runn")


def test_a_path_is_a_shortest_chain_of_calls():
    assert [n.rpartition("::")[2] for n in ask.path(GRAPH, "test_one", "B.run")] == ["test_one", "A.run", "B.run"]
    assert ask.path(GRAPH, "B.run", "loop") == ()


@pytest.mark.parametrize(
    ("file", "line", "wanted"),
    [
        ("src/m.py", 20, ["test_one[1]"]),
        ("src/m.py", 23, ["test_one[1]"]),
        ("src/m.py", 30, ["test_two"]),
        ("src/m.py", None, ["test_one[1]", "test_two"]),
        ("src/m.py", 1, ["test_one[1]", "test_two"]),
        ("src/m.py", 36, ["test_one[1]", "test_two"]),
        ("src/n.py", 3, []),
        ("src/n.py", None, []),
        ("tests/test_m.py", 4, ["test_two"]),
        ("tests/conftest.py", 1, ["test_one[1]"]),
    ],
)
def test_what_to_run_after_a_change(file, line, wanted):
    assert [test.rpartition("::")[2] for test in ask.affected_tests(GRAPH, file, line)] == wanted


def test_what_to_run_after_a_change_to_a_file_that_is_not_there():
    with pytest.raises(UnknownFile, match=r"did you mean src/m.py\?"):
        ask.affected_tests(GRAPH, "src/mm.py", None)


def labels(view: views.View) -> list[str]:
    return [vertex.label for vertex in view.vertices]


def test_a_view_is_cut_by_module_step_or_neighbourhood():
    steps = {"src/m.py::B.run": 2}
    everything = views.core_nodes(GRAPH)
    assert labels(views.view(GRAPH, everything, steps, "")) == ["A.run", "B.run", "loop", "register", "lonely"]
    assert labels(views.view(GRAPH, views.module_nodes(GRAPH, "src/n.py"), steps, "")) == ["lonely"]
    assert len(views.module_nodes(GRAPH, "src/")) == 5
    assert labels(views.view(GRAPH, views.step_nodes(GRAPH, ["src/m.py::B.run"]), steps, "")) == ["A.run", "B.run"]
    assert labels(views.view(GRAPH, views.nodes_around(GRAPH, "loop", 3), steps, "")) == ["loop"]
    assert labels(views.view(GRAPH, views.nodes_around(GRAPH, "A.run", 0), steps, "")) == ["A.run"]
    with pytest.raises(UnknownFile):
        views.module_nodes(GRAPH, "src/nowhere.py")


def test_a_view_that_is_too_large_becomes_one_of_modules_and_then_of_folders():
    everything = views.core_nodes(GRAPH)
    grains = [views.readable_view(GRAPH, everything, {}, "", limit).grain for limit in (5, 4, 1)]
    assert grains == [views.Grain.FUNCTION, views.Grain.MODULE, views.Grain.FOLDER]
    module = views.readable_view(GRAPH, everything, {"src/m.py::loop": 3}, "", 2).vertices[0]
    assert (module.id, module.functions, module.lines, module.step) == ("src/m.py", 4, 14, 3)


def test_arcs_between_modules_count_pairs_of_functions():
    nodes = (*NODES[:6], Node("src/n.py::user", "src/n.py", Role.CORE, 2, 8))
    calls = (Call(6, PLACE["A.run"]), Call(6, PLACE["B.run"]))
    graph = RuntimeDependencyGraph(nodes, calls, ((),), (), (), ())
    made = views.view(graph, views.core_nodes(graph), {}, "", views.Grain.MODULE)
    assert [(arc.tail, arc.head, arc.calls) for arc in made.arcs] == [("src/n.py", "src/m.py", 2)]


def test_graphml_comes_back_through_networkx():
    import networkx as nx

    made = views.view(GRAPH, views.core_nodes(GRAPH), {"src/m.py::B.run": 2}, "title")
    back = nx.parse_graphml(to_graphml(made))
    assert set(back.nodes) == {vertex.id for vertex in made.vertices}
    assert back.nodes["src/m.py::B.run"]["step"] == 2
    assert back.edges["src/m.py::A.run", "src/m.py::B.run"]["tests"] == 1


def test_G2_the_order_puts_callees_first_and_a_cycle_in_one_component():
    order = order_of(range(5), [(0, 1), (1, 2), (2, 1), (4, 0)])
    assert order.components[order.place[1]] == (1, 2)
    assert [order.depth[node] for node in range(5)] == [2, 1, 1, 1, 3]
    assert sorted(range(5), key=order.key) == [1, 2, 3, 0, 4]
