"""Turns: one change of each function that wants more, and what a session said of it."""

from sweflow_tasks.masking.mask import Edit
from sweflow_tasks.twins.test_file import parsed
from sweflow_tasks.twins.turns import Turns
from sweflow_tasks.twins.values import Change, TwinKind
from sweflow_tasks.twins.values import TestFunction as Function

TEXT = b"def test_one():\n    assert f(1) == 1\n\n\ndef test_two():\n    assert f(2) == 2\n"
BLOBS = {"test_a.py": ("100644", TEXT), "test_b.py": ("100644", TEXT)}


def function(path, name):
    digest = next(text.digest for text in parsed(TEXT).functions if text.name == name)
    return Function(path, name, digest, (f"{path}::{name}",), {})


ONE, TWO, OTHER = (
    function("test_a.py", "test_one"),
    function("test_a.py", "test_two"),
    function("test_b.py", "test_one"),
)


def change(kind=TwinKind.EXPECTATION, text=b"0"):
    return Change(kind, (Edit(TEXT.index(b"== 1") + 3, TEXT.index(b"== 1") + 4, text),))


def said(turn, failed=(), gone=(), errors=()):
    tests = [test for each in turn.changes for test in each.ids if test.partition("::")[0] not in gone]
    return {
        "items": [(test, test, ("", "", 0)) for test in tests],
        "ended": {test: ["failed", "call"] if test in failed else ["passed", ""] for test in tests},
        "errors": list(errors),
    }


def test_a_turn_has_one_change_of_each_function_and_those_with_other_inputs_run_alone():
    turns = Turns({ONE: [change()], TWO: [change(TwinKind.INPUT)], OTHER: [change(TwinKind.COMPARISON)]}, wanted=1)
    turn = turns.next()
    assert list(turn.beside()) == [{ONE}, {OTHER}]
    assert turn.alone() == {TWO}
    assert turn.tree(BLOBS)["test_b.py"][1] == TEXT.replace(b"== 1", b"== 0")


def test_what_fails_is_kept_and_what_passes_is_tried_no_more():
    turns = Turns({ONE: [change(), change(text=b"7")], TWO: [change()]}, wanted=1)
    turn = turns.next()
    turns.learn(turn, turn.tree(BLOBS), said(turn, failed=ONE.ids))
    assert [twin.fails for twin in turns.kept(ONE)] == [ONE.ids]
    assert (turns.kept(TWO), turns.tried(TWO)) == ((), 1)
    assert turns.next() is None  # one has what it wants, and of the other nothing is left


def test_a_test_that_fails_before_its_body_is_no_twin():
    turns = Turns({ONE: [change()]}, wanted=1)
    turn = turns.next()
    turns.learn(turn, BLOBS, {**said(turn), "ended": {ONE.ids[0]: ["failed", "setup"]}})
    assert turns.kept(ONE) == ()


def test_of_a_file_that_cannot_be_collected_halves_are_tried_and_the_one_to_blame_is_given_up():
    turns = Turns({ONE: [change()], TWO: [change()], OTHER: [change()]}, wanted=1)
    turn = turns.next()
    turns.learn(turn, BLOBS, said(turn, failed=OTHER.ids, gone=["test_a.py"]))
    assert turns.kept(OTHER)
    turn = turns.next()
    assert list(turn.changes) == [ONE]
    turns.learn(turn, BLOBS, said(turn, gone=["test_a.py"]))
    assert (turns.kept(ONE), turns.tried(ONE)) == ((), 1)
    turn = turns.next()
    assert list(turn.changes) == [TWO]
    turns.learn(turn, BLOBS, said(turn, failed=TWO.ids))
    assert turns.kept(TWO)


def test_the_function_in_whose_lines_the_error_is_is_tried_alone_next():
    turns = Turns({ONE: [change()], TWO: [change()]}, wanted=1)
    turn = turns.next()
    errors = ["test_a.py:6: in <module>\nE   ValueError"]
    turns.learn(turn, BLOBS, said(turn, gone=["test_a.py"], errors=errors))
    assert list(turns.next().changes) == [TWO]
