"""Tokens to a tree, by recursive descent: one method for each rule of the grammar.

    sum     = product (("+" | "-") product)*
    product = power (("*" | "/") power)*
    power   = atom ("^" power)?
    atom    = number | name | "-" atom | "(" sum ")"

Each reads what it can from the front of the tokens that are left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from calculator.tokens import Token


@dataclass(frozen=True, slots=True)
class Number:
    """A value that stands in the text."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A value that is given from outside."""

    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A sign between two trees."""

    sign: str
    left: "Tree"
    right: "Tree"


Tree = Number | Name | Operation


def parse(tokens: Sequence[Token]) -> Tree:
    """The tree of all the tokens."""
    parser = Parser(tokens)
    tree = parser.sum()
    if parser.rest:
        raise SyntaxError(f"unexpected {parser.rest[0].text!r}")
    return tree


class Parser:
    """The tokens not yet read, and the rules that read them."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.rest = list(tokens)

    def sum(self) -> Tree:
        """Products added up, from the left."""
        return self.chain("+-", self.product)

    def product(self) -> Tree:
        """Powers multiplied, from the left."""
        return self.chain("*/", self.power)

    def power(self) -> Tree:
        """An atom raised to a power, from the right: 2^3^2 is 2^(3^2)."""
        base = self.atom()
        if self.accept("^"):
            return Operation("^", base, self.power())
        return base

    def atom(self) -> Tree:
        """What holds together without a sign between."""
        if self.accept("-"):
            return Operation("-", Number(0), self.atom())
        if self.accept("("):
            inside = self.sum()
            if not self.accept(")"):
                raise SyntaxError("missing ')'")
            return inside
        return self.leaf()

    def leaf(self) -> Tree:
        """A number or a name."""
        if not self.rest or self.rest[0].kind == "sign":
            found = repr(self.rest[0].text) if self.rest else "the end"
            raise SyntaxError(f"expected a number or a name, found {found}")
        token = self.rest.pop(0)
        return Number(float(token.text)) if token.kind == "number" else Name(token.text)

    def chain(self, signs: str, rule: Callable[[], Tree]) -> Tree:
        """What the rule reads, once or more, with one of the signs between."""
        tree = rule()
        while sign := self.accept(signs):
            tree = Operation(sign, tree, rule())
        return tree

    def accept(self, signs: str) -> str:
        """Read the next token if it is one of the signs; an empty string if not."""
        if self.rest and self.rest[0].text in signs:
            return self.rest.pop(0).text
        return ""
