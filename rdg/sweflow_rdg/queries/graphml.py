"""GraphML (graphml.graphdrawing.org): a view for yEd, Gephi, Cytoscape and networkx."""

from dataclasses import asdict

from sweflow_rdg.queries.views import View


def to_graphml(view: View) -> str:
    """A view as GraphML; every field of vertices and arcs is an attribute."""
    import networkx as nx  # noqa: PLC0415  # a third of a second, which most commands need not wait

    network: nx.DiGraph[str] = nx.DiGraph(title=view.title, grain=view.grain.value)
    for vertex in view.vertices:
        network.add_node(vertex.id, **{key: value for key, value in asdict(vertex).items() if key != "id"})
    for arc in view.arcs:
        network.add_edge(arc.tail, arc.head, calls=arc.calls, tests=arc.tests)
    return "\n".join(nx.generate_graphml(network, prettyprint=True)) + "\n"
