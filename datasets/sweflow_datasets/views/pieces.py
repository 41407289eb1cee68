"""Pieces of a file: each function, what is left of each class that has functions, and what is left of the module."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sweflow_tracer.syntax import syntax_tree

from sweflow_datasets.views.texts import lines_of

_KEPT = 4096
"""Files whose pieces are kept: most stay the same from one step to the next."""


class PieceKind(StrEnum):
    """What a piece is. Among pieces that are equally near, functions come first."""

    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a file, counted from 0, and whose they are: the id of a function or class, or the path."""

    path: str
    name: str
    kind: PieceKind
    lines: tuple[int, ...]
    text: str


@lru_cache(_KEPT)
def pieces_of(path: str, text: str) -> tuple[Piece, ...]:
    """The pieces of a Python file in the order of their first lines; each line is in one of them.

    What this interpreter does not parse, or counts other lines in, is one piece.
    """
    lines = lines_of(text)
    owners = [(path, PieceKind.MODULE)] * len(lines)
    try:
        body = syntax_tree(text).body if "\r" not in text.replace("\r\n", "\n") else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    for name, kind, start, end in _owned(body, f"{path}::", Counter()):
        owners[start:end] = [(name, kind)] * (end - start)
    held: dict[tuple[str, PieceKind], list[int]] = {}
    for number, owner in enumerate(owners):
        held.setdefault(owner, []).append(number)
    return tuple(
        Piece(path, name, kind, tuple(own), "".join(lines[n] for n in own)) for (name, kind), own in held.items()
    )


def _owned(body: Sequence[ast.stmt], within: str, seen: Counter[str]) -> Iterator[tuple[str, PieceKind, int, int]]:
    """Owner and lines of every function and class with functions, outer ones first (definitions as in design.md)."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                seen[within + name] += 1
                count = seen[within + name]
                yield within + name + (f"@{count}" if count > 1 else ""), PieceKind.FUNCTION, *_span(node)
            case ast.ClassDef(name=name, body=inner):
                held = list(_owned(inner, f"{within}{name}.", seen))
                if held:
                    yield within + name, PieceKind.CLASS, *_span(node)
                yield from held
            case _:
                for part in ("body", "orelse", "handlers", "finalbody", "cases"):
                    yield from _owned(getattr(node, part, ()), within, seen)


def _span(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[int, int]:
    """First line from 0, decorators included, and the line behind the last."""
    first = min(mark.lineno for mark in (*node.decorator_list, node))
    return first - 1, node.end_lineno or node.lineno
