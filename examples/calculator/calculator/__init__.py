"""Sums from text: `calculate("2 * (3 + 4)")` is 14."""

from collections.abc import Mapping

from calculator.evaluator import evaluate
from calculator.parser import parse
from calculator.tokens import tokenize

__all__ = ["calculate"]


def calculate(text: str, names: Mapping[str, float] | None = None) -> float:
    """The value of an expression, with values for the names in it."""
    return evaluate(parse(tokenize(text)), names or {})
