"""Syntax trees in programs with threads, and their copies."""

import ast
import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sweflow_tracer.syntax import copy_of, literal_value, syntax_tree

NESTED = "x = [" + "(1 + (2 * (3))), " * 100 + "]\n"


@pytest.fixture
def garbage_ends_turns():
    """A garbage collection after every few objects, at which a thread's turn ends."""

    def rest(*_: object) -> None:
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(rest)
    gc.set_threshold(20, 1000, 1000)  # of what is new alone
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(rest)


def test_threads_do_not_break_each_others_trees(garbage_ends_turns):
    with ThreadPoolExecutor(4) as threads:  # where trees are made side by side, Python 3.11 raises SystemError here
        trees = list(threads.map(syntax_tree, [NESTED] * 100))
        values = list(threads.map(literal_value, [NESTED[4:].replace("+", ",").replace("*", ",")] * 100))
    assert len({len(tree.body) for tree in trees}) == 1
    assert all(value == values[0] for value in values)


def test_an_escape_that_is_none_warns_only_whom_it_is_to(recwarn):
    assert literal_value(r"'\d'") == r"\d"
    syntax_tree(r"'\d'")
    assert not recwarn.list
    with pytest.raises((SyntaxError, Warning)):
        literal_value(r"'\d'", "error")


def test_a_copy_says_the_same_and_shares_nothing_that_can_be_changed():
    tree = syntax_tree("@mark(1)\ndef f(a, *, b: int = 2):\n    return [a, f'{b!r:>{a}}', {**b}, ...]\n")
    made = copy_of(tree)
    assert ast.dump(made, include_attributes=True) == ast.dump(tree, include_attributes=True)
    assert not {id(node) for node in ast.walk(made)} & {id(node) for node in ast.walk(tree)}
    made.body[0].body.clear()
    assert len(tree.body[0].body) == 1
