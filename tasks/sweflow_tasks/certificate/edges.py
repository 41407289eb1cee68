"""Edge cases: changes with which a function is right for most input and wrong at one border or in one case."""

from collections.abc import Iterator

import libcst as cst

from sweflow_tasks.certificate.mutation import Edge, Mutation
from sweflow_tasks.certificate.operators import Locate, within

STRICTNESS: dict[type[cst.CSTNode], str] = {
    cst.LessThan: "<=",
    cst.LessThanEqual: "<",
    cst.GreaterThan: ">=",
    cst.GreaterThanEqual: ">",
}
LEAVES = (cst.Return, cst.Raise, cst.Continue, cst.Break)
"""Statements with which a special case ends."""


def _boundary(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if type(node) in STRICTNESS:
        yield within(locate(node), Edge.BOUNDARY, STRICTNESS[type(node)])


def _off_by_one(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.Integer):
        yield locate(node).becomes(Edge.OFF_BY_ONE, str(node.evaluated_value - 1))


def _guard(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.If) and node.orelse is None and _leaves(node.body):
        yield locate(node.test).becomes(Edge.GUARD, "False")


def _branch(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.If) and node.orelse is not None:
        yield locate(node.test).becomes(Edge.BRANCH, "True")
    elif isinstance(node, cst.IfExp):
        for branch in (node.body, node.orelse):
            yield locate(node).becomes(Edge.BRANCH, f"({locate(branch).text})")


def _operand(node: cst.CSTNode, locate: Locate) -> Iterator[Mutation]:
    if isinstance(node, cst.BooleanOperation):
        for side in (node.left, node.right):
            yield locate(node).becomes(Edge.OPERAND, f"({locate(side).text})")


EDGES = (_boundary, _off_by_one, _guard, _branch, _operand)
"""One function an edge."""


def _leaves(body: cst.BaseSuite) -> bool:
    """Whether a block's last statement leaves it."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, LEAVES)
