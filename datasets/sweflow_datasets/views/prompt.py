"""Prompts: the statement, the code in context, and how to answer, within a budget that is never overrun in silence."""

from collections.abc import Iterator
from dataclasses import dataclass

from sweflow_datasets.views.context import choose, wanted
from sweflow_datasets.views.material import Material
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.values import ContextKind, JsonObject, Refused, RefusedReason

_SLACK = 8
"""Tokens that parts may have more when they are joined."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model reads. ``shown`` are pieces of code in it, ``left_out`` those that did not fit, nearest first."""

    text: str
    shown: tuple[str, ...]
    left_out: tuple[str, ...]

    def members(self) -> JsonObject:
        """What a record says of it."""
        return {"prompt": self.text, "shown": list(self.shown), "left_out": list(self.left_out)}


def make_prompt(material: Material, step: StepTrees, how: str, *others: str) -> Prompt | Refused:
    """The prompt of a step; ``others`` are the texts that its record has beside, which the budget is for, too.

    Refused where the budget does not even hold the functions to develop.
    """
    options, count = material.options, material.count
    statement = material.statement(step)
    tree = step.base if options.shows_tests else step.skeleton
    found = wanted(material.build, step, options.context, tests=options.shows_tests)
    fixed = [statement, how, *others]
    budget = None
    if options.max_tokens:
        budget = options.max_tokens - sum(map(count, fixed)) - _SLACK * len(fixed)
    context = choose(found, budget, count)
    own = set(_own(step, options.context))
    if own.intersection(context.left_out) or (budget is not None and budget < 0):
        needed = sum(map(count, (*fixed, *(piece.text for _, piece in found if piece.name in own))))
        return Refused(step.head.instance_id, RefusedReason.OVER_BUDGET, f"{needed} tokens and more")
    parts = [statement]
    if context.shown:
        parts.append(f"## The code\n\n{context.text(tree)}")
    parts.append(f"## How to answer\n\n{how}\n")
    text = "\n".join(part if part.endswith("\n") else f"{part}\n" for part in parts)
    shown = tuple(sorted(piece.name for piece in context.shown))
    return Prompt(text, shown, context.left_out)


def _own(step: StepTrees, kind: ContextKind) -> Iterator[str]:
    """The names of the pieces without which nobody can answer."""
    whole = kind is ContextKind.WHOLE_REPO
    return (function.partition("::")[0] if whole else function for function in step.functions)
