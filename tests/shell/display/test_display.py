"""Values show themselves in notebooks and terminals; names of the target are data, never markup."""

import io
import shutil
from dataclasses import replace

import pytest
from rich.console import Console
from sweflow_tracer.displayable import Displayable

import sweflow
from sweflow.display import SHEETS
from sweflow.display.html import to_html
from sweflow.display.sheet import ROWS, Sheet
from sweflow.display.terminal import to_text

EVIL = "<img src=x onerror=alert(1)>[red]"


def printed(value: object) -> str:
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(value)
    return console.file.getvalue()


def test_every_value_shows_itself_as_html_text_and_renderable(calculator):
    graph = sweflow.load_graph(calculator.root)
    task = sweflow.load_tasks(calculator.root)[0]
    verdict = sweflow.Verdict(task.instance_id, sweflow.VerdictKind.FAILED, failing=(("tests/t.py::t[1]", "failed"),))
    schedule = sweflow.make_schedule(graph, sweflow.Rules())
    dataset = sweflow.Dataset((), (sweflow.Rejection("test", "t", sweflow.Reason.FLAKY),), {})
    says = {
        graph: "calculator/tokens.py::tokenize",
        schedule: "critical path",
        task: "calculator/tokens.py::is_number_part",
        verdict: "tests/t.py::t[1]",
    }
    for value, text in says.items():
        assert text in value._repr_html_()
        assert text in printed(value)
        assert text in value._repr_mimebundle_()["text/plain"]
    assert "test flaky" in dataset._repr_html_()


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
def test_a_graph_has_a_picture_where_dot_is_installed(calculator):
    bundle = sweflow.load_graph(calculator.root)._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["image/svg+xml"] in bundle["text/html"]


def test_a_graph_has_none_where_dot_is_not(calculator, monkeypatch):
    monkeypatch.setenv("PATH", "")
    bundle = sweflow.load_graph(calculator.root)._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]


def test_names_are_never_markup(calculator):
    graph = sweflow.load_graph(calculator.root)
    nodes = tuple(replace(node, id=f"{node.path}::{EVIL}{number}") for number, node in enumerate(graph.nodes))
    evil = replace(graph, nodes=nodes)
    assert "<img" not in evil._repr_html_()
    assert "[red]" in printed(evil)
    verdict = sweflow.Verdict(EVIL, sweflow.VerdictKind.FAILED, detail=EVIL, failing=((EVIL, EVIL),))
    assert "<img" not in verdict._repr_html_()
    assert printed(verdict).count("[red]") == 4


def test_long_tables_are_cut_and_say_so():
    sheet = Sheet("t", columns=("n",), rows=tuple((f"row {number}",) for number in range(ROWS + 5)))
    for text in (to_html(sheet), to_text(sheet)):
        assert f"row {ROWS - 1}" in text
        assert f"row {ROWS}" not in text
        assert "… and 5 more" in text


class Unknown(sweflow.Verdict):
    """A value for which nobody registered a renderer."""


def test_a_value_without_a_renderer_shows_its_repr():
    value = Unknown("[red]x", sweflow.VerdictKind.RESOLVED)
    assert value._repr_mimebundle_() == {"text/plain": repr(value)}
    assert value._repr_html_() is None
    assert "[red]x" in printed(value)


def test_what_shows_itself_is_what_has_a_renderer():
    def below(kind: type) -> set[type]:
        return {found for each in kind.__subclasses__() for found in (each, *below(each))}

    ours = {kind.__name__ for kind in below(Displayable) if kind.__module__.startswith("sweflow")}
    assert ours == {kind.__name__ for kind in SHEETS}
