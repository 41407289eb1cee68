"""Walking libcst trees: only the children that can hold code, and names out of expressions."""

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache

import libcst as cst

_LAYOUT = re.compile(
    r"whitespace|lines|header|footer|indent|[lr]par$|bracket|brace|comma|semicolon|equal|^dot|operator"
)
"""Fields that hold white space and punctuation only. They are most of a tree."""


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node's children in source order, white space and punctuation left out."""
    for name in _code_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, list | tuple):
            yield from value


@cache
def _code_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if not _LAYOUT.search(field.name))


def dotted(node: cst.CSTNode | None) -> str:
    """``a.b.c`` of nested attributes; calls and subscripts on the way are passed over (``Base[int]`` is ``Base``)."""
    return ".".join(_parts(node))


def _parts(node: cst.CSTNode | None) -> Iterator[str]:
    if isinstance(node, cst.Attribute):
        yield from _parts(node.value)
        yield node.attr.value
    elif isinstance(node, cst.Name):
        yield node.value
    elif isinstance(node, cst.Subscript):
        yield from _parts(node.value)
    elif isinstance(node, cst.Call):
        yield from _parts(node.func)


def docstring_node(body: cst.BaseSuite) -> cst.BaseExpression | None:
    """The expression that is a body's docstring."""
    first = body.body[0] if body.body else None
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else first
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString):
        value = small.value.evaluated_value
        return small.value if isinstance(value, str) else None
    return None
