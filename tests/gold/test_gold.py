"""The graph of an example repository in every output format, as it was committed.

After a change that is meant: ``python -m tests.gold.regenerate``, and read the difference.
"""

import shutil
import sys
import xml.etree.ElementTree as ET

import pytest
from sweflow_rdg.queries import views

import sweflow
from sweflow.display.drawing import to_dot, to_picture
from tests.gold.regenerate import GOLD, rendered


@pytest.fixture(scope="module")
def made(tmp_path_factory, python):
    scratch = tmp_path_factory.mktemp("gold")
    return scratch / "out", rendered(scratch, python)


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the gold trace is of 3.11, in which comprehensions are calls (PEP 709)"
)
def test_every_format_of_the_graph_is_as_it_was(made):
    _, texts = made
    assert sorted(texts) == sorted(path.name for path in GOLD.iterdir())
    for name, text in texts.items():
        assert text == (GOLD / name).read_text("utf-8"), name


@pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not installed")
def test_dot_reads_the_gold_and_its_svg_shows_every_function(made):
    out, texts = made
    graph = sweflow.load_graph(out)
    steps = {function: step.number for step in sweflow.schedule(out).steps for function in step.functions}
    view = views.view(graph, views.core_nodes(graph), steps, "calls between functions")
    assert to_dot(view) == texts["view.dot"]
    svg = ET.fromstring(to_picture(view, "svg"))
    titles = [title.text for title in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert {vertex.id.replace(":", "/") for vertex in view.vertices} <= set(titles)
