"""Inlining: a test function whose names for one use are replaced by what they stand for."""

import ast
from collections import Counter

from sweflow_tracer.syntax import copy_of

from sweflow_tasks.statements.test_code import Function

_LATER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr)
"""Expressions of which a part is evaluated later, more than once, or as text."""


def inlined(function: Function) -> Function:
    """The function with each name inlined that is assigned once and used once, in the simple statement behind it.

    >>> print(ast.unparse(inlined(ast.parse("def test():\\n    made = f(1)\\n    assert made == 2").body[0])))
    def test():
        assert f(1) == 2
    """
    copy = copy_of(function)
    nodes = [node for node in ast.walk(copy) if isinstance(node, ast.Name)]
    stored = Counter(node.id for node in nodes if not isinstance(node.ctx, ast.Load))
    loaded = Counter(node.id for node in nodes if isinstance(node.ctx, ast.Load))
    once = {name for name in stored if stored[name] == loaded[name] == 1}
    copy.body = _block(copy.body, once)
    return copy


def _block(body: list[ast.stmt], once: set[str]) -> list[ast.stmt]:
    done: list[ast.stmt] = []
    waiting: list[ast.Assign] = []
    for node in body:
        for part in ("body", "orelse", "finalbody"):
            if isinstance(inner := getattr(node, part, None), list) and not isinstance(node, ast.ClassDef | Function):
                setattr(node, part, _block(inner, once))
        if isinstance(node, ast.Assert | ast.Expr | ast.Assign):
            waiting = [one for one in waiting if not _put(node, one)]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in once:
            waiting.append(node)
            continue
        done += [*waiting, node]
        waiting = []
    return done + waiting


def _put(node: ast.stmt, assigned: ast.Assign) -> bool:
    """Put an assigned value where its name is used in a statement; whether it was used there."""
    place = _Place(ast.unparse(assigned.targets[0]), assigned.value)
    place.visit(node)
    return place.found


class _Place(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.found = False
        self._name, self._value = name, value

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, _LATER):
            return node
        if isinstance(node, ast.Name) and node.id == self._name and isinstance(node.ctx, ast.Load):
            self.found = True
            return self._value
        return self.generic_visit(node)
