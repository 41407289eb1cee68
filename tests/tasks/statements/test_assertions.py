"""What a test says, in plain order (D3)."""

import ast
import textwrap

import pytest
from sweflow_tasks.statements.assertions import said_of, table_lines
from sweflow_tasks.statements.parameters import Table, ids_of, tables

CASES = {
    "values": (
        "def test(): \n    x = f(1)\n    assert x == [1, 2]\n    assert x is not None\n    assert not g(x)\n    assert a and b in c",
        [
            "- given `x = f(1)`",
            "- `x` equals `[1, 2]`",
            "- `x is not None` holds",
            "- `g(x)` is false",
            "- `a` is true; `b` is in `c`",
        ],
    ),
    "an exception with its message": (
        "def test():\n    with pytest.raises(ValueError, match=r'no \\d+') as info:\n        f(1)\n    assert info.value.code == 3",
        [
            r"- raises `ValueError` with a message that matches `'no \\d+'` (as `info`):",
            "    - call `f(1)`",
            "- `info.value.code` equals `3`",
        ],
    ),
    "unittest": (
        "def test(self):\n    self.assertEqual(f(1), 2)\n    self.assertTrue(x)\n    self.assertRaises(KeyError, f, 1, a=2)\n"
        "    with self.assertRaisesRegex(E, 'm'):\n        g()\n    self.assertRaisesRegex(E, 'm', g, 1)",
        [
            "- `f(1)` equals `2`",
            "- `x` is true",
            "- `f(1, a=2)` raises `KeyError`",
            "- raises `E` with a message that matches `'m'`:",
            "    - call `g()`",
            "- `g(1)` raises `E` with a message that matches `'m'`",
        ],
    ),
    "blocks": (
        "async def test():\n    '''Doc.'''\n    for a in b:\n        if a:\n            await f(a)\n        else:\n            g()\n"
        "    try:\n        h()\n    except E:\n        pass\n    except F as f:\n        assert f.x\n    def local(): return 1\n    return 2",
        [
            "- for each `a` of `b`:",
            "    - if `a`:",
            "        - `await f(a)`",
            "    - then:",
            "        - call `g()`",
            "- try:",
            "    - call `h()`",
            "- on `E`:",
            "    - go on",
            "- on `F` (as `f`):",
            "    - `f.x` is true",
            "- given\n    ```python\n    def local():\n        return 1\n    ```",
            "- `return 2`",
        ],
    ),
    "a message and a warning": (
        "def test():\n    assert f(), 'why'\n    with pytest.warns(UserWarning):\n        f()\n    x += 1",
        ["- `f()` is true (`'why'`)", "- warns with `UserWarning`:", "    - call `f()`", "- given `x += 1`"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_D3_assertions_are_read_from_the_test_and_nothing_is_left_out(case):
    source, lines = CASES[case]
    node = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    assert "\n".join(said_of(node)) == "\n".join(lines)


def as_written(values: ast.expr) -> list[ast.expr] | None:
    return values.elts if isinstance(values, ast.List) else None


def table(source: str, rows=as_written) -> Table:
    (found,) = tables([ast.parse(source, mode="eval").body, ast.Name("other", ast.Load())], rows)
    return found


def test_D3_a_table_has_its_rows_as_they_are_written_and_its_ids_are_known():
    found = table("pytest.mark.parametrize(('a', 'b'), [(1, 2), pytest.param(3, 4, id='x'), (b'y', None)])")
    head = "- for each of these values of `('a', 'b')`:"
    rows = ["    - `(1, 2)`", "    - `pytest.param(3, 4, id='x')`", "    - `(b'y', None)`"]
    assert list(table_lines(found)) == [head, *rows]
    ids = ids_of([found], frozenset({"[x]", "[1-2]", "[y-None]"}))
    assert ids == ("[1-2]", "[x]", "[y-None]")
    assert list(table_lines(found, [1])) == [head, rows[1]]


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        ("[[1], [2]]", {"[a0]", "[a1]"}),
        ("[Thing, thing.made]", {"[Thing]", "[made]"}),
        ("['\u00e9', 1.5, True]", {"[\\xe9]", "[1.5]", "[True]"}),
        ("[f(), 3]", {"[a0]", "[3]"}),
    ],
)
def test_ids_are_told_apart_as_pytest_makes_them(rows, ids):
    assert set(ids_of([table(f"parametrize('a', {rows})")], frozenset(ids)) or ()) == ids


@pytest.mark.parametrize(
    ("marks", "ids"),
    [
        (["parametrize('a', [1, 2])", "parametrize('b', [1, 2])"], {"[1-1]", "[1-2]", "[2-1]", "[2-2]"}),
        (["parametrize('a', [1, 2], ids=['x', 'y'])"], {"[x]", "[y]"}),
        (["parametrize('a', [1, 1])"], {"[1]", "[10]"}),
        (["parametrize('a', TABLE)"], {"[1]"}),
    ],
)
def test_no_row_gets_an_id_that_is_not_certain(marks, ids):
    assert ids_of([table(mark) for mark in marks], frozenset(ids)) is None


def test_a_computed_table_is_its_expression():
    found = table("pytest.mark.parametrize('a', TABLE.items())")
    assert list(table_lines(found)) == ["- for each of these values of `a`:", "    - `TABLE.items()`"]


def test_a_long_table_says_how_much_it_leaves_out():
    lines = list(table_lines(table(f"p.parametrize('a', {list(range(50))})")))
    assert len(lines) == 42
    assert lines[-1] == "    - and 10 more"
