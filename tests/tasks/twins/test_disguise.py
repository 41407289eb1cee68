"""Disguises: other texts, the same meaning."""

import ast
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweflow_tasks.twins.disguise import RESERVED, disguised
from sweflow_tasks.twins.test_file import TestFile

TEXT = '''
LIMIT = 3

def outer(number, *, factor=2):
    """What it is."""
    total = 0
    names = [f"{number}-{name}" for name in ("a", "b")]
    for step in range(number):
        total = total + step * factor
        label = f"{total}"
    try:
        value = int("x")
    except ValueError as error:
        value = str(error)
    text = "{total}".format(total=total)
    pick = {"total": total, 5: LIMIT}
    def inner(total=4):
        return total + number
    if pick[5] != 3 or inner() != number + 4:
        raise AssertionError(pick)
    return total, names, value, text, pick["total"], sorted(pick, key=str)
'''


def run(content: bytes, number: int) -> object:
    space: dict[str, object] = {}
    exec(compile(content, "made", "exec"), space)  # the text above
    return space["outer"](number)  # type: ignore[operator]


@given(st.integers(), st.integers(0, 9))
def test_V8_a_disguise_means_what_the_text_means(seed, number):
    file = TestFile(TEXT.encode())
    assert run(disguised(file, {"outer"}, Random(seed)), number) == run(file.content, number)


def test_V8_disguises_differ_from_the_text_and_from_each_other():
    file = TestFile(TEXT.encode())
    made = {disguised(file, {"outer"}, Random(seed)) for seed in range(20)}
    assert file.content not in made
    assert len(made) == 20


def test_V8_a_whole_disguise_changes_every_line_that_some_disguise_changes():
    content = b"def test():\n    def fails():\n        raise ValueError('no', 42)\n    seen = look(fails)\n    assert seen == 3\n"
    file = TestFile(content)
    lines = content.decode().splitlines()
    whole = disguised(file, {"test"}, Random(1), whole=True).decode()
    for seed in range(50):
        made = disguised(file, {"test"}, Random(seed)).decode().splitlines()
        assert {line for line in lines if line not in made}.isdisjoint(whole.splitlines())
    assert "ValueError(['no'][0], [42][0])" in whole
    assert "seen" not in whole


def test_functions_that_are_not_named_stay_as_they_are():
    file = TestFile(TEXT.encode())
    assert disguised(file, {"other"}, Random(0)) == file.content


@pytest.mark.parametrize(
    "body",
    [
        "x = 1\n    return locals()['x']",
        "x = 1\n    return f'{x}'",
        "global LIMIT\n    LIMIT = 7\n    return LIMIT",
        "x = [LIMIT for LIMIT in (1, 2)]\n    return LIMIT, x",
        "import os.path as x\n    return x.__name__",
        "x = 'a' 'b'\n    return x",
        "class A:\n        x = 1\n        y = x\n    return A.y",
    ],
)
def test_V8_names_that_somebody_sees_keep_theirs(body):
    file = TestFile(f"LIMIT = 3\ndef outer(number):\n    {body}\n".encode())
    for seed in range(10):
        made = disguised(file, {"outer"}, Random(seed))
        ast.parse(made)
        assert run(made, 1) == run(file.content, 1)


def test_a_name_that_is_drawn_hides_no_builtin():
    assert {"len", "print", "int", "async", "match"} <= RESERVED
