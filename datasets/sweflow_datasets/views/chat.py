"""The view ``chat``: system, user with statement and code in context, assistant with the answer."""

from dataclasses import dataclass, field

from sweflow_datasets.views import patch, search_replace
from sweflow_datasets.views.blocks import apply_blocks, read_blocks
from sweflow_datasets.views.patch import apply_patch
from sweflow_datasets.views.prompt import Prompt
from sweflow_datasets.views.values import AnswerKind, Blobs, Head, JsonObject

SYSTEM = (
    "You are an experienced Python engineer. You develop a project test by test, and change only what a step asks for."
)
HOW = {AnswerKind.PATCH: patch.HOW, AnswerKind.SEARCH_REPLACE: search_replace.HOW}


@dataclass(frozen=True, slots=True)
class Chat:
    """A step as a conversation of three messages; ``kind`` is the form of the answer."""

    head: Head
    prompt: Prompt
    answer: str
    kind: AnswerKind
    base: Blobs = field(hash=False, repr=False)

    def members(self) -> JsonObject:
        """The messages, the form of the answer, and what the context shows."""
        roles = zip(("system", "user", "assistant"), self.texts(), strict=True)
        known = self.prompt.members()
        return {
            "messages": [{"role": role, "content": text} for role, text in roles],
            "answer_form": self.kind.value,
            "shown": known["shown"],
            "left_out": known["left_out"],
        }

    def texts(self) -> tuple[str, ...]:
        """The contents of the messages."""
        return (SYSTEM, self.prompt.text, self.answer)


def apply(view: Chat, answer: str) -> Blobs:
    """The tree that an answer gives. Raises AnswerNotUsable."""
    if view.kind is AnswerKind.PATCH:
        return apply_patch(view.base, answer)
    return apply_blocks(view.base, read_blocks(answer))
