"""One file with masks: its text at every point of the chain, made once for each."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from sweflow_rdg import Definition, FileIndex

from sweflow_tasks.masking.mask import Docstrings, Edit, apply_edits, remove, stub


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


@dataclass(frozen=True, slots=True)
class MaskedFile:
    """A file's functions that come later, each with its step.

    ``by_tests`` says that they are test functions: they come and go with the tests and not with the code.
    ``removed`` and ``named`` are ids: core functions whose masked form is removal, and test functions that
    something names.
    """

    file: FileIndex
    steps: Mapping[str, int]
    by_tests: bool
    removed: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    docstrings: Docstrings = Docstrings.KEEP
    _order: tuple[int, ...] = field(init=False, repr=False)
    _made: dict[int, Rendered] = field(default_factory=dict, init=False, repr=False, compare=False)
    _outlines: dict[frozenset[str], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_order", tuple(sorted(self.steps.values())))

    def at(self, step: int) -> Rendered:
        """The file with the functions of steps up to ``step``."""
        present = bisect_right(self._order, step)
        if present not in self._made:
            self._made[present] = self._render([d for d in self.masked() if self.steps[d.id] > step])
        return self._made[present]

    def without(self, step: int, function: str) -> Rendered:
        """The file at a step with one of the functions that are there in its masked form."""
        return self._render([d for d in self.masked() if self.steps[d.id] > step or d.id == function])

    def outline(self, step: int) -> bytes:
        """What the file shows at its top level with the functions of steps up to ``step``.

        Of core files all but the bodies of functions that are masked at some time; of test files the whole text, since
        a test function comes with its decorators.
        """
        if self.by_tests:
            return self.at(step).text
        hidden = frozenset(d.id for d in self.masked() if self.steps[d.id] > step and d.id in self.removed)
        if hidden not in self._outlines:
            self._outlines[hidden] = self._outline(hidden)
        return self._outlines[hidden]

    def _outline(self, hidden: frozenset[str]) -> bytes:
        source = self.file.text.utf8
        gone = [d for d in self.masked() if d.id in hidden]
        bodies = (stub(d, source, self.docstrings) for d in self.masked() if d.id not in hidden)
        edits = [Edit(edit.start, edit.end, b"") for edit in bodies]
        return apply_edits(source, [*edits, *remove(gone, frozenset(), source)])

    def masked(self) -> tuple[Definition, ...]:
        """The functions with a step, in source order."""
        return tuple(d for d in self.file.definitions if d.id in self.steps)

    def _render(self, hidden: list[Definition]) -> Rendered:
        source = self.file.text.utf8
        if self.by_tests:
            edits = remove(hidden, self.named, source)
        else:
            edits = [stub(d, source, self.docstrings) for d in hidden if d.id not in self.removed]
            edits += remove((d for d in hidden if d.id in self.removed), frozenset(), source)
        text = apply_edits(source, edits)
        return Rendered(text, self.file.text.encode(text), tuple(sorted(edits)))


def _newlines(text: bytes) -> int:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
