"""Fairness: what tests rely on and a solver could not know."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator

from sweflow_tracer.syntax import literal_value

_WORD = re.compile(r"\w+")
_PLAIN = frozenset({0, 1, 2, None, ...})
"""Constants that need no telling; True and False equal two of them."""
_BUILT_IN = frozenset(dir(builtins))


class Visible:
    """Texts that a solver can read; the words of each are worked out once."""

    def __init__(self) -> None:
        self._words: dict[bytes, frozenset[str]] = {}

    def unknown(self, nodes: Iterable[ast.AST], statement: str, contents: Iterable[bytes]) -> tuple[str, ...]:
        """Names and constants of some code that stand neither in the statement nor in any of the contents.

        Constants are written as in Python.
        """
        told = frozenset(_WORD.findall(statement))
        files = list(contents)
        missing = []
        for item in sorted(set(_relied_on(nodes))):
            if item.isidentifier():
                known = item in told or any(item in self._of(content) for content in files)
            else:
                texts = _spellings(item)
                known = any(t in statement for t in texts) or any(t.encode() in c for c in files for t in texts)
            if not known:
                missing.append(item)
        return tuple(missing)

    def _of(self, content: bytes) -> frozenset[str]:
        if content not in self._words:
            self._words[content] = frozenset(_WORD.findall(content.decode("utf-8", "replace")))
        return self._words[content]


def _spellings(written: str) -> frozenset[str]:
    """What a constant may look like in a file: as Python writes it without quotes, and a text as it is."""
    inner = written.removeprefix("b")
    if inner[:1] not in ("'", '"'):
        return frozenset({written})
    value = literal_value(written)
    raw = value.decode("latin-1") if isinstance(value, bytes) else value
    return frozenset({inner[1:-1], raw.encode("utf-8", "replace").decode("utf-8")})


def _relied_on(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Attributes, keywords, imported and global names, strings and numbers."""
    for root in nodes:
        walked = list(ast.walk(root))
        own = {node.id for node in walked if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        own |= {node.arg for node in walked if isinstance(node, ast.arg)}
        prose = {id(node.value) for node in walked if isinstance(node, ast.Expr)}
        for node in walked:
            match node:
                case ast.Attribute(attr=name) | ast.keyword(arg=str() as name):
                    yield name
                case ast.Name(id=name) if name not in own and name not in _BUILT_IN:
                    yield name
                case ast.alias(name=name):
                    yield from name.split(".")
                case ast.Constant(value=value) if value not in _PLAIN and id(node) not in prose:
                    yield repr(value)
