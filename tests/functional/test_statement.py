"""D3: what a statement tells beyond the assertions of its tests: helpers, tables and ids, and what is there for later."""

import pytest

import sweflow
from tests.helpers import write_repository

FILES = {
    "shop.py": """\
LATER = 3
USED_BY_LAST = 4


def price(text):
    number = float(text)
    return number


def total(texts):
    number = sum(price(text) for text in texts)
    return number


def last(texts):
    number = price(texts[-1]) + LATER + USED_BY_LAST
    return number
""",
    "tests/__init__.py": "",
    "tests/base.py": """\
import unittest
import shop

CASES = [("1", 1.0), ("2.5", 2.5), ("30", 30.0)]


class Checked(unittest.TestCase):
    def setUp(self):
        self.shop = shop

    def costs(self, texts, expected):
        self.assertEqual(self.shop.total(texts), expected)
""",
    "tests/test_a.py": """\
import pytest
import shop
from .base import CASES


@pytest.mark.parametrize(("text", "number"), CASES)
def test_price(text, number):
    \"\"\"LATER plays no part.\"\"\"
    assert shop.price(text) == number
""",
    "tests/test_b.py": """\
from .base import Checked


class TestTotal(Checked):
    def test_total(self):
        self.costs(["1", "2"], 17 - 14)
""",
    "tests/test_c.py": """\
import shop


def test_last():
    assert shop.last(["1", "2"]) == 9
""",
}


@pytest.fixture(scope="module")
def statements(tmp_path_factory, python) -> dict[str, str]:
    """The statement of the step that develops a function, by its name."""
    repo = write_repository(tmp_path_factory.mktemp("statement") / "repo", FILES)
    sweflow.build(repo, repo.parent / "out", python=python, options=sweflow.Options.of(twins=0))
    tasks = sweflow.load_tasks(repo.parent / "out")
    said = [task.row["problem_statement"] for task in tasks]
    return {text.partition("### `")[2].partition("`")[0]: text for text in said}


def test_D3_a_helper_that_tests_call_is_quoted_from_whatever_file_it_stands_in(statements):
    said = statements["total"]
    assert "- call `self.costs(['1', '2'], 17 - 14)`" in said
    assert "In `tests/base.py`, class `Checked`, there already:" in said
    assert "    self.assertEqual(self.shop.total(texts), expected)\n" in said
    assert "    self.shop = shop\n" in said
    assert "CASES" not in said


def test_D3_parameters_are_resolved_and_stand_once(statements):
    said = statements["price"]
    assert "    - `('1', 1.0)`\n    - `('2.5', 2.5)`\n" in said
    assert said.count("('2.5', 2.5)") == 1
    assert "CASES = " not in said


def test_what_is_there_for_later_is_told_where_a_reader_comes_across_it(statements):
    said = statements["price"]
    assert "- constant `LATER` in `shop.py`\n" in said
    assert "USED_BY_LAST" not in said
    assert all("for later" not in statements[name] for name in ("total", "last"))
