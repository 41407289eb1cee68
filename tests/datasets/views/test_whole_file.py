"""Whole files: exact for any text, in fences that nothing in it closes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sweflow_datasets.views.errors import AnswerNotUsable
from sweflow_datasets.views.prompt import Prompt
from sweflow_datasets.views.whole_file import WholeFile, answer_of, apply

from tests.datasets.views.made_steps import made_step

TEXTS = st.lists(st.sampled_from(["a\n", "```\n", "`````", "```python\n", "\r\n", "x", "\n"]), max_size=8).map("".join)


def view_of(step):
    return WholeFile(step.head, Prompt("", (), ()), answer_of(step), step.base)


@settings(max_examples=50)
@given(TEXTS, TEXTS)
@example("a\n", "")
@example("a\n", "x")
def test_the_files_come_back_byte_for_byte(one, other):
    before = {"a.py": b"before\n", "b.md": b"before\n"}
    step = made_step(before, {"a.py": one.encode(), "b.md": other.encode()})
    view = view_of(step)
    assert apply(view, view.answer) == step.reference


@pytest.mark.parametrize("answer", ["no file", "a.py\n```python\nx = 1\n", "../a.py\n```\nx\n```\n"])
def test_an_answer_without_a_whole_file_gives_no_tree(answer):
    step = made_step({"a.py": b"a\n"}, {"a.py": b"b\n"})
    with pytest.raises(AnswerNotUsable):
        apply(view_of(step), answer)
