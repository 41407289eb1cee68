"""D3: the behaviour of tests in full and each thing once, and the short form for who sees the tests."""

import ast
import textwrap
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_tasks.statements.behaviour import Case, behaviour
from sweflow_tasks.statements.examples import examples
from sweflow_tasks.statements.inlining import inlined
from sweflow_tasks.statements.parameters import tables
from sweflow_tasks.statements.templates import form_of, template_of
from sweflow_tasks.statements.underspecified import Visible


def function(code: str) -> ast.FunctionDef:
    (node,) = ast.parse(textwrap.dedent(code)).body
    assert isinstance(node, ast.FunctionDef)
    return node


def case(code: str, path: str = "test_a.py", *ids: str, within: str = "") -> Case:
    node = function(code)
    name = f"{path}::{within}{node.name}"
    marks = tuple(tables(node.decorator_list, lambda values: getattr(values, "elts", None)))
    everything = tuple(f"{name}{one}" for one in ids) or (name,)
    return Case(name, everything, everything, node, marks)


def told(*cases: Case) -> str:
    return "\n".join(behaviour(cases))


def test_tests_that_differ_in_literals_alone_are_one_template_and_a_row_each():
    said = told(
        case('def test_a():\n    """One."""\n    assert area([1, 2], unit="m") == 2'),
        case('def test_b():\n    assert area([3], unit="m") == 3'),
    )
    assert said.count("area(") == 1
    assert "- `area($1, unit='m')` equals `$2`" in said
    assert "- `test_a` (One.): `$1` is `[1, 2]`; `$2` is `2`\n- `test_b`: `$1` is `[3]`; `$2` is `3`" in said


def test_a_body_that_several_classes_inherit_is_told_once():
    body = "def test_same(self):\n    assert self.make() == 'long enough to be seen'"
    said = told(case(body, within="TestA::"), case(body, within="TestB::"), case(body, "test_b.py", within="TestA::"))
    assert said.count("self.make()") == 1
    assert "- `TestA::test_same`\n- `TestB::test_same`\n- `test_b.py::TestA::test_same`\n" in said


def test_set_up_that_several_tests_share_is_said_once():
    shared = "    class Made(Base):\n        size = 3\n        colour = 'a colour that takes some room'\n"
    said = told(
        case(f"def test_a():\n{shared}    made = Made()\n    assert made.area() == made.size"),
        case(f"def test_b():\n{shared}    with raises(Wrong):\n        Made().paint(made=2)"),
    )
    assert said.count("class Made(Base)") == 1
    assert said.count("- set-up 1") == 3
    assert said.index("#### `test_b`") < said.index("### Set-up that several of them share")


def test_a_table_of_parameters_stands_once_and_without_ids():
    said = told(
        case("@pytest.mark.parametrize('n', [1, 2])\ndef test_n(n):\n    assert f(n)", "test_a.py", "[1]", "[2]")
    )
    assert "- for each of these values of `n`:\n    - `1`\n    - `2`\n- `f(n)` is true" in said
    assert "[1]" not in said


def test_rows_that_do_not_fail_are_not_told():
    code = "@pytest.mark.parametrize('n', [1, 2])\ndef test_n(n):\n    assert f(n)"
    one, other = case(code, "a.py", "[1]", "[2]"), case(code, "b.py", "[1]", "[2]")
    said = told(replace(one, ids=("a.py::test_n[2]",)), other)
    assert "- for each of these values of `n`:\n    - `2`\n- `f(n)`" in said
    assert "- for each of these values of `n`:\n    - `1`\n    - `2`\n- `f(n)`" in said


def test_ids_are_told_where_rows_do_not_say_them():
    made = case("def test_n(value):\n    assert f(value)", "test_a.py", "[zlib]", "[plain]")
    assert "- id `[zlib]`\n- id `[plain]`" in told(made)


def test_a_body_that_cannot_be_read_is_told_by_its_name_and_ids():
    assert "#### `test_x`\n" in told(Case("t.py::test_x", ("t.py::test_x",), ("t.py::test_x",), None, ()))


INLINED = {
    "used once": ("x = f(1)\nassert x == 2", "assert f(1) == 2"),
    "in order": ("a = f()\nb = g(a)\nassert b == 1", "assert g(f()) == 1"),
    "used twice": ("x = f(1)\nassert x == x", None),
    "something between": ("x = f(1)\ng()\nassert x == 2", None),
    "in a loop": ("x = f(1)\nfor y in z:\n    assert x == y", None),
    "in a lambda": ("x = f(1)\nassert g(lambda: x)", None),
    "in a with": ("x = f(1)\nwith raises(E):\n    g(x)", None),
    "assigned twice": ("x = f(1)\nx = g(x)\nassert h()", None),
    "inside a with": ("with c:\n    x = f(1)\n    assert x", "with c:\n    assert f(1)"),
    "another first": ("a = f()\nb = g()\nassert b\nassert a", "a = f()\nassert g()\nassert a"),
}


@pytest.mark.parametrize("name", INLINED)
def test_a_name_for_one_use_is_replaced_by_what_it_stands_for(name):
    before, after = INLINED[name]
    made = inlined(function("def t():\n" + textwrap.indent(before, "    ")))
    assert "\n".join(map(ast.unparse, made.body)) == (after or before)


LITERALS = st.recursive(
    st.integers(-3, 3) | st.text("ab '\"\\", max_size=3) | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=40)
@given(st.lists(st.tuples(LITERALS, LITERALS), min_size=2, max_size=4))
def test_a_template_with_a_row_in_it_is_the_function_that_the_row_is_of(pairs):
    nodes = [
        function(f"def test_{n}():\n    x = f({a!r}, k={b!r})\n    assert x == {a!r}") for n, (a, b) in enumerate(pairs)
    ]
    assert len(set(map(form_of, nodes))) == 1
    template = template_of(nodes)
    for node, row in zip(nodes, template.rows, strict=True):
        text = "\n".join(map(ast.unparse, template.body.body))
        for number, value in enumerate(row, 1):
            text = text.replace(f"${number}", ast.unparse(value))
        assert text == "\n".join(map(ast.unparse, node.body))


def test_functions_of_another_form_are_not_told_as_one():
    forms = ["assert f(1)", "assert f(x)", "assert f(1, 2)", "assert f(a=1)", "assert f'{x} 1'", "assert f'{x} 2'"]
    assert len({form_of(function(f"def t():\n    {text}")) for text in forms}) == len(forms)


def test_who_does_not_see_the_tests_finds_every_constant_of_theirs():
    cases = [
        case(f"def test_{n}():\n    got = area({n + 5}, name='{word}')\n    assert got == {n + 70}")
        for n, word in enumerate(("ab", "cd"))
    ]
    nodes = [one.node for one in cases]
    assert Visible().unknown(nodes, told(*cases), []) == ()


def test_who_sees_the_tests_is_told_their_names_and_one_expectation_each():
    said = "\n".join(
        examples(
            [
                case(
                    "@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n):\n    call(n)\n    made = f(n)\n    assert made == n",
                    "test_a.py",
                    "[1]",
                    "[2]",
                ),
                case("def test_b():\n    with raises(Wrong):\n        f(0)"),
                case("def test_c():\n    with raises(Wrong):\n        f(0)"),
                case(f"def test_d():\n    assert f({'x' * 200})"),
            ]
        )
    )
    assert said == (
        "In `test_a.py`:\n\n- `test_a`: `f(n)` equals `n` (where `n` is `1`)\n"
        "- `test_b`: raises `Wrong`: call `f(0)`\n- `test_c`\n- `test_d`\n"
    )
