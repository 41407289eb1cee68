"""What a test says, in plain order (D3)."""

import ast
import textwrap

import pytest
from sweflow_tasks.claims import claims

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
    "a table": (
        "@pytest.mark.parametrize(('a', 'b'), [(1, 2), pytest.param(3, 4, id='x')])\n@other\ndef test(a, b):\n    assert a < b",
        [
            "- for each of these values of `('a', 'b')`:",
            "    - `(1, 2)`",
            "    - `pytest.param(3, 4, id='x')`",
            "- `a < b` holds",
        ],
    ),
    "a computed table": (
        "@pytest.mark.parametrize('a', TABLE)\ndef test(a): assert a",
        ["- for each of these values of `a`:", "    - `TABLE`", "- `a` is true"],
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
def test_D3_claims_are_read_from_the_test_and_nothing_is_left_out(case):
    source, lines = CASES[case]
    node = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    assert claims(node) == lines


def test_a_long_table_says_how_much_it_leaves_out():
    node = ast.parse(f"@p.parametrize('a', {list(range(50))})\ndef test(a): pass").body[0]
    assert isinstance(node, ast.FunctionDef)
    lines = claims(node)
    assert len(lines) == 42
    assert lines[-1] == "    - and 10 more"
