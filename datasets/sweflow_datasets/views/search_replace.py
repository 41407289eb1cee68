"""The view ``search-replace``: a step's change as blocks, each with a text that stands once in its file."""

from dataclasses import dataclass, field

from sweflow_datasets.views.blocks import (
    Block,
    apply_blocks,
    blocks_between,
    holds_mark,
    read_blocks,
    write_blocks,
)
from sweflow_datasets.views.prompt import Prompt
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.texts import untellable
from sweflow_datasets.views.values import Blobs, Head, JsonObject, Refused, RefusedReason

HOW = """\
Answer with blocks of this form, each below the path of its file. The text between the first two marks must stand
exactly once in the file, as it is after the blocks before; the text between the last two takes its place.

path/to/file.py
<<<<<<< SEARCH
old lines
=======
new lines
>>>>>>> REPLACE"""


@dataclass(frozen=True, slots=True)
class SearchReplace:
    """A step as a prompt and blocks. ``answer`` is the blocks as text."""

    head: Head
    prompt: Prompt
    answer: str
    blocks: tuple[Block, ...]
    base: Blobs = field(hash=False, repr=False)

    def members(self) -> JsonObject:
        """Prompt, context, blocks and answer."""
        blocks = [{"path": b.path, "search": b.search, "replace": b.replace} for b in self.blocks]
        return {**self.prompt.members(), "answer": self.answer, "blocks": blocks}

    def texts(self) -> tuple[str, ...]:
        """What is read and written."""
        return (self.prompt.text, self.answer)


def answer_of(step: StepTrees) -> str | Refused:
    """The answer that gives a step's reference."""
    problem = untellable(step.base, step.reference)
    if problem:
        return Refused(step.head.instance_id, *problem)
    blocks = blocks_between(step.base, step.reference)
    if holds_mark(blocks):
        return Refused(step.head.instance_id, RefusedReason.MARKER_IN_TEXT)
    return write_blocks(blocks)


def apply(view: SearchReplace, answer: str) -> Blobs:
    """The tree that an answer gives. Raises AnswerNotUsable."""
    return apply_blocks(view.base, read_blocks(answer))
