"""The index over many repositories: names of strangers are text, and nothing is asked of a network."""

import re

from sweflow_datasets.corpus.values import CorpusRun, End, RepositoryResult

from sweflow.reporting.index import page

RUN = CorpusRun(
    "out",
    (
        RepositoryResult(
            "one", End.DONE, verified=3, steps=4, reasons=(("swallowed", 1),), report="repositories/one/report.html"
        ),
        RepositoryResult("two", End.NO_TESTS, detail='<script>alert("x")</script>', version="<b>1</b>"),
    ),
    "--max-seconds 5",
    "abc",
)


def test_a_table_comes_first_with_links_to_reports_and_the_next_move():
    html = page(RUN)
    assert "3 verified tasks of 2 repositories" in html
    assert '<a href="repositories/one/report.html">one</a>' in html
    assert "see that its tests are there" in html
    assert html.index("<table>") < html.index("<h2>")
    assert "ended by --max-seconds 5" in html


def test_what_repositories_say_of_themselves_is_text():
    html = page(RUN)
    assert html.count("<script>") == 1
    assert "&lt;script&gt;alert" in html
    assert "<b>1" not in html


def test_nothing_is_asked_of_a_network():
    html = page(RUN)
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", html)
    assert "default-src 'none'" in html


def test_equal_runs_have_equal_pages():
    assert page(RUN) == page(RUN)
