"""Literals, and what stands near them: another number, another letter, an element less."""

import ast
from collections.abc import Iterator

from sweflow_tasks.twins.test_file import TestFile

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


def other_texts(leaf: ast.expr, file: TestFile) -> list[str]:
    """Texts that may stand in a literal's place, the nearest first; none where nothing near it is natural."""
    if isinstance(leaf, ast.Constant):
        return list(dict.fromkeys(map(_written, _other_values(leaf.value))))
    text = file.text(leaf)
    if isinstance(leaf, ast.Dict):
        return ["{0: 0}"] if not leaf.keys else []
    elements = leaf.elts if isinstance(leaf, ast.List | ast.Tuple | ast.Set) else []
    if not elements:
        return {"[": ["[0]"], "(": ["(0,)"]}.get(text[:1], [])
    if isinstance(leaf, ast.List) and len(elements) > 1:
        return [f"[{', '.join(map(file.text, elements[:-1]))}]"]
    return []


def _other_values(value: object) -> list[object]:
    found: list[object] = []
    if isinstance(value, bool):
        found = [not value]
    elif isinstance(value, int):
        found = [value + 1, -value - 1000]
    elif isinstance(value, float) and abs(value) < 1e15:
        found = [value + 1.5, -value - 1000.5]
    elif isinstance(value, complex):
        found = [value + 1]
    elif isinstance(value, str):
        found = [value[:-1] + _near(value[-1:]), value + "a"]
    elif isinstance(value, bytes):
        found = [value[:-1] + _near(value[-1:].decode("latin-1")).encode("latin-1"), value + b"a"]
    return [0] if value is None else found


def _near(letter: str) -> str:
    """A character of the same kind."""
    if "a" <= letter <= "y" or "A" <= letter <= "Y" or "0" <= letter <= "8":
        return chr(ord(letter) + 1)
    return {"z": "y", "Z": "Y", "9": "8"}.get(letter, letter + "a")


def _written(value: object) -> str:
    text = ascii(value)
    return f"({text})" if text.startswith("-") or isinstance(value, complex) else text
