"""A tree to its value."""

import operator
from collections.abc import Callable, Mapping

from calculator.parser import Name, Number, Operation, Tree

OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "^": operator.pow,
}


def evaluate(tree: Tree, names: Mapping[str, float]) -> float:
    """The value of a tree, with values for the names in it."""
    match tree:
        case Number(value):
            return value
        case Name(text):
            return look_up(text, names)
        case Operation(sign, left, right):
            return apply(sign, evaluate(left, names), evaluate(right, names))


def look_up(text: str, names: Mapping[str, float]) -> float:
    """The value of a name."""
    if text not in names:
        raise NameError(f"no value for {text!r}")
    return names[text]


def apply(sign: str, left: float, right: float) -> float:
    """The value of one operation."""
    if sign == "/":
        return divide(left, right)
    return OPERATORS[sign](left, right)


def divide(left: float, right: float) -> float:
    """A quotient, or an error that says what was divided."""
    if right == 0:
        raise ZeroDivisionError(f"{left:g} / 0")
    return left / right
