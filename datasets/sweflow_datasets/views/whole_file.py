"""The view ``whole-file``: every changed file as it is after the step, in fences that no line of it can close."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sweflow_datasets.views.blocks import inside
from sweflow_datasets.views.errors import AnswerNotUsable
from sweflow_datasets.views.prompt import Prompt
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.texts import FILE, changed, fence_of, lines_of, text_of, untellable
from sweflow_datasets.views.values import Blobs, Head, JsonObject, Refused

NO_NEWLINE = "no-newline-at-end"
"""A word behind a fence: the file does not end with a line feed."""
HOW = """\
Answer with the whole text of every file that you change: its path on a line, and below it the text between fences of
backticks that are longer than any in the text. Where the file does not end with a line feed, the opening fence says
`no-newline-at-end`."""
_FENCE = re.compile(r"(`{3,})(?:python|text)?( no-newline-at-end)?\s*")


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A step as a prompt and the whole text of the files that it changes."""

    head: Head
    prompt: Prompt
    answer: str
    base: Blobs = field(hash=False, repr=False)

    def members(self) -> JsonObject:
        """Prompt, context and answer."""
        return {**self.prompt.members(), "answer": self.answer}

    def texts(self) -> tuple[str, ...]:
        """What is read and written."""
        return (self.prompt.text, self.answer)


def answer_of(step: StepTrees) -> str | Refused:
    """The answer that gives a step's reference."""
    problem = untellable(step.base, step.reference)
    if problem:
        return Refused(step.head.instance_id, *problem)
    return "\n".join(_written(path, text_of(step.reference[path]) or "") for path in changed(step.base, step.reference))


def apply(view: WholeFile, answer: str) -> Blobs:
    """The tree that an answer gives. Raises AnswerNotUsable."""
    state = dict(view.base)
    found = list(_read(answer))
    if not found:
        raise AnswerNotUsable("it has no file between fences")
    for given, text in found:
        path = inside(given)
        mode = state[path][0] if path in state else FILE
        state[path] = (mode, text.encode("utf-8", "surrogatepass"))
    return state


def _written(path: str, text: str) -> str:
    fence = fence_of(text)
    kind = "python" if path.endswith(".py") else "text"
    whole = not text or text.endswith("\n")
    return f"{path}\n{fence}{kind}{'' if whole else f' {NO_NEWLINE}'}\n{text}{'' if whole else chr(10)}{fence}\n"


def _read(answer: str) -> Iterator[tuple[str, str]]:
    lines = lines_of(answer if answer.endswith("\n") else f"{answer}\n")
    place, before = 0, ""
    while place < len(lines):
        line = lines[place].rstrip("\n")
        place += 1
        opening = _FENCE.fullmatch(line)
        if not opening or not before:
            before = line.strip() or before
            continue
        ends = (n for n in range(place, len(lines)) if lines[n].rstrip("\n") == opening[1])
        end = next(ends, None)
        if end is None:
            raise AnswerNotUsable(f"the fence below {before} does not end")
        text = "".join(lines[place:end])
        yield before, text.removesuffix("\n") if opening[2] else text
        place, before = end + 1, ""
