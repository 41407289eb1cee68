"""Mutations and mutants, as values."""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """The kinds of mutants."""

    RETURN_VALUE = "return-value"
    CONSTANT = "constant"
    COMPARISON = "comparison"
    BOOLEAN = "boolean"
    ARITHMETIC = "arithmetic"
    CALL_ARGUMENT = "call-argument"
    STATEMENT_REMOVAL = "statement-removal"
    EXCEPTION_SWALLOWED = "exception-swallowed"
    BODY_EMPTIED = "body-emptied"


class Edge(StrEnum):
    """The kinds of edge cases that an answer gets wrong: right for most input, wrong at a border or in one case.

    ``BOUNDARY``: ``<`` and ``<=``, ``>`` and ``>=`` exchanged. ``OFF_BY_ONE``: a whole number is one less. ``GUARD``: a
    special case that ends in return, raise, continue or break is never seen. ``BRANCH``: of two branches the first is
    always taken, of a conditional expression either. ``OPERAND``: one side of ``and`` or ``or`` is left out.
    """

    BOUNDARY = "boundary"
    OFF_BY_ONE = "off-by-one"
    GUARD = "guard"
    BRANCH = "branch"
    OPERAND = "operand"


@dataclass(frozen=True, slots=True, order=True)
class Mutation:
    """Replace the bytes ``start:end`` of a text. ``operator`` is an ``Operator`` or an ``Edge``."""

    operator: StrEnum
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A function with one change. ``text`` is the whole of it, decorators included; ``line`` is the change's place.

    ``diff`` is for ``git apply`` on the original file.
    """

    operator: StrEnum
    line: int
    text: str
    diff: str
