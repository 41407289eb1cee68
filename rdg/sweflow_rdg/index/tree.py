"""Walking libcst trees: only the children that can hold code, and names out of expressions."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache

import libcst as cst
from libcst import BatchableCSTVisitor
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper

VisitorMethod = Callable[[cst.CSTNode], None]
_LAYOUT = re.compile(
    r"whitespace|lines|header|footer|indent|[lr]par$|bracket|brace|comma|semicolon|equal|^dot|operator"
)
"""Fields that hold white space and punctuation only. They are most of a tree."""


class _Wrapper(MetadataWrapper):
    """Spares the walk that libcst makes for metadata that is gathered in batches, even where there is none."""

    def visit_batched(
        self,
        visitors: Iterable[BatchableCSTVisitor],
        before_visit: VisitorMethod | None = None,
        after_leave: VisitorMethod | None = None,
    ) -> cst.CSTNode:
        batch = list(visitors)
        return super().visit_batched(batch, before_visit, after_leave) if batch else self.module


def spans_of(module: cst.Module) -> Mapping[cst.CSTNode, CodeSpan]:
    """The place of every node, in bytes of the module's UTF-8 text."""
    return _Wrapper(module, unsafe_skip_copy=True).resolve(ByteSpanPositionProvider)


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node's children in source order, white space and punctuation left out."""
    for name in _code_fields(type(node)):
        value = getattr(node, name)
        if type(value) in (list, tuple):
            yield from value
        elif _is_node(type(value)):  # type: ignore[arg-type]
            yield value


@cache
def _is_node(kind: type) -> bool:
    """Asked once a type: ``isinstance`` of an abstract class is slow, and asked for every field."""
    return issubclass(kind, cst.CSTNode)


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
