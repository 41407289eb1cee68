"""Mutants: each operator as text before and after, and what holds of every sample (V5)."""

import subprocess
import warnings
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_rdg import Definition, index_source
from sweflow_tasks.certificate.mutants import mutants_of
from sweflow_tasks.certificate.mutation import Mutant, Operator
from sweflow_tasks.certificate.operators import mutations

MANY = 10_000


def function(source: str, path: str = "m.py") -> tuple[Definition, bytes]:
    file = index_source({path: (0o100644, source.encode())}).files[path]
    return file.definitions[0], file.text.utf8


def bodies(operator: Operator, body: str) -> list[str]:
    """The bodies that an operator makes of a function's body, sorted by place."""
    text = "def f(a, b=1):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    source = text.encode()
    made = sorted(m for m in mutations(text) if m.operator is operator)
    whole = [(source[: m.start] + m.text.encode() + source[m.end :]).decode() for m in made]
    return [dedent(after.split("\n", 1)[1]).rstrip("\n") for after in whole]


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        (Operator.RETURN_VALUE, "return a + b", ["return None"]),
        (Operator.RETURN_VALUE, "return (a)", ["return (None)"]),
        (Operator.RETURN_VALUE, "return None", []),
        (Operator.RETURN_VALUE, "yield a", ["yield None"]),
        (Operator.CONSTANT, "x = 41", ["x = 42"]),
        (Operator.CONSTANT, "x = 0x10", ["x = 17"]),
        (Operator.CONSTANT, "x = 1.5", ["x = 2.5"]),
        (Operator.CONSTANT, "x = 1e300", ["x = 0.0"]),
        (Operator.CONSTANT, "x = rb'é'.x".replace("é", "e"), ["x = rb'XXe'.x"]),
        (Operator.CONSTANT, "x = f'{a} b'", ["x = f'XX{a} b'"]),
        (Operator.CONSTANT, '"""Doc."""\nx: "int" = a', []),
        (Operator.COMPARISON, "x = a < b", ["x = a <= b"]),
        (Operator.COMPARISON, "x = a == b != a", ["x = a != b != a", "x = a == b == a"]),
        (Operator.COMPARISON, "x = a not  in b", ["x = a in b"]),
        (Operator.COMPARISON, "x = a is b", ["x = a is not b"]),
        (Operator.BOOLEAN, "x = a and b", ["x = a or b"]),
        (Operator.BOOLEAN, "x = not a", ["x = (a)"]),
        (Operator.BOOLEAN, "x = True", ["x = False"]),
        (Operator.BOOLEAN, "if a: pass", ["if (not (a)): pass"]),
        (Operator.BOOLEAN, "while a: pass", ["while (not (a)): pass"]),
        (Operator.BOOLEAN, "x = [i for i in a if i]", ["x = [i for i in a if (not (i))]"]),
        (Operator.ARITHMETIC, "x = a + b", ["x = a - b"]),
        (Operator.ARITHMETIC, "a //= b", ["a /= b"]),
        (Operator.ARITHMETIC, "x = -a", ["x = a"]),
        (Operator.CALL_ARGUMENT, "g(a, *b, c=b)", ["g(None, *b, c=b)", "g(a, *b, c=None)"]),
        (Operator.CALL_ARGUMENT, "g(None)", []),
        (Operator.STATEMENT_REMOVAL, "x = a; g()", ["pass; g()", "x = a; pass"]),
        (Operator.STATEMENT_REMOVAL, "x: int\nimport y", []),
        (Operator.STATEMENT_REMOVAL, "for x in a:\n    break", ["for x in a:\n    pass"]),
        (Operator.EXCEPTION_SWALLOWED, "raise a from b", ["pass"]),
        (
            Operator.EXCEPTION_SWALLOWED,
            "try:\n    g()\nexcept E:\n    x = 1\n    y = 2",
            ["try:\n    g()\nexcept E:\n    pass"],
        ),
    ],
)
def test_an_operator_changes_one_thing(operator: Operator, before: str, after: list[str]):
    assert bodies(operator, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(a):\n    a()\n    b()\n", "def f(a):\n    pass\n"),
        ('def f(a):\n    """Doc."""\n    # why\n    a()\n    b()\n', 'def f(a):\n    """Doc."""\n    pass\n'),
        ("def f(a):\n    yield a\n", "def f(a):\n    return\n    yield\n"),
        ("def f(a): a(); b()\n", "def f(a): pass\n"),
        ("class A:\r\n    def f(self):\r\n        a()\r\n        b()\r\n", "    def f(self):\r\n        pass\r\n"),
    ],
)
def test_a_body_is_emptied_and_its_docstring_stays(before: str, after: str):
    made = [m for m in mutants_of(*function(before), MANY) if m.operator is Operator.BODY_EMPTIED]
    assert [m.text for m in made] == [after]


