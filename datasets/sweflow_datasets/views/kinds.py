"""Which module makes which view, and applies an answer to it."""

from collections.abc import Iterator
from typing import assert_never

from sweflow_datasets.views import chat, fim, instruction, search_replace, whole_file
from sweflow_datasets.views.blocks import read_blocks
from sweflow_datasets.views.chat import Chat
from sweflow_datasets.views.fim import Fim
from sweflow_datasets.views.instruction import Instruction
from sweflow_datasets.views.material import Material
from sweflow_datasets.views.prompt import Prompt, make_prompt
from sweflow_datasets.views.search_replace import SearchReplace
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.values import AnswerKind, Blobs, Refused, ViewKind
from sweflow_datasets.views.whole_file import WholeFile

AnyView = Chat | SearchReplace | Fim | WholeFile | Instruction


def views_of(material: Material, step: StepTrees, kind: ViewKind) -> Iterator[AnyView | Refused]:
    """The views of a step: one, or one for each of its functions."""
    match kind:
        case ViewKind.FIM:
            yield from fim.views_of(step)
        case ViewKind.INSTRUCTION:
            yield from instruction.views_of(material.build, step)
        case ViewKind.CHAT:
            yield _chat(material, step)
        case ViewKind.SEARCH_REPLACE:
            yield _search_replace(material, step)
        case ViewKind.WHOLE_FILE:
            yield _whole_file(material, step)
        case _:
            assert_never(kind)


def apply(view: AnyView, answer: str) -> Blobs:
    """The tree that an answer to a view gives. Raises AnswerNotUsable.

    >>> apply(view, view.answer) == step.reference  # doctest: +SKIP
    True
    """
    match view:
        case Chat():
            return chat.apply(view, answer)
        case SearchReplace():
            return search_replace.apply(view, answer)
        case Fim():
            return fim.apply(view, answer)
        case WholeFile():
            return whole_file.apply(view, answer)
        case Instruction():
            return instruction.apply(view, answer)
        case _:
            assert_never(view)


def _chat(material: Material, step: StepTrees) -> Chat | Refused:
    kind = material.options.answer
    answer = step.task.patch if kind is AnswerKind.PATCH else search_replace.answer_of(step)
    asked = _asked(material, step, chat.HOW[kind], answer, chat.SYSTEM)
    return asked if isinstance(asked, Refused) else Chat(step.head, *asked, kind, step.base)


def _search_replace(material: Material, step: StepTrees) -> SearchReplace | Refused:
    asked = _asked(material, step, search_replace.HOW, search_replace.answer_of(step))
    return asked if isinstance(asked, Refused) else SearchReplace(step.head, *asked, read_blocks(asked[1]), step.base)


def _whole_file(material: Material, step: StepTrees) -> WholeFile | Refused:
    asked = _asked(material, step, whole_file.HOW, whole_file.answer_of(step))
    return asked if isinstance(asked, Refused) else WholeFile(step.head, *asked, step.base)


def _asked(
    material: Material, step: StepTrees, how: str, answer: str | Refused, *others: str
) -> tuple[Prompt, str] | Refused:
    """A prompt and its answer, where both can be told and fit."""
    if isinstance(answer, Refused):
        return answer
    prompt = make_prompt(material, step, how, answer, *others)
    return prompt if isinstance(prompt, Refused) else (prompt, answer)
