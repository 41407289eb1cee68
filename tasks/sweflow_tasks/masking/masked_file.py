"""One file with masks: its text at every point of the chain. The last ones that were made are kept."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sweflow_rdg import Definition, FileIndex

from sweflow_tasks.masking.mask import Docstrings, Edit, apply_edits, placeholder, remove, stub


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's text (UTF-8) and bytes at one point, and the edits that made it of the original."""

    text: bytes
    content: bytes
    edits: tuple[Edit, ...]

    def origin(self, place: int) -> int | None:
        """The offset in the original of a byte of the text; None where an edit wrote it."""
        moved = 0
        for edit in self.edits:
            start = edit.start + moved
            if place < start:
                break
            if place < start + len(edit.text):
                return None
            moved += len(edit.text) - (edit.end - edit.start)
        return place - moved

    def place(self, offset: int) -> int:
        """Where a byte of the original stands in the text; no edit may hold it."""
        return offset + sum(len(edit.text) - (edit.end - edit.start) for edit in self.edits if edit.end <= offset)

    def lines_before(self, source: bytes, place: int) -> int:
        """How many lines the edits before an offset of the original add."""
        before = (edit for edit in self.edits if edit.end <= place)
        return sum(_newlines(edit.text) - _newlines(source[edit.start : edit.end]) for edit in before)


KEPT = 1024
"""Texts that are kept. Trees are made one after the other, and most files stay the same from one to the next."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskedFile:
    """A file's functions that come later, each with its step. One is equal to itself alone.

    ``by_tests`` says that they are test functions: they come and go with the tests and not with the code.
    ``removed``, ``placeholders`` and ``named`` are ids: core functions with these masked forms, all others being stubs,
    and test functions that something names.
    """

    file: FileIndex
    steps: Mapping[str, int]
    by_tests: bool
    removed: frozenset[str] = frozenset()
    placeholders: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    docstrings: Docstrings = Docstrings.KEEP
    _order: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_order", tuple(sorted(self.steps.values())))

    def at(self, step: int) -> Rendered:
        """The file with the functions of steps up to ``step``."""
        return _at(self, bisect_right(self._order, step))

    def without(self, step: int, function: str) -> Rendered:
        """The file at a step with one of the functions that are there in its masked form."""
        return _rendered(self, self._later(step) | {function})

    def masked(self) -> tuple[Definition, ...]:
        """The functions with a step, in source order."""
        return tuple(d for d in self.file.definitions if d.id in self.steps)

    def _later(self, step: int) -> frozenset[str]:
        return frozenset(function for function, returns in self.steps.items() if returns > step)


@lru_cache(KEPT)
def _at(file: MaskedFile, present: int) -> Rendered:
    """The file with so many of its functions there, those of the earliest steps."""
    steps = file._order
    return _rendered(file, file._later(steps[present - 1]) if present else frozenset(file.steps))


def _rendered(file: MaskedFile, hidden: frozenset[str]) -> Rendered:
    """The file with some functions in their masked form."""
    source = file.file.text.utf8
    later = [d for d in file.masked() if d.id in hidden]
    if file.by_tests:
        edits = remove(later, file.named, source)
    else:
        kept = (d for d in later if d.id not in file.removed)
        edits = [(placeholder if d.id in file.placeholders else stub)(d, source, file.docstrings) for d in kept]
        edits += remove((d for d in later if d.id in file.removed), frozenset(), source)
    text = apply_edits(source, edits)
    return Rendered(text, file.file.text.encode(text), tuple(sorted(edits)))


def _newlines(text: bytes) -> int:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
