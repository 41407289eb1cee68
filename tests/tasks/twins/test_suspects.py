"""Which change keeps a file from being collected: the one in whose lines pytest's report has an error, or nobody knows."""

import pytest
from sweflow_tasks.twins.turns import find_suspects
from sweflow_tasks.twins.values import TestFunction as Function

FILE = b"""\
import things


def test_one():
    assert things.one() == 1


@decorated(
    2,
)
def test_two():
    assert things.two() == 2


class TestMore:
    def test_two(self):
        pass
"""
BLOBS = {"tests/test_a.py": ("100644", FILE), "tests/test_b.py": ("100644", b"from tests.test_a import *\n" + FILE)}
GROUPS = {
    path: [
        Function(path, name, "0", (f"{path}::{name}",), {}) for name in ("test_one", "test_two", "TestMore.test_two")
    ]
    for path in BLOBS
}


def report(*places):
    return "\n".join(f"{place}: in <module>\n    code" for place in places) + "\nE   ValueError: tests/test_a.py:4: no"


@pytest.mark.parametrize(
    ("line", "name"), [(4, "test_one"), (5, "test_one"), (8, "test_two"), (12, "test_two"), (17, "TestMore.test_two")]
)
def test_the_function_in_whose_lines_an_error_is_called_from_elsewhere(line, name):
    torn = {"tests/test_a.py": GROUPS["tests/test_a.py"]}
    found = find_suspects(torn, BLOBS, [report("things.py:1", f"tests/test_a.py:{line}", "helper.py:17")])
    assert {path: each.name for path, each in found.items()} == {"tests/test_a.py": name}


@pytest.mark.parametrize("places", [(), ("tests/test_a.py:1",), ("tests/test_b.py:5",), ("xtests/test_a.py:4",)])
def test_no_suspect_where_no_line_of_a_changed_function_is_named(places):
    assert find_suspects({"tests/test_a.py": GROUPS["tests/test_a.py"]}, BLOBS, [report(*places)]) == {}


def test_no_suspect_where_one_file_may_be_torn_by_another():
    errors = [report("tests/test_a.py:4"), report("tests/test_b.py:1", "tests/test_a.py:4")]
    assert find_suspects(GROUPS, BLOBS, errors) == {}
    assert set(find_suspects(GROUPS, BLOBS, [*errors, report("tests/test_b.py:5")])) == set(GROUPS)
