"""The view ``fim``: a function's body as a hole in its file, with what stands before and after it, to the byte.

The orders are those of Bavarian et al., Efficient Training of Language Models to Fill in the Middle (2022,
arXiv 2207.14255): prefix, suffix, middle; and its variant of suffix, prefix, middle, in which the first two marks stand
together and the middle goes on where the prefix ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sweflow_datasets.views.regions import Region, body_regions, filled
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.values import Blobs, Head, JsonObject, Refused, RefusedReason


@dataclass(frozen=True, slots=True)
class Marks:
    """The special tokens of a model: those of Qwen2.5-Coder. Others have ``<fim_prefix>``, or ``<PRE>``."""

    prefix: str = "<|fim_prefix|>"
    suffix: str = "<|fim_suffix|>"
    middle: str = "<|fim_middle|>"


QWEN = Marks()


@dataclass(frozen=True, slots=True)
class Fim:
    """A function's body as a hole. ``base`` is the reference with nothing in it."""

    head: Head
    region: Region
    marks: Marks
    base: Blobs = field(hash=False, repr=False)

    @property
    def answer(self) -> str:
        """The body as the reference has it."""
        return self.region.middle

    @property
    def psm(self) -> str:
        """Prefix, suffix, middle."""
        m, r = self.marks, self.region
        return f"{m.prefix}{r.prefix}{m.suffix}{r.suffix}{m.middle}{r.middle}"

    @property
    def spm(self) -> str:
        """Suffix, prefix, middle."""
        m, r = self.marks, self.region
        return f"{m.prefix}{m.suffix}{r.suffix}{m.middle}{r.prefix}{r.middle}"

    def members(self) -> JsonObject:
        """The parts, and both orders with the names of the special tokens."""
        r = self.region
        parts = {"function": r.function, "path": r.path, "prefix": r.prefix, "middle": r.middle, "suffix": r.suffix}
        return {**parts, "psm": self.psm, "spm": self.spm}

    def texts(self) -> tuple[str, ...]:
        """The parts, of which either order is made."""
        return (self.region.prefix, self.region.suffix, self.region.middle)


def views_of(step: StepTrees, marks: Marks = QWEN) -> Iterator[Fim | Refused]:
    """A view for each function of a step."""
    for region in body_regions(step):
        if isinstance(region, Refused):
            yield region
            continue
        view = Fim(step.head, region, marks, filled(step.reference, region, ""))
        if any(mark in text for mark in (marks.prefix, marks.suffix, marks.middle) for text in view.texts()):
            yield Refused(region.function, RefusedReason.MARKER_IN_TEXT)
        else:
            yield view


def apply(view: Fim, answer: str) -> Blobs:
    """The tree with an answer in the hole."""
    return filled(view.base, view.region, answer)
