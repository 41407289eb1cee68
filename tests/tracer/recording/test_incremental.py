"""Bringing a trace up to date: what a change cannot touch is taken over, and the result is that of a fresh trace."""

from dataclasses import replace
from pathlib import Path

import pytest
from sweflow_tracer import Trace
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.recording.incremental import Earlier, carried_records

from tests.helpers import trace_of, write_repository

SHOP = """\
import functools

def registered(function):
    return function

def price(n):
    # what a thing costs
    return n * rate()

def rate():
    return 2

def name():
    return "shop"

@registered
def decorated(): return 1
"""
TESTS = """\
import shop

def test_price():
    assert shop.price(2) >= 4

def test_rate():
    assert shop.rate() >= 2

def test_name():
    assert shop.name()

def test_lazy():
    import lazily
    assert lazily.late()
"""
LAZILY = "def late():\n    return 1\n"


def blobs(**changed: str) -> Blobs:
    files = {
        "shop.py": SHOP,
        "lazily.py": LAZILY,
        "test_shop.py": TESTS,
        "data.txt": "1\n",
        "pyproject.toml": "[project]\nname = 'shop'\n",
    }
    files |= changed
    return {path: ("100644", text.encode()) for path, text in files.items()}


@pytest.fixture(scope="module")
def trace(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Trace:
    return traced(blobs(), python, tmp_path_factory.mktemp("shop"))


def traced(files: Blobs, python: Path, folder: Path, **options: object) -> Trace:
    texts = {path: content.decode() for path, (_, content) in files.items()}
    return trace_of(write_repository(folder / "shop", texts), python, folder / "journal", **options)


def timeless(trace: Trace) -> Trace:
    return replace(trace, tests=tuple(replace(test, duration=0.0) for test in trace.tests))


def carried(trace: Trace, after: Blobs) -> set[str]:
    return {record["id"].rpartition("::")[2] for record in carried_records(Earlier(trace, blobs()), after)}


ALL = {"test_price", "test_rate", "test_name", "test_lazy"}


def test_nothing_changed_and_all_is_taken_over(trace):
    assert carried(trace, blobs()) == ALL


def test_a_changed_body_touches_the_tests_that_called_it_however_indirectly(trace):
    after = blobs(**{"shop.py": SHOP.replace("return 2", "x = 3\n    return x")})
    assert carried(trace, after) == ALL - {"test_price", "test_rate"}


def test_a_changed_test_touches_itself(trace):
    assert carried(trace, blobs(**{"test_shop.py": TESTS.replace(">= 4", ">= 3")})) == ALL - {"test_price"}


def test_a_changed_comment_in_a_body_is_a_change(trace):
    assert carried(trace, blobs(**{"shop.py": SHOP.replace("costs", "is worth")})) == ALL - {"test_price"}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("shop.py", "def rate():", "def rate(now=1):"),
        ("shop.py", "import functools", "import functools, sys"),
        ("shop.py", "@registered", "@functools.cache"),
        ("shop.py", "decorated(): return 1", "decorated(): return 2"),
        (
            "shop.py",
            "def registered(function):\n    return function",
            "def registered(function):\n    x = 1\n    return function",
        ),
        ("shop.py", "def name", "def other(): pass\n\ndef name"),
        ("shop.py", "return 2", "return (2"),
        ("data.txt", "1", "2"),
    ],
)
def test_what_may_change_anything_makes_every_test_run_again(trace, path, before, after):
    files = {"shop.py": SHOP, "data.txt": "1\n"}
    assert before in files[path]
    assert carried(trace, blobs(**{path: files[path].replace(before, after)})) == set()


def test_a_new_file_makes_every_test_run_again(trace):
    assert carried(trace, blobs(**{"new.py": "x = 1\n"})) == set()


@pytest.mark.slow
def test_a_trace_brought_up_to_date_is_that_of_a_fresh_run(trace, python, tmp_path):
    after = blobs(**{"shop.py": SHOP.replace("return 2", "x = 3\n    return x")})
    ran: list[str] = []
    updated = traced(
        after,
        python,
        tmp_path / "a",
        earlier=Earlier(trace, blobs()),
        on_session=lambda s: ran.extend(r["id"] for r in s.tests),
    )
    assert sorted(ran) == ["test_shop.py::test_price", "test_shop.py::test_rate"]
    assert timeless(updated) == timeless(traced(after, python, tmp_path / "b"))
