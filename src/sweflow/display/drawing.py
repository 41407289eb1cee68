"""Drawing a view: DOT through the ``graphviz`` package, and pictures where the program ``dot`` is installed."""

import subprocess

import graphviz  # type: ignore[import-untyped]
from sweflow_rdg.queries.views import Arc, Grain, Vertex, View

from sweflow.errors import DotNotUsable

SECONDS = 120.0
"""``dot`` gets so long for a picture; large graphs can take it hours."""
_FONT = {"fontname": "Helvetica", "fontsize": "10"}


def to_dot(view: View) -> str:
    """A view in the DOT language: a cluster for each file or folder, and a colour for each step, from light to dark."""
    dot = graphviz.Digraph("sweflow", comment=view.title)
    dot.attr("graph", rankdir="LR", label=view.title, labelloc="t", tooltip=view.title, **_FONT)
    dot.attr("node", shape="box", style="rounded,filled", fillcolor="white", **_FONT)
    dot.attr("edge", color="#00000080", arrowsize="0.7")
    groups: dict[str, list[Vertex]] = {}
    for vertex in view.vertices:
        groups.setdefault(vertex.group, []).append(vertex)
    for number, (group, vertices) in enumerate(sorted(groups.items())):
        with dot.subgraph(name=f"cluster_{number}") as cluster:
            cluster.attr(label=group, style="rounded", color="#00000040", tooltip=group)
            for vertex in vertices:
                cluster.node(_name(vertex.id), **_attributes(vertex, view))
    for arc in view.arcs:
        dot.edge(_name(arc.tail), _name(arc.head), **_weight(arc, view))
    return str(dot.source)


def to_picture(view: View, kind: str, seconds: float | None = None) -> bytes:
    """A view as ``svg`` or ``png``, made within some seconds. Raises DotNotUsable."""
    seconds = SECONDS if seconds is None else seconds
    hint = "install graphviz (https://graphviz.org/download), or take --format dot, graphml or json"
    try:
        done = subprocess.run(
            ["dot", f"-T{kind}"], input=to_dot(view).encode(), capture_output=True, timeout=seconds, check=True
        )
    except FileNotFoundError as error:
        raise DotNotUsable("the program dot is not installed", hint) from error
    except subprocess.TimeoutExpired as error:
        raise DotNotUsable(f"dot took more than {seconds:.0f} seconds", "cut it with --module or --around") from error
    except subprocess.CalledProcessError as error:
        problem = error.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise DotNotUsable(f"dot says: {problem}", "take --format dot and look at it") from error
    return done.stdout


def _name(name: str) -> str:
    """A vertex's name in DOT: the package takes what follows a colon for a port."""
    return name.replace(":", "/")


def _attributes(vertex: Vertex, view: View) -> dict[str, str]:
    facts = f"lines: {vertex.lines}, tests: {vertex.tests}"
    if view.grain is not Grain.FUNCTION:
        facts = f"functions: {vertex.functions}, {facts}"
    if vertex.step:
        facts = f"step: {vertex.step}, {facts}"
    found = {"label": graphviz.escape(vertex.label), "tooltip": graphviz.escape(f"{vertex.id} ({facts})")}
    if vertex.step:
        found["label"] = str(graphviz.escape(vertex.label)) + rf"\n{vertex.step}"
        found["fillcolor"] = _colour(vertex.step, view.steps)
    if vertex.scaffold:
        found["style"] = "rounded,filled,dashed"
        found["fillcolor"] = "#eeeeee"
    return found


def _colour(step: int, steps: int) -> str:
    """From light to dark in the order of development, as hue, saturation and value."""
    part = (step - 1) / (steps - 1) if steps > 1 else 0.0
    return f"{0.14 + 0.46 * part:.3f} {0.20 + 0.35 * part:.3f} {0.98 - 0.13 * part:.3f}"


def _weight(arc: Arc, view: View) -> dict[str, str]:
    if view.grain is Grain.FUNCTION:
        return {"tooltip": f"tests: {arc.tests}"}
    return {
        "label": str(arc.calls),
        "tooltip": f"calls: {arc.calls}",
        "penwidth": f"{min(4.0, 1 + arc.calls / 10):.1f}",
    }
