"""Laws of schedules on generated graphs: closures, cycles and bands (G2, S1, S2, S3)."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, TestNode
from sweflow_rdg.graph.order import order_of
from sweflow_scheduler import Closure, Rules, make_schedule

FUNCTIONS = 8


@st.composite
def graphs(draw: st.DrawFn) -> RuntimeDependencyGraph:
    """Any calls among a few functions, and tests that reach what they like of them."""
    number = st.integers(0, FUNCTIONS - 1)
    calls = draw(st.sets(st.tuples(number, number), max_size=16))
    needs = draw(st.lists(st.frozensets(number), min_size=1, max_size=6))
    sizes = draw(st.lists(st.integers(1, 9), min_size=FUNCTIONS, max_size=FUNCTIONS))
    nodes = [Node(f"m.py::f{n}", "m.py", Role.CORE, 1, size) for n, size in enumerate(sizes)]
    nodes += [Node(f"t.py::t{n}", "t.py", Role.TEST, 1, 1) for n in range(len(needs))]
    edges = [Call(a, b) for a, b in calls] + [Call(FUNCTIONS + n, f) for n, need in enumerate(needs) for f in need]
    tests = [
        TestNode(f"t.py::t{n}", f"t.py::t{n}", "t.py", FUNCTIONS + n, tuple(sorted(need)), 0, None, "")
        for n, need in enumerate(needs)
    ]
    return RuntimeDependencyGraph(tuple(nodes), tuple(sorted(edges)), ((),), tuple(tests), (), ())


def components(graph: RuntimeDependencyGraph) -> list[set[str]]:
    """Cycles among the functions that get developed."""
    wanted = graph.developable()
    network = nx.DiGraph((c.caller, c.callee) for c in graph.calls if {c.caller, c.callee} <= wanted)
    return [{graph.nodes[n].id for n in found} for found in nx.strongly_connected_components(network)]


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_G2_every_call_goes_down_the_order_or_stays_in_its_component(calls):
    order = order_of(range(10), sorted(calls))
    assert sorted(node for component in order.components for node in component) == list(range(10))
    for caller, callee in calls:
        same = order.place[caller] == order.place[callee]
        assert same or (order.place[caller] > order.place[callee] and order.depth[caller] > order.depth[callee])
    network = nx.DiGraph(sorted(calls))
    network.add_nodes_from(range(10))
    assert {frozenset(c) for c in order.components} == set(map(frozenset, nx.strongly_connected_components(network)))


@given(graphs())
def test_S3_the_merged_closure_has_no_forward_references(graph):
    assert make_schedule(graph, Rules(closure=Closure.MERGED)).forward_references == 0


@given(graphs(), st.integers(0, 12), st.integers(12, 24))
def test_G2_the_merged_closure_keeps_every_cycle_in_one_step(graph, least, most):
    schedule = make_schedule(graph, Rules(closure=Closure.MERGED, min_lines=least, max_lines=most))
    step_of = {function: step.number for step in schedule.steps for function in step.functions}
    for component in components(graph):
        assert len({step_of[function] for function in component}) == 1


@given(graphs())
def test_G2_the_observed_closure_splits_a_cycle_only_where_a_test_requires_part_of_it(graph):
    schedule = make_schedule(graph)
    step_of = {function: step.number for step in schedule.steps for function in step.functions}
    required = [{graph.nodes[n].id for n in test.requirement} for test in graph.tests]
    for component in components(graph):
        if len({step_of[function] for function in component}) > 1:
            assert any(0 < len(component & need) < len(component) for need in required)


@given(graphs(), st.sampled_from([Closure.OBSERVED, Closure.MERGED]), st.integers(0, 12))
def test_S1_S2_S5_hold_for_every_closure_and_band(graph, closure, least):
    schedule = make_schedule(graph, Rules(closure=closure, min_lines=least))
    step_of = {function: step.number for step in schedule.steps for function in step.functions}
    place = dict.fromkeys(schedule.ready, 0) | {test: step.number for step in schedule.steps for test in step.tests}
    assert sorted(place) == sorted(test.id for test in graph.tests)
    for test in graph.tests:
        needed = [step_of[graph.nodes[n].id] for n in test.requirement]
        assert max(needed, default=0) <= place[test.id]
    for step in schedule.steps:
        assert step.functions
        assert all(schedule.steps[needed - 1].wave < step.wave for needed in step.needs)
