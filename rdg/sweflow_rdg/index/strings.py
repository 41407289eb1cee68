"""Names in strings: what a literal may name through ``getattr``, a table, ``__all__`` or a dotted path."""

import re
from collections.abc import Iterator

import libcst as cst

_LITERAL = re.compile(r"[rRuU]?('''|\"\"\"|'|\")(?P<text>[^\\\n]{1,200})\1", re.DOTALL)
_DOTTED = re.compile(r"[^\W\d]\w*(?:[.:][^\W\d]\w*)*")
_FILLED = re.compile(r"(?:%s|%\(\w+\)s|\{\w*\})")
_HEAD = re.compile(r"(?:^|[.:])([^\W\d]\w*)$")
_TAIL = re.compile(r"^(\w+)(?:[.:]|$)")
_SHORTEST = 3
"""Of an affix: ``do_`` names every method that starts so; a shorter one would name half of a project."""


def names_in_literal(literal: str) -> Iterator[str]:
    """Names that a string literal (as written) may stand for.

    An identifier or dotted name gives its parts: ``"shop.cart:Cart.total"``. A string with a gap, or one that
    starts or ends in an underscore, also gives affixes: ``"visit_%s"`` and ``"visit_"`` give ``visit_*``,
    ``"{}_handler"`` gives ``*_handler``. Literals with backslashes give nothing.
    """
    match = _LITERAL.fullmatch(literal)
    if match is not None:
        yield from _names_in_text(match["text"])


def names_in_pieces(pieces: list[str | None]) -> Iterator[str]:
    """The same for an f-string: its texts in order, None for each expression."""
    for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
        if piece is None:
            continue
        if _DOTTED.fullmatch(piece.strip(".:")):
            yield from _parts(piece)
        yield from _affixes(piece if after is None else "", piece if before is None else "")


def _names_in_text(text: str) -> Iterator[str]:
    if _DOTTED.fullmatch(text):
        yield from _parts(text)
        yield from _affixes(text if text.endswith("_") else "", text if text.startswith("_") else "")
        return
    pieces = _FILLED.split(text)
    if len(pieces) > 1:
        gaps: list[str | None] = [None] * (2 * len(pieces) - 1)
        gaps[::2] = pieces
        yield from names_in_pieces(gaps)


def _parts(text: str) -> Iterator[str]:
    yield from (part for part in re.split(r"[.:]", text) if part)


def _affixes(head: str, tail: str) -> Iterator[str]:
    start, end = _HEAD.search(head), _TAIL.search(tail)
    if start is not None and len(start[1]) >= _SHORTEST:
        yield start[1] + "*"
    if end is not None and len(end[1]) >= _SHORTEST:
        yield "*" + end[1]


def pieces_of(node: cst.FormattedString) -> list[str | None]:
    """The pieces of an f-string: its texts, None for each expression."""
    return [part.value if isinstance(part, cst.FormattedStringText) else None for part in node.parts]
