"""The graph as one of networkx: every node and call, with figures, and nothing of the test runner."""

import json

import networkx as nx

import sweflow


def test_a_graph_goes_to_networkx_whole(calculator):
    graph = sweflow.load_graph(calculator.root)
    made = graph.to_networkx()
    assert set(made) == {node.id for node in graph.nodes}
    pairs = {(graph.nodes[call.caller].id, graph.nodes[call.callee].id) for call in graph.calls if call.caller >= 0}
    assert set(made.edges) == pairs
    assert made.nodes["calculator/tokens.py::take_while"]["lines"] == 6
    edge = made.edges["calculator/evaluator.py::evaluate", "calculator/evaluator.py::apply"]
    assert edge["tests"] > 0
    assert not edge["foreign"]


def test_its_tests_say_what_they_require(calculator):
    made = sweflow.load_graph(calculator.root).to_networkx()
    test = "tests/test_tokens.py::test_a_number_holds_digits_and_a_point"
    tests = json.loads(made.graph["tests"])
    assert tests[test] == ["calculator/tokens.py::is_number_part"]
    assert all(set(required) <= set(made) for required in tests.values())


def test_networkx_writes_it_in_every_format(calculator, tmp_path):
    made = sweflow.load_graph(calculator.root).to_networkx()
    nx.write_graphml(made, tmp_path / "graph.graphml")
    assert set(nx.read_graphml(tmp_path / "graph.graphml").edges) == set(made.edges)
    nx.write_gexf(made, tmp_path / "graph.gexf")


def test_algorithms_of_networkx_run_on_it(calculator):
    whole = sweflow.load_graph(calculator.root).to_networkx()
    made = whole.subgraph(node for node, role in whole.nodes(data="role") if role == "core")
    cycles = {tuple(sorted(each)) for each in nx.strongly_connected_components(made) if len(each) > 1}
    cycles |= {(node,) for node in nx.nodes_with_selfloops(made)} - {(node,) for each in cycles for node in each}
    assert cycles == {row.functions for row in sweflow.questions.cycles(sweflow.load_graph(calculator.root))}


def test_each_call_gives_a_new_one(calculator):
    graph = sweflow.load_graph(calculator.root)
    graph.to_networkx().clear()
    assert len(graph.to_networkx()) == len(graph.nodes)
