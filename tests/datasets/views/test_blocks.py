"""Search-and-replace blocks: exact for any two texts, each SEARCH once in its file, and refused where they cannot be told."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sweflow_datasets.views.blocks import (
    apply_blocks,
    blocks_between,
    holds_mark,
    occurrences,
    read_blocks,
    write_blocks,
)
from sweflow_datasets.views.errors import AnswerNotUsable
from sweflow_datasets.views.search_replace import answer_of
from sweflow_datasets.views.texts import untellable
from sweflow_datasets.views.values import Refused, RefusedReason

from tests.datasets.views.made_steps import made_step, tree

LINES = st.lists(st.sampled_from(["a", "a\n", "b\n", "\n", "  a\r\n", "\r", "\f\n", "é\u2028\n"]), max_size=9)
TEXTS = LINES.map("".join)
FILES = st.dictionaries(st.sampled_from(["a.py", "pack/b c.py", "d"]), TEXTS, max_size=3)


def as_tree(files):
    return tree({path: text.encode() for path, text in files.items()})


@settings(max_examples=50)
@given(FILES, FILES)
@example({"a.py": "a\na\na\n"}, {"a.py": "a\na\na\na\n"})
@example({"a.py": "a"}, {"a.py": "a\n"})
@example({"a.py": "a\nb\n"}, {"a.py": ""})
@example({}, {"a.py": "a"})
def test_blocks_give_the_other_text_byte_for_byte(before, added):
    old, new = as_tree(before), as_tree({**before, **added})
    blocks = blocks_between(old, new)
    assert apply_blocks(old, blocks) == {**new, **{p: b for p, b in old.items() if p not in new}} or not blocks
    assert read_blocks(write_blocks(blocks)) == blocks if blocks else True


@settings(max_examples=50)
@given(TEXTS, TEXTS)
def test_every_search_text_stands_exactly_once_at_its_point(before, after):
    state = as_tree({"a.py": before})
    for block in blocks_between(state, as_tree({"a.py": after})):
        assert occurrences(state["a.py"][1].decode(), block.search) == 1 if block.search else not state["a.py"][1]
        state = apply_blocks(state, [block])
    assert state == as_tree({"a.py": after})


def test_a_search_text_is_no_longer_than_it_must_be():
    old, new = ({"a.py": f"def f():\n    pass\n\n\ndef g():\n    {word}\n".encode()} for word in ("pass", "return 1"))
    (block,) = blocks_between(tree(old), tree(new))
    assert block.search == "def g():\n    pass\n"


REFUSED = {
    "deleted-file": ({"a.py": b"a\n"}, {}),
    "mode-change": ({"a.py": b"a\n"}, {"a.py": ("100755", b"b\n")}),
    "not-text": ({"a.py": b"a\n"}, {"a.py": b"\xff\n"}),
    "marker-in-text": ({"a.py": b"a\n"}, {"a.py": b"=======\n"}),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_told_as_blocks_is_refused_with_the_reason(reason):
    assert answer_of(made_step(*REFUSED[reason])).reason == RefusedReason(reason)


def test_files_that_do_not_change_may_be_anything():
    link, binary = ("120000", b"a.py"), b"\xff\0"
    before = {"a.py": ("100755", b"a\r\n"), "link": link, "logo": binary}
    after = {**before, "a.py": ("100755", b"b\r\n"), "new.py": b"x"}
    step = made_step(before, after)
    answer = answer_of(step)
    assert not isinstance(answer, Refused)
    assert apply_blocks(step.base, read_blocks(answer)) == step.reference
    assert untellable(step.base, tree({**before, "link": ("100644", b"a\n")})) == (RefusedReason.MODE_CHANGE, "link")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("I cannot.", "it has no block"),
        ("a.py\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", "no line ======="),
        ("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "no path stands above"),
        ("a.py\n<<<<<<< SEARCH\nz\n=======\nb\n>>>>>>> REPLACE\n", "stands not in a.py"),
        ("a.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "more than once in a.py"),
        ("a.py\n<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n", "has no SEARCH text"),
        ("../a.py\n<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n", "no path of a file in the tree"),
        ("/a.py\n<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n", "no path of a file in the tree"),
        ("logo\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "no file of text"),
    ],
)
def test_an_answer_that_gives_no_tree_says_why(answer, problem):
    with pytest.raises(AnswerNotUsable, match=problem):
        apply_blocks(tree({"a.py": b"a\na\n", "logo": b"\xff"}), read_blocks(answer))


def test_a_line_that_reads_like_a_mark_is_seen():
    blocks = blocks_between(tree({"a.py": b"a\n"}), tree({"a.py": b">>>>>>> REPLACE\n"}))
    assert holds_mark(blocks)