def test_what_compiles_to_the_same_is_no_mutant():
    assert mutants_of(*function("def f(a):\n    pass\n"), MANY) == ()
    assert mutants_of(*function('def f(a):\n    """Doc."""\n'), MANY) == ()
    assert mutants_of(*function("def f(a):\n    return None\n"), MANY) == ()
    endless = mutants_of(*function("def f(a):\n    while True:\n        a()\n"), MANY)
    assert len(endless) == 2  # without the call; without the loop, which `while False` and `while not True` are, too


def test_words_are_not_run_together():
    texts = [m.text for m in mutants_of(*function('def f(a):\n    return g("x")if"y"else(1)\n'), MANY)]
    assert 'def f(a):\n    return g(None)if"y"else(1)\n' in texts
    texts = [m.text for m in mutants_of(*function('def f(a):\n    a()\n    return"x"\n'), MANY)]
    assert "def f(a):\n    a()\n    return None\n" in texts


BODY = "\n".join(f"    x = g({n}, a) + {n} if a < {n} else {n}" for n in range(30))


def test_operators_take_turns_in_a_bounded_sample():
    found = mutants_of(*function(f"def f(a):\n{BODY}\n    return x\n"), 12)
    assert len(found) == 12
    assert {m.operator for m in found} >= {
        *(Operator.BODY_EMPTIED, Operator.RETURN_VALUE, Operator.COMPARISON, Operator.ARITHMETIC, Operator.CONSTANT),
        *(Operator.BOOLEAN, Operator.CALL_ARGUMENT, Operator.STATEMENT_REMOVAL),
    }
    assert [m.line for m in found] == sorted(m.line for m in found)


def test_the_sample_depends_on_the_function_alone():
    text = f"def f(a):\n{BODY}\n"
    here = mutants_of(*function(text), 12)
    there = mutants_of(*function(f"import x\n\n\n{text}\n\ndef g(): pass\n"), 12)
    assert [(m.operator, m.text, m.line + 3) for m in here] == [(m.operator, m.text, m.line) for m in there]
    assert [m.text for m in mutants_of(*function(text, "other.py"), 12)] != [m.text for m in here]


def test_the_diff_is_for_git_apply(tmp_path: Path):
    source = "import x\n\nclass A:\n    @x.deco\n    def f(self, a):\n        return a < 1\n\n    y = 1\n"
    for mutant in mutants_of(*function(source), MANY):
        (tmp_path / "m.py").write_text(source)
        subprocess.run(["git", "apply"], cwd=tmp_path, input=mutant.diff, text=True, check=True)
        assert (tmp_path / "m.py").read_text() == source.replace(source[source.index("    @") : -11], mutant.text)


NAMES = st.sampled_from(["a", "b", "x"])
LEAVES = NAMES | st.sampled_from(["0", "1.5", "'é'", "None", "True", 'f"{a}"', "b''"])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "<", "and", "not in", "is", "**"]), inner),
        st.builds("g({}, k={})".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("[x for x in {} if {}]".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(lambda a=1: {})".format, inner),
    ),
    max_leaves=6,
)
SIMPLE = st.one_of(
    st.builds("x = {}".format, EXPRESSIONS),
    st.builds("x += {}".format, EXPRESSIONS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("raise {}".format, EXPRESSIONS),
    st.builds("assert {}, {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("yield {}".format, EXPRESSIONS),
    st.just("pass"),
    EXPRESSIONS,
)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda test, body: f"if {test}:\n{_indented(body)}", EXPRESSIONS, inner),
        st.builds(lambda body: f"try:\n{_indented(body)}except (E, F):\n{_indented(body)}", inner),
        st.builds(lambda body: f"for x in a:\n{_indented(body)}    continue\n", inner),
        st.builds(lambda body: f"def h(a: 'b' = 1) -> 'x':\n{_indented(body)}", inner),
        st.builds(lambda body: f"with a as b, x:\n{_indented(body)}", inner),
        st.builds("{}\n{}".format, inner, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(body=STATEMENTS, method=st.booleans(), limit=st.integers(1, 12))
def test_V5_a_mutant_compiles_and_differs(body: str, method: bool, limit: int):
    text = f"def f(self, a, b=1):\n{_indented(body)}"
    source = f"class A:\n    @d\n{_indented(text)}" if method else text
    definition, utf8 = function(source)
    found: tuple[Mutant, ...] = mutants_of(definition, utf8, limit)
    original = utf8[definition.start : definition.end].decode()
    assert len(found) <= limit
    assert len({mutant.text for mutant in found}) == len(found)
    for mutant in found:
        changed = (utf8[: definition.start] + mutant.text.encode() + utf8[definition.end :]).decode()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(changed, "m.py", "exec")
        assert mutant.text != original
