"""Syntax trees in programs with threads."""

import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sweflow_tracer.syntax import literal_value, syntax_tree

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
