"""Mutants of a function: a bounded sample, the same for the same function everywhere (V5)."""

import hashlib
import re
import warnings
from collections.abc import Iterator
from difflib import unified_diff
from enum import StrEnum
from itertools import zip_longest
from types import CodeType

from sweflow_rdg import Definition

from sweflow_tasks.certificate.mutation import Mutant, Mutation, Operator
from sweflow_tasks.masking.mask import empty

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
CONTEXT = 3
"""Lines around a change in a diff."""
_HUNK = re.compile(r"^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


def mutants_of(definition: Definition, source: bytes, limit: int) -> tuple[Mutant, ...]:
    """Up to ``limit`` mutants of a function of a file's UTF-8 text, in source order.

    Operators take turns, so that a body full of numbers is not all constants. A mutation that compiles to what the
    function or another mutant compiles to is passed over, and so is one that does not compile.
    """
    return _sample(definition, source, limit, _every(definition, source))


def edges_of(definition: Definition, source: bytes, limit: int) -> tuple[Mutant, ...]:
    """Up to ``limit`` variants of a function, each with one edge case off, as ``mutants_of`` takes mutants."""
    from sweflow_tasks.certificate.edges import EDGES  # noqa: PLC0415  # libcst, which few commands need
    from sweflow_tasks.certificate.operators import mutations  # noqa: PLC0415

    text = source[definition.start : definition.end].decode("utf-8")
    return _sample(definition, source, limit, mutations(text, EDGES))


def _sample(definition: Definition, source: bytes, limit: int, found: Iterator[Mutation]) -> tuple[Mutant, ...]:
    text = source[definition.start : definition.end].decode("utf-8")
    original = _compiled(text)
    known: set[object] = {original}
    chosen: list[tuple[Mutation, str]] = []
    for mutation in _in_turn(found, _seed(definition, source)):
        if len(chosen) == limit:
            break
        changed = _applied(mutation, text)
        made = _compiled(changed) or (changed if original is None else None)
        if made is not None and made not in known:
            known.add(made)
            chosen.append((mutation, changed))
    return tuple(_mutant(definition, source, mutation, changed) for mutation, changed in sorted(chosen, key=_place))


def _place(choice: tuple[Mutation, str]) -> tuple[int, int, Mutation]:
    return choice[0].start, choice[0].end, choice[0]


def _every(definition: Definition, source: bytes) -> Iterator[Mutation]:
    text = source[definition.start : definition.end].decode("utf-8")
    edit = empty(definition, source)
    start, end = edit.start - definition.start, edit.end - definition.start
    yield Mutation(Operator.BODY_EMPTIED, start, end, edit.text.decode("utf-8"))
    from sweflow_tasks.certificate.operators import mutations  # noqa: PLC0415  # libcst, which few commands need

    yield from mutations(text)


def _seed(definition: Definition, source: bytes) -> str:
    body = source[definition.cut.bare : definition.cut.end]
    return hashlib.sha256(definition.id.encode("utf-8") + b"\0" + body).hexdigest()


def _in_turn(found: Iterator[Mutation], seed: str) -> Iterator[Mutation]:
    """One mutation of each operator in turn; which comes first is the seed's choice."""

    def rank(*words: object) -> str:
        return hashlib.sha256(repr((seed, *words)).encode("utf-8")).hexdigest()

    by_operator: dict[StrEnum, list[Mutation]] = {}
    for mutation in sorted(found):
        by_operator.setdefault(mutation.operator, []).append(mutation)
    queues = [
        sorted(by_operator[operator], key=lambda m: rank(m.operator.value, m.start, m.end, m.text))
        for operator in sorted(by_operator, key=lambda operator: rank(operator.value))
    ]
    return (mutation for turn in zip_longest(*queues) for mutation in turn if mutation is not None)


def _applied(mutation: Mutation, text: str) -> str:
    source = text.encode("utf-8")
    before, after = source[: mutation.start].decode("utf-8"), source[mutation.end :].decode("utf-8")
    new = mutation.text
    new = f" {new}" if _joins(before[-1:], new[:1]) else new
    return before + (f"{new} " if _joins(new[-1:], after[:1]) else new) + after


def _joins(left: str, right: str) -> bool:
    """Whether two characters would be parts of one word: ``return`` and ``None``."""
    return (left + "_").isidentifier() and ("_" + right).isidentifier() and bool(left and right)


def _compiled(text: str) -> tuple[object, ...] | None:
    """What a function's text compiles to, places left out; None where this Python cannot compile it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile("if 1:\n" + text if text[:1].isspace() else text, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return _facts(code)


def _facts(code: CodeType) -> tuple[object, ...]:
    consts = tuple(_facts(const) if isinstance(const, CodeType) else repr(const) for const in code.co_consts)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return (code.co_code, code.co_flags, consts, names, getattr(code, "co_exceptiontable", b""))


def _mutant(definition: Definition, source: bytes, mutation: Mutation, changed: str) -> Mutant:
    above = source[definition.start : definition.start + mutation.start]
    line = definition.line + above.count(b"\n") + mutation.text.startswith(("\r", "\n"))
    return Mutant(mutation.operator, line, changed, _diff(definition, source, changed))


def _diff(definition: Definition, source: bytes, changed: str) -> str:
    """The change as a diff with context, which reaches beyond the function where it must."""
    path = definition.path
    above = _lines(source[: definition.start].decode("utf-8"))[-CONTEXT:]
    below = _lines(source[definition.end :].decode("utf-8"))[:CONTEXT]
    old = [*above, *_lines(source[definition.start : definition.end].decode("utf-8")), *below]
    new = [*above, *_lines(changed), *below]
    moved = definition.line - 1 - len(above)

    def shifted(line: str) -> str:
        return _HUNK.sub(lambda m: f"@@ -{int(m[1]) + moved}{m[2] or ''} +{int(m[3]) + moved}{m[4] or ''} @@", line)

    parts = map(shifted, unified_diff(old, new, f"a/{path}", f"b/{path}", n=CONTEXT))
    return "".join(part if part.endswith("\n") else part + "\n\\ No newline at end of file\n" for part in parts)


def _lines(text: str) -> list[str]:
    """Lines as git has them: nothing but a newline ends one."""
    return _LINE.findall(text)
