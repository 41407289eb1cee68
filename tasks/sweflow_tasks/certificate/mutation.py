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


@dataclass(frozen=True, slots=True, order=True)
class Mutation:
    """Replace the bytes ``start:end`` of a text."""

    operator: Operator
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A function with one change. ``text`` is the whole of it, decorators included; ``line`` is the change's place.

    ``diff`` is for ``git apply`` on the original file.
    """

    operator: Operator
    line: int
    text: str
    diff: str
