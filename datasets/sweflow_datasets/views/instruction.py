"""The view ``instruction``: a hole with a rule of scope or structure, and the check whether an answer followed it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sweflow_tracer.syntax import syntax_tree

from sweflow_datasets.views.build import Build
from sweflow_datasets.views.regions import Region, body_regions, filled
from sweflow_datasets.views.rules import LOOPS, Function, Rule, RuleKind, problem, rules_of
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.texts import lines_of
from sweflow_datasets.views.values import Blobs, Head, JsonObject, Refused, RefusedReason


@dataclass(frozen=True, slots=True)
class Instruction:
    """A hole in a function with a rule for what goes there. ``base`` is the reference with nothing in the hole."""

    head: Head
    region: Region
    rule: Rule
    base: Blobs = field(hash=False, repr=False)

    @property
    def answer(self) -> str:
        """What the reference has there."""
        return self.region.middle

    @property
    def instruction(self) -> str:
        """The rule in words."""
        return self.rule.text(self.region.function.rpartition("::")[2])

    def members(self) -> JsonObject:
        """The instruction, the parts, and what an answer is checked for."""
        r = self.region
        rule = {"rule": self.rule.kind.value, "helper": self.rule.helper, "instruction": self.instruction}
        parts = {"function": r.function, "path": r.path, "prefix": r.prefix, "suffix": r.suffix}
        return {**rule, **parts, "answer": self.answer}

    def texts(self) -> tuple[str, ...]:
        """What is read and written."""
        return (self.instruction, self.region.prefix, self.region.suffix, self.answer)


def views_of(build: Build, step: StepTrees) -> Iterator[Instruction | Refused]:
    """A view for each rule of each function of a step."""
    for region in body_regions(step):
        if isinstance(region, Refused):
            yield region
            continue
        found = tuple(_of_region(build, step, region))
        yield from found
        if not found:
            yield Refused(region.function, RefusedReason.NO_RULE)


def apply(view: Instruction, answer: str) -> Blobs:
    """The tree with an answer in the hole."""
    return filled(view.base, view.region, answer)


def broken(view: Instruction, answer: str) -> str:
    """What in an answer breaks the view's rule, decided on the syntax tree; empty where it follows.

    >>> broken(view, view.answer)  # doctest: +SKIP
    ''
    """
    region = view.region
    text = region.prefix + answer + region.suffix
    try:
        function = _function(text, region.line)
    except (SyntaxError, ValueError) as error:
        return f"the file does not parse ({error})"
    if function is None:
        return "the function is gone"
    first = region.prefix.count("\n") + 1
    return problem(view.rule, function, (first, first + answer.removesuffix("\n").count("\n")))


def _of_region(build: Build, step: StepTrees, region: Region) -> Iterator[Instruction]:
    text = region.prefix + region.middle + region.suffix
    try:
        function = _function(text, region.line)
    except (SyntaxError, ValueError):
        return
    if function is None:
        return
    for rule in rules_of(function, _helpers(build, region.function)):
        part = _to_loop(region, function) if rule.kind is RuleKind.UP_TO_LOOP else region
        view = Instruction(step.head, part, rule, filled(step.reference, part, ""))
        if not broken(view, view.answer):
            yield view


def _helpers(build: Build, function: str) -> Iterator[str]:
    """Names of what a function was seen to call in the project; a class's where that is how it is made."""
    number = build.places.get(function, -1)
    for callee in build.links.callees.get(number, ()):
        parts = build.graph.nodes[callee].id.rpartition("::")[2].partition("@")[0].split(".")
        name = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
        if not name.startswith("__") and callee != number:
            yield name


def _function(text: str, line: int) -> Function | None:
    """The function whose first line, decorators included, is this one. Raises SyntaxError and ValueError."""
    for node in ast.walk(syntax_tree(text)):
        if isinstance(node, Function) and min(mark.lineno for mark in (*node.decorator_list, node)) == line:
            return node
    return None


def _to_loop(region: Region, function: Function) -> Region:
    """The region as far as the end of the function's first loop."""
    loop = next(node for node in function.body if isinstance(node, LOOPS))
    ahead = region.prefix.count("\n") + 1
    lines = lines_of(region.middle)
    kept = "".join(lines[: (loop.end_lineno or loop.lineno) - ahead + 1]).removesuffix("\n")
    return replace(region, middle=kept, suffix=region.middle[len(kept) :] + region.suffix)
