"""Mutation operators: what each makes of a node, as text in place of the node's own (V5).

Libraries for mutation testing bring their operators inside their own way to run tests (decision 0009), so these are a
table over libcst nodes.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from sweflow_tasks.certificate.mutation import Mutation, Operator


@dataclass(frozen=True, slots=True)
class Place:
    """A node, the bytes that it takes without the parentheses around it, and their text."""

    node: cst.CSTNode
    start: int
    end: int
    text: str

    def becomes(self, operator: StrEnum, text: str) -> Mutation:
        """The mutation that replaces the node."""
        return Mutation(operator, self.start, self.end, text)


Locate = Callable[[cst.CSTNode], Place]
Make = Callable[[cst.CSTNode, Locate], Iterator[Mutation]]

COMPARISONS: dict[type[cst.CSTNode], str] = {
    cst.LessThan: "<=",
    cst.LessThanEqual: "<",
    cst.GreaterThan: ">=",
    cst.GreaterThanEqual: ">",
    cst.Equal: "!=",
    cst.NotEqual: "==",
    cst.Is: "is not",
    cst.IsNot: "is",
    cst.In: "not in",
    cst.NotIn: "in",
}
ARITHMETIC: dict[type[cst.CSTNode], str] = {
    cst.Add: "-",
    cst.Subtract: "+",
    cst.Multiply: "/",
    cst.Divide: "*",
    cst.FloorDivide: "/",
    cst.Modulo: "*",
    cst.Power: "*",
    cst.MatrixMultiply: "*",
    cst.LeftShift: ">>",
    cst.RightShift: "<<",
    cst.BitAnd: "|",
    cst.BitOr: "&",
    cst.BitXor: "&",
    cst.AddAssign: "-=",
    cst.SubtractAssign: "+=",
    cst.MultiplyAssign: "/=",
    cst.DivideAssign: "*=",
    cst.FloorDivideAssign: "/=",
    cst.ModuloAssign: "*=",
    cst.PowerAssign: "*=",
    cst.MatrixMultiplyAssign: "*=",
    cst.LeftShiftAssign: ">>=",
    cst.RightShiftAssign: "<<=",
    cst.BitAndAssign: "|=",
    cst.BitOrAssign: "&=",
    cst.BitXorAssign: "&=",
}
REMOVABLE = (cst.Assign, cst.AugAssign, cst.Del, cst.Assert, cst.Break, cst.Continue)


def mutations(text: str, table: Sequence[Make] | None = None) -> Iterator[Mutation]:
    """Every mutation inside the body of the one function that a text defines, in no particular order.

    ``table`` has what makes them (default: the operators of mutants). The text may be indented.
    What stands in its decorators, its signature and in annotations stays as it is.
    """
    inside = text[:1].isspace()
    above = "if 1:\n" if inside else ""
    try:
        parsed = cst.parse_module(above + text)
    except cst.ParserSyntaxError:  # the file parses as a whole, a part of it need not
        return
    module = MetadataWrapper(parsed, unsafe_skip_copy=True)
    source = (above + text).encode("utf-8")
    spans = module.resolve(ByteSpanPositionProvider)

    def locate(node: cst.CSTNode) -> Place:
        start, end = spans[node].start, spans[node].start + spans[node].length
        return Place(node, start - len(above), end - len(above), source[start:end].decode("utf-8"))

    for node in _below(_function(module.module)):
        for make in TABLE if table is None else table:
            yield from make(node, locate)


def _function(module: cst.Module) -> cst.BaseSuite:
    body = module.body
    while not isinstance(body[0], cst.FunctionDef):
        assert isinstance(body[0], cst.If)
        body = body[0].body.body  # type: ignore[assignment]
    return body[0].body


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, but annotations and strings that stand alone."""
    if isinstance(node, cst.Annotation) or (isinstance(node, cst.Expr) and _is_string(node.value)):
        return
    yield node
    for child in node.children:
        yield from _below(child)


def _is_string(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.SimpleString | cst.ConcatenatedString)


def _return_value(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.Return | cst.Yield):
        value = node.value
        if isinstance(value, cst.BaseExpression) and not _is_none(value):
            yield locate(value).becomes(Operator.RETURN_VALUE, "None")


def _constant(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    place = locate(node) if isinstance(node, cst.Integer | cst.Float | cst.SimpleString | cst.FormattedString) else None
    match node:
        case cst.Integer():
            text = str(node.evaluated_value + 1)
        case cst.Float():
            more = node.evaluated_value + 1.0
            text = repr(more if more != node.evaluated_value and math.isfinite(more) else 0.0)
        case cst.SimpleString():
            quoted = len(node.prefix) + len(node.quote)
            text = node.value[:quoted] + "XX" + node.value[quoted:]
        case cst.FormattedString():
            text = node.start + "XX" + place.text[len(node.start) :] if place is not None else ""
        case _:
            return
    if place is not None:
        yield place.becomes(Operator.CONSTANT, text)


def _comparison(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if type(node) in COMPARISONS:
        yield within(locate(node), Operator.COMPARISON, COMPARISONS[type(node)])


def _boolean(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    match node:
        case cst.And():
            yield within(locate(node), Operator.BOOLEAN, "or")
        case cst.Or():
            yield within(locate(node), Operator.BOOLEAN, "and")
        case cst.Name(value="True" | "False"):
            yield locate(node).becomes(Operator.BOOLEAN, "False" if node.value == "True" else "True")
        case cst.UnaryOperation(operator=cst.Not()):
            place = locate(node)
            yield place.becomes(Operator.BOOLEAN, f"({place.text.removeprefix('not').strip()})")
        case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test) | cst.CompIf(test=test):
            place = locate(test)
            yield place.becomes(Operator.BOOLEAN, f"(not ({place.text}))")
        case _:
            pass


def _arithmetic(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if type(node) in ARITHMETIC:
        yield within(locate(node), Operator.ARITHMETIC, ARITHMETIC[type(node)])
    elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus | cst.BitInvert):
        place = locate(node)
        yield place.becomes(Operator.ARITHMETIC, place.text[1:].strip())


def _call_argument(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.Call):
        for argument in node.args:
            if not argument.star and not _is_none(argument.value):
                yield locate(argument.value).becomes(Operator.CALL_ARGUMENT, "None")


def _statement_removal(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    bare_return = isinstance(node, cst.Return) and node.value is None
    annotated = isinstance(node, cst.AnnAssign) and node.value is not None
    if isinstance(node, REMOVABLE) or bare_return or annotated or isinstance(node, cst.Expr):
        yield locate(node).becomes(Operator.STATEMENT_REMOVAL, "pass")


def _exception_swallowed(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.Raise):
        yield locate(node).becomes(Operator.EXCEPTION_SWALLOWED, "pass")
    elif isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
        yield locate(node.body).becomes(Operator.EXCEPTION_SWALLOWED, "pass")


TABLE = (
    _return_value,
    _constant,
    _comparison,
    _boolean,
    _arithmetic,
    _call_argument,
    _statement_removal,
    _exception_swallowed,
)
"""One function an operator; that which empties a body needs to know where it stands, and is in ``mutants.py``."""


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def within(place: Place, operator: StrEnum, symbol: str) -> Mutation:
    """Replace an operator's symbol and keep the white space around it."""
    before = len(place.text) - len(place.text.lstrip())
    after = len(place.text.rstrip())
    start = place.start + len(place.text[:before].encode("utf-8"))
    return Mutation(operator, start, start + len(place.text[before:after].encode("utf-8")), symbol)
