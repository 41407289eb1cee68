"""Masking: the text edits that turn functions into stubs or placeholders and take functions out (C1, C2).

Nothing here parses: the source index says where bodies stand, and only those bytes change.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sweflow_rdg import Definition

MARKER = "sweflow: "
"""Starts the message of a stub's NotImplementedError, and a placeholder's comment; the function's id follows."""


class Docstrings(StrEnum):
    """What becomes of a stub's docstring."""

    KEEP = "keep"
    STRIP = "strip"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the bytes ``start:end`` of a file's UTF-8 text."""

    start: int
    end: int
    text: bytes


def apply_edits(source: bytes, edits: Iterable[Edit]) -> bytes:
    """The text with edits applied; they must not overlap."""
    parts, place = [], 0
    for edit in sorted(edits):
        if edit.start < place:
            raise ValueError(f"edits overlap at byte {edit.start}")
        parts += [source[place : edit.start], edit.text]
        place = edit.end
    return b"".join((*parts, source[place:]))


_NEWLINE = re.compile(rb"\r\n?|\n")


def newline_of(source: bytes) -> bytes:
    """The line ending of a text's first line."""
    found = _NEWLINE.search(source)
    return found[0] if found else b"\n"


def stub(definition: Definition, source: bytes, docstrings: Docstrings = Docstrings.KEEP) -> Edit:
    """The edit that replaces a body by a ``raise`` that names the function; generators stay generators."""
    statements = [f"raise NotImplementedError({MARKER + definition.id!a})".encode("ascii")]
    if definition.is_generator:
        statements.append(b"yield")
    return with_body(definition, source, statements, docstrings)


def empty(
    definition: Definition, source: bytes, docstrings: Docstrings = Docstrings.KEEP, comment: bytes = b""
) -> Edit:
    """The edit that leaves a body that does nothing; generators stay generators, and yield nothing."""
    statements = [b"return", b"yield"] if definition.is_generator else [b"pass"]
    return with_body(definition, source, [*statements[:-1], statements[-1] + comment], docstrings)


def emptied(definition: Definition, source: bytes) -> str:
    """The text of a function of a file's UTF-8 text, decorators included, with a body that does nothing."""
    edit = empty(definition, source)
    return (source[definition.start : edit.start] + edit.text + source[edit.end : definition.end]).decode("utf-8")


def placeholder(definition: Definition, source: bytes, docstrings: Docstrings = Docstrings.KEEP) -> Edit:
    """The edit that leaves a body that does nothing, with a comment that names the function."""
    return empty(definition, source, docstrings, f"  # {MARKER}{definition.id!a}".encode("ascii"))


def with_body(
    definition: Definition, source: bytes, statements: list[bytes], docstrings: Docstrings = Docstrings.KEEP
) -> Edit:
    """The edit that puts simple statements in place of a body, behind the docstring where that is kept."""
    cut = definition.cut
    documented = cut.documented and docstrings is Docstrings.KEEP
    if cut.inline:
        text = (b"; " if documented else b"") + b"; ".join(statements)
    else:
        newline = newline_of(source)
        text = newline.join(cut.indent + statement for statement in statements)
        text = newline + text if documented else text
    return Edit(cut.start if documented else cut.bare, cut.end, text)


def remove(gone: Iterable[Definition], named: frozenset[str], source: bytes) -> list[Edit]:
    """The edits that take functions out, decorators included.

    A block that would be left empty gets ``pass``. Functions whose id is in ``named`` are named by something
    that stays, and leave a bare definition behind.
    """
    gone = sorted(gone, key=lambda definition: definition.start)
    left = {d.suite: d.siblings for d in gone}
    for definition in gone:
        left[definition.suite] -= definition.id not in named
    newline = newline_of(source)
    return [_removal(d, named, left, source, newline) for d in gone]


def _removal(
    definition: Definition, named: frozenset[str], left: dict[int, int], source: bytes, newline: bytes
) -> Edit:
    text = b""
    line = source[definition.start : definition.end]
    margin = line[: len(line) - len(line.lstrip(b" \t\f"))]
    if definition.id in named:
        text = margin + f"def {definition.name}(*args, **kwargs): raise NotImplementedError".encode() + newline
    elif left[definition.suite] == 0 and definition.suite:
        left[definition.suite] = 1
        text = margin + b"pass" + newline
    return Edit(definition.start, definition.end, text)
