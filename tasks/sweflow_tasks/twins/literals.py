"""Literals, and others like them: another digit or letter, another literal of the file, an element less.

Whoever reads a changed literal should find nothing in it that tells it from the one that was there.
"""

import ast
import string
from collections.abc import Iterator
from random import Random

from sweflow_tracer.syntax import literal_value

from sweflow_tasks.twins.test_file import TestFile

MOST_TRIES = 8
"""Places of a text that are tried."""
Display = ast.List | ast.Tuple | ast.Set | ast.Dict


def leaves(node: ast.AST, *, through_calls: bool = False) -> Iterator[ast.expr]:
    """The literals of an expression in order: constants, and displays that hold none.

    What calls take is part of it only with ``through_calls``, the insides of lambdas, subscripts and f-strings never.
    """
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, Display):
        inner = [leaf for child in ast.iter_child_nodes(node) for leaf in leaves(child, through_calls=through_calls)]
        yield from inner or [node]
    elif isinstance(node, ast.Compare):
        for side in compared(node):
            yield from leaves(side, through_calls=through_calls)
    elif isinstance(node, ast.Subscript):
        yield from leaves(node.value, through_calls=through_calls)
    elif not isinstance(node, ast.Lambda | ast.JoinedStr) and (through_calls or not isinstance(node, ast.Call)):
        for child in ast.iter_child_nodes(node):
            yield from leaves(child, through_calls=through_calls)


def compared(node: ast.Compare) -> Iterator[ast.expr]:
    """The sides of a comparison, but for a None behind ``is``: no other literal can stand there."""
    identity = any(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops)
    for side in (node.left, *node.comparators):
        if not (identity and isinstance(side, ast.Constant) and side.value is None):
            yield side


def other_texts(leaf: ast.expr, file: TestFile, draw: Random) -> list[str]:
    """Texts that may stand in a literal's place, at most two; none where nothing like it is natural."""
    if isinstance(leaf, ast.Constant):
        return _other_constants(leaf, file, draw)
    if isinstance(leaf, ast.Dict):
        return [draw.choice(("{0: 0}", "{1: 2}", "{'a': 1}"))] if not leaf.keys else []
    elements = leaf.elts if isinstance(leaf, ast.List | ast.Tuple | ast.Set) else []
    if not elements:
        return {"[": [draw.choice(("[0]", "[1]", "['']"))], "(": ["(0,)"]}.get(file.text(leaf)[:1], [])
    if isinstance(leaf, ast.List) and len(elements) > 1:
        left_out = draw.randrange(len(elements))
        return [f"[{', '.join(file.text(each) for number, each in enumerate(elements) if number != left_out)}]"]
    return []


def _other_constants(leaf: ast.Constant, file: TestFile, draw: Random) -> list[str]:
    text, value = file.text(leaf), leaf.value
    if isinstance(value, bool):
        return [str(not value)]
    if value is None:
        return [draw.choice(("0", "1", "''", "()"))]
    found = [_misspelt(text, value, draw), _of_the_file(value, file, draw)]
    if draw.random() < 0.3:
        found.reverse()
    return list(dict.fromkeys(filter(None, found))) or [_longer(value)]


def _misspelt(text: str, value: object, draw: Random) -> str:
    """The text of a number or string with one digit or letter another one, if there is such a text."""
    places = [at for at, letter in enumerate(text) if letter in string.ascii_letters + string.digits]
    if not isinstance(value, str | bytes):
        places = [at for at in places if text[at] in string.digits][:3]  # those that weigh most
    draw.shuffle(places)
    for at in places[:MOST_TRIES]:
        made = f"{text[:at]}{_like(text[at], text, draw)}{text[at + 1 :]}"
        if _is_another(made, value):
            return made
    return ""


def _like(letter: str, text: str, draw: Random) -> str:
    """A character of the same kind, one of the text if it has one."""
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    kind = next(kind for kind in kinds if letter in kind)
    near = sorted(set(text[1:-1]).intersection(kind) - {letter}) if kind is not string.digits else []
    return draw.choice(near or [other for other in kind if other != letter])


def _is_another(text: str, value: object) -> bool:
    """Whether a text is a literal of the same type and length and not of the same value."""
    try:
        other = literal_value(text, "error")  # a warning: an escape that is none
    except (SyntaxError, ValueError, Warning):
        return False
    if isinstance(value, str | bytes) and isinstance(other, str | bytes) and len(other) != len(value):
        return False
    return type(other) is type(value) and bool(other != value)


def _of_the_file(value: object, file: TestFile, draw: Random) -> str:
    """Another literal of the file, of the same type; of strings one of about the same length."""
    found = [other for kind, other in file.constants if kind is type(value) and other != value]
    if isinstance(value, str | bytes):
        near = range(len(value) // 2, 2 * len(value) + 3)
        found = [other for other in found if isinstance(other, str | bytes) and len(other) in near]
    return repr(draw.choice(found)) if found else ""


def _longer(value: object) -> str:
    """What stands near a value that has no digit or letter."""
    if isinstance(value, bytes):
        return repr(value + (value[-1:] or b"a"))
    return repr(value + (value[-1:] or "a")) if isinstance(value, str) else repr(value)
