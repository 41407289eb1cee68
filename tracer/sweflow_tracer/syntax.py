"""Syntax trees of Python code in programs with threads.

Before Python 3.13, CPython counts in one place for all threads how deep the tree is that it is handing over
(github.com/python/cpython/issues/106905). Where a thread's turn ends in between, which a garbage collection can bring
about, the other's tree ends in a SystemError; and what ``warnings.catch_warnings`` puts back is another thread's. So
trees are made one after the other.
"""

import ast
import warnings
from threading import Lock
from typing import Any, Literal, TypeVar

_ALONE = Lock()
N = TypeVar("N", bound=ast.AST)


def syntax_tree(source: str | bytes) -> ast.Module:
    """``ast.parse``, one at a time and without warnings.

    Raises SyntaxError, ValueError (null bytes), LookupError (an unknown encoding), RecursionError and MemoryError
    (nested too deeply).

    >>> ast.unparse(syntax_tree("x=1"))
    'x = 1'
    """
    with _ALONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def literal_value(text: str, warned: Literal["ignore", "error"] = "ignore") -> Any:
    """``ast.literal_eval`` of a text, one at a time; raises as it does, and Warning if that is asked for.

    >>> literal_value("[1, 'two']")
    [1, 'two']
    """
    with _ALONE, warnings.catch_warnings():
        warnings.simplefilter(warned)
        tree = ast.parse(text.lstrip(" \t"), mode="eval")
    return ast.literal_eval(tree)


def copy_of(node: N) -> N:
    """A node and all below it once more; ``copy.deepcopy`` asks each object first how that is done.

    >>> tree = syntax_tree("x = [1, y]")
    >>> ast.dump(copy_of(tree), include_attributes=True) == ast.dump(tree, include_attributes=True)
    True
    """
    made = type(node).__new__(type(node))
    vars(made).update((name, _copied(value)) for name, value in vars(node).items())
    return made


def _copied(value: Any) -> Any:
    if isinstance(value, ast.AST):
        return copy_of(value)
    return [_copied(each) for each in value] if isinstance(value, list) else value
