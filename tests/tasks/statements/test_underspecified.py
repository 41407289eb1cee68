"""What tests rely on and a solver could not know, and what of their file they use (D3)."""

import ast

import pytest
from sweflow_rdg import index_source
from sweflow_tasks.statements.assertions import table_lines
from sweflow_tasks.statements.parameters import tables
from sweflow_tasks.statements.test_code import TestCode
from sweflow_tasks.statements.underspecified import Visible

TEST = """\
import pytest
from shop import Cart
from shop.errors import Empty

LIMIT = 17
UNUSED = 1


def build(n):
    return Cart(size=n, label=NAME)


NAME = "basket"


class Base:
    rate = 3

    def setUp(self):
        self.cart = build(LIMIT)

    def helper(self):
        return self.rate


class TestCart(Base):
    def test_total(self, prices):
        assert self.cart.total(prices, currency="CHF") == self.helper()
        with pytest.raises(Empty, match="nothing in it"):
            self.cart.pay()

    def test_other(self):
        assert UNUSED


@pytest.fixture
def prices():
    return [2.5]


@pytest.fixture
def unasked():
    return 1


@pytest.fixture(autouse=True)
def always():
    return 2
"""


def unknown(source: str, statement: str = "", *files: str) -> tuple[str, ...]:
    return Visible().unknown([ast.parse(source)], statement, [text.encode() for text in files])


def test_names_keywords_exceptions_constants_and_messages_are_looked_for():
    source = "def test():\n    with raises(Empty, match='none left'):\n        cart.pay(now=1.5)\n"
    assert unknown(source) == ("'none left'", "1.5", "Empty", "cart", "match", "now", "pay", "raises")


def test_what_the_statement_or_a_file_that_can_be_seen_says_is_known():
    source = "def test():\n    assert cart.pay(mode='slow') == 17\n"
    assert unknown(source, "`cart.pay` with mode", "SLOW = 'slow'", "x = 17") == ()
    assert unknown(source, "`cart.pay` with mode", "x = 17") == ("'slow'",)


def test_local_names_builtins_small_numbers_and_docstrings_need_no_telling():
    assert (
        unknown("def test(a):\n    '''Says much.'''\n    b = len(a)\n    assert b == 1 and isinstance(b, int)\n") == ()
    )


def test_bytes_and_texts_with_escapes_are_known_where_a_file_or_the_statement_says_them():
    assert unknown("def test():\n    assert f() == b'abc'\n    assert f() == 'a\\tb'\n", "f") == ("'a\\tb'", "b'abc'")
    assert unknown("def test():\n    assert f() == b'abc'\n", "f gives `b'abc'`") == ()
    assert unknown("def test():\n    assert f() == b'a\\x00c'\n", "f", "x = b'a\\x00c'") == ()
    assert unknown("def test():\n    assert f() == 'a\\tb'\n", "f", "x = 'a\tb'") == ()


TABLES = {
    "tests/__init__.py": "",
    "tests/cases.py": "FIRST = (1, 2)\nSHARED = [FIRST, (3, 4)]\nMADE = make()\n",
    "tests/test_b.py": (
        "from .cases import MADE, SHARED as GIVEN\nOWN = [*GIVEN, (5, 6)]\nTWICE = 1\nTWICE = 2\ndef test_b(): pass\n"
    ),
}


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ("GIVEN", ["(1, 2)", "(3, 4)"]),
        ("OWN", ["(1, 2)", "(3, 4)", "(5, 6)"]),
        ("OWN + [(7, 8)]", ["(1, 2)", "(3, 4)", "(5, 6)", "(7, 8)"]),
        ("[TWICE, GIVEN]", ["TWICE", "[FIRST, (3, 4)]"]),
        ("MADE", None),
        ("nothing", None),
    ],
)
def test_D3_rows_of_tables_are_resolved_where_the_test_files_say_them(values, rows):
    code = TestCode(index_source({path: ("100644", text.encode()) for path, text in TABLES.items()}))
    found = code.rows("tests/test_b.py", ast.parse(values, mode="eval").body)
    assert (None if found is None else [ast.unparse(row) for row in found]) == rows


def test_helpers_are_what_a_test_uses_of_its_file_through_classes_fixtures_and_other_helpers():
    index = index_source({"tests/test_shop.py": ("100644", TEST.encode())})
    code = TestCode(index)
    test = index.definitions()["tests/test_shop.py::TestCart.test_total"]
    helpers = code.helpers([test])
    assert [(h.within, h.source.partition("\n")[0]) for h in helpers] == [
        ("", "import pytest"),
        ("", "from shop import Cart"),
        ("", "from shop.errors import Empty"),
        ("", "LIMIT = 17"),
        ("", "def build(n):"),
        ("", 'NAME = "basket"'),
        ("Base", "rate = 3"),
        ("Base", "def setUp(self):"),
        ("Base", "def helper(self):"),
        ("", "@pytest.fixture"),
        ("", "@pytest.fixture(autouse=True)"),
    ]


def test_marks_of_the_classes_around_a_test_belong_to_it():
    source = "@parametrize('a', [1, 2])\nclass TestA:\n    class TestB:\n        def test(self, a): assert a\n"
    index = index_source({"tests/test_a.py": ("100644", source.encode())})
    code, test = TestCode(index), index.definitions()["tests/test_a.py::TestA.TestB.test"]
    (table,) = tables(code.marks(test), lambda values: code.rows(test.path, values))
    assert list(table_lines(table)) == ["- for each of these values of `a`:", "    - `1`", "    - `2`"]


def test_a_file_that_this_interpreter_cannot_parse_has_nothing_to_say():
    source = b"NAME = '\\N{no character has this name}'\ndef test_a(): assert NAME\n"
    with pytest.raises(SyntaxError):
        ast.parse(source)
    index = index_source({"tests/test_a.py": ("100644", source)})
    code, d = TestCode(index), index.definitions()["tests/test_a.py::test_a"]
    assert code.function(d) is None
    assert code.helpers([d]) == ()
