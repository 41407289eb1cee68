"""Rules that an instruction gives: drawn from a function's syntax tree, and decided on the syntax tree of an answer."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

Function = ast.FunctionDef | ast.AsyncFunctionDef
LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BRANCHES = (ast.If, ast.Try, ast.Match, *LOOPS)
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LEAST = 3
"""Statements of a function that is asked to do without a loop; a shorter one would hardly have one."""


class RuleKind(StrEnum):
    """What an instruction asks for, of scope (the first) or of structure."""

    UP_TO_LOOP = "up-to-loop"
    USE_HELPER = "use-helper"
    KEEP_GENERATOR = "keep-generator"
    KEEP_RECURSION = "keep-recursion"
    NO_RECURSION = "no-recursion"
    NO_LOOP = "no-loop"
    ONE_RETURN = "one-return"


_ASKED = {
    RuleKind.UP_TO_LOOP: "Write `{function}` only up to the end of its first loop; what comes after the loop is there.",
    RuleKind.USE_HELPER: "Write the body of `{function}`, and call `{helper}` in it.",
    RuleKind.KEEP_GENERATOR: "Write the body of `{function}`; it is a generator and must stay one.",
    RuleKind.KEEP_RECURSION: "Write the body of `{function}`; it must call itself.",
    RuleKind.NO_RECURSION: "Write the body of `{function}` with a loop or comprehension; it must not call itself.",
    RuleKind.NO_LOOP: "Write the body of `{function}` without a loop and without a comprehension.",
    RuleKind.ONE_RETURN: "Write the body of `{function}` with one `return` alone, at its end.",
}


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """A rule; ``helper`` is the name to call, where it asks for one."""

    kind: RuleKind
    helper: str = ""

    def text(self, function: str) -> str:
        """The instruction for a function."""
        return _ASKED[self.kind].format(function=function, helper=self.helper)


def rules_of(function: Function, helpers: Iterable[str]) -> Iterator[Rule]:
    """The rules that a function follows and that say something of it; ``helpers`` are names that the project has.

    A rule of scope stands only where something is left behind the loop.
    """
    loops = [place for place, node in enumerate(function.body) if isinstance(node, LOOPS)]
    if loops and loops[0] < len(function.body) - 1:
        yield Rule(RuleKind.UP_TO_LOOP)
    yield from (Rule(RuleKind.USE_HELPER, name) for name in sorted(set(helpers) & set(_called(function))))
    if _yields(function):
        yield Rule(RuleKind.KEEP_GENERATOR)
    if _calls_itself(function):
        yield Rule(RuleKind.KEEP_RECURSION)
    elif _repeats(function):
        yield Rule(RuleKind.NO_RECURSION)
    if not _repeats(function) and sum(isinstance(node, ast.stmt) for node in ast.walk(function)) > _LEAST:
        yield Rule(RuleKind.NO_LOOP)
    if _has_one_return(function) and any(isinstance(node, _BRANCHES) for node in _own(function)):
        yield Rule(RuleKind.ONE_RETURN)


def problem(rule: Rule, function: Function, lines: tuple[int, int]) -> str:
    """What in a function breaks a rule; empty where it follows. ``lines`` are the first and last of the answer."""
    found: dict[RuleKind, Callable[[], str]] = {
        RuleKind.UP_TO_LOOP: lambda: _beyond_loop(function, lines),
        RuleKind.USE_HELPER: lambda: "" if rule.helper in _called(function) else f"it does not call {rule.helper}",
        RuleKind.KEEP_GENERATOR: lambda: "" if _yields(function) else "it is no generator",
        RuleKind.KEEP_RECURSION: lambda: "" if _calls_itself(function) else "it does not call itself",
        RuleKind.NO_RECURSION: lambda: _no_iteration(function),
        RuleKind.NO_LOOP: lambda: "it has a loop or comprehension" if _repeats(function) else "",
        RuleKind.ONE_RETURN: lambda: "" if _has_one_return(function) else "it has not one return, at its end",
    }
    return found[rule.kind]()


def _no_iteration(function: Function) -> str:
    return "it calls itself" if _calls_itself(function) else "" if _repeats(function) else "it has no loop"


def _beyond_loop(function: Function, lines: tuple[int, int]) -> str:
    first, last = lines
    written = [node for node in function.body if first <= node.lineno <= last]
    if not written or not isinstance(written[-1], LOOPS):
        return "it does not end with a loop"
    if sum(isinstance(node, LOOPS) for node in written) > 1:
        return "it goes on to a second loop"
    return "" if (written[-1].end_lineno or 0) <= last else "what comes after the loop became part of it"


def _own(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function's body without those of functions, classes and lambdas in it."""
    work: list[ast.AST] = list(function.body)
    while work:
        node = work.pop()
        yield node
        if not isinstance(node, _INNER):
            work += ast.iter_child_nodes(node)


def _yields(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function))


def _repeats(function: Function) -> bool:
    return any(isinstance(node, (*LOOPS, *_COMPREHENSIONS)) for node in ast.walk(function))


def _has_one_return(function: Function) -> bool:
    returns = [node for node in _own(function) if isinstance(node, ast.Return)]
    return len(returns) == 1 and returns[0] is function.body[-1]


def _calls(function: Function) -> Iterator[ast.Call]:
    return (node for part in function.body for node in ast.walk(part) if isinstance(node, ast.Call))


def _called(function: Function) -> Iterator[str]:
    """The last parts of the names that are called."""
    for call in _calls(function):
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _calls_itself(function: Function) -> bool:
    """Whether it calls its own name, or that name of ``self`` or ``cls``; ``super()`` has another one of that name."""
    for call in _calls(function):
        match call.func:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                if name == function.name:
                    return True
    return False
