"""A test file as its syntax tree says: where its functions stand, in bytes."""

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isfinite

from sweflow_tracer.syntax import syntax_tree

Literal = int | float | str | bytes
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class FunctionText:
    """A function and the bytes that it takes, from the line of its first decorator (``line``) on."""

    name: str
    node: AnyFunction
    line: int
    start: int
    end: int
    digest: str


class TestFile:
    """A file's text, and its functions under the qualified names that Python gives them.

    Raises ValueError (SyntaxError and UnicodeDecodeError are none the less) for what this Python cannot parse.
    """

    __test__ = False

    def __init__(self, content: bytes) -> None:
        content.decode("utf-8")
        if content.startswith(b"\xef\xbb\xbf"):
            raise ValueError("begins with a byte order mark")
        self.content = content
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(content))]
        try:
            self._tree = syntax_tree(content)
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ValueError(str(error)) from error
        self.functions = tuple(self._functions(self._tree, ""))

    @cached_property
    def constants(self) -> tuple[tuple[type, Literal], ...]:
        """Its numbers, texts and bytes with their types, each once."""
        return tuple(dict.fromkeys(_constants(self._tree)))

    def at(self, line: int, column: int) -> int:
        """The offset of a place of the tree."""
        return self._lines[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The bytes of a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.at(node.lineno, node.col_offset), self.at(end_line, end_column)

    def text(self, node: ast.expr | ast.stmt) -> str:
        """A node as it is written."""
        start, end = self.span(node)
        return self.content[start:end].decode("utf-8")

    def standing(self, name: str, digest: str) -> list[FunctionText]:
        """Where a function stands with the very text that has the digest."""
        return [text for text in self.functions if (text.name, text.digest) == (name, digest)]

    def _functions(self, parent: ast.AST, above: str) -> Iterator[FunctionText]:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, AnyFunction):
                line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                start, end = self.at(line, 0), self.span(node)[1]
                digest = hashlib.sha256(self.content[start:end]).hexdigest()[:16]
                yield FunctionText(above + node.name, node, line, start, end, digest)
            if not isinstance(node, ast.expr):
                yield from self._functions(node, above + _prefix(node))


def _constants(tree: ast.AST) -> Iterator[tuple[type, Literal]]:
    """Each with its type, since 1 equals 1.0; none that is written otherwise than it is shown."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str | bytes | int) and not isinstance(value, bool):
            yield type(value), value
        elif isinstance(value, float) and isfinite(value):
            yield float, value


def _prefix(node: ast.AST) -> str:
    """What a node puts before the names of functions in it."""
    if isinstance(node, AnyFunction):
        return f"{node.name}.<locals>."
    return f"{node.name}." if isinstance(node, ast.ClassDef) else ""


@lru_cache(maxsize=16)
def parsed(content: bytes) -> TestFile | None:
    """A file's text, which is parsed once as long as it is asked for; None where it cannot be."""
    try:
        return TestFile(content)
    except ValueError:
        return None


def spoken_of(function: AnyFunction) -> set[str]:
    """Names and attributes that a function speaks of; its own name only as an attribute, of a base class."""
    found = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return found | {node.id for node in ast.walk(function) if isinstance(node, ast.Name)} - {function.name}
