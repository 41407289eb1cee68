"""Templates: test functions that differ in nothing but literals, told once with a table of what differs."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from sweflow_tracer.syntax import copy_of

from sweflow_tasks.statements.test_code import Function


@dataclass(frozen=True, slots=True)
class Template:
    """The body that some functions share, with ``$1``, ``$2``, … for what differs.

    ``rows`` are the values of each function for these, in the functions' order.
    """

    body: Function
    rows: tuple[tuple[ast.expr, ...], ...]


def form_of(function: Function) -> str:
    """What is equal for functions that differ in nothing but name, docstring, decorators and literals."""
    return ast.dump(_filled(function, [])[0])


def template_of(functions: Sequence[Function]) -> Template:
    """The template of functions of one form. Literals that are equal in all of them stay."""
    literals = [_filled(function, [])[1] for function in functions]
    columns = list(zip(*literals, strict=True))
    written = [tuple(map(ast.dump, column)) for column in columns]
    differing = list(dict.fromkeys(column for column in written if len(set(column)) > 1))
    names = {column: f"${number}" for number, column in enumerate(differing, 1)}
    fill = [
        ast.Name(names[dumps]) if dumps in names else column[0] for dumps, column in zip(written, columns, strict=True)
    ]
    body, _ = _filled(functions[0], fill)
    rows = zip(*(columns[written.index(column)] for column in differing), strict=True)
    return Template(body, tuple(rows) or ((),) * len(functions))


def _filled(function: Function, fill: Sequence[ast.expr]) -> tuple[Function, list[ast.expr]]:
    """A function without name, docstring and decorators, other expressions in place of its literals; and these."""
    copy = copy_of(function)
    copy.name, copy.decorator_list, copy.returns = "f", [], None
    if ast.get_docstring(copy) is not None:
        copy.body = copy.body[1:] or [ast.Pass()]
    literals = _Literals(fill)
    literals.generic_visit(copy)
    return copy, literals.found


class _Literals(ast.NodeTransformer):
    """Finds the outermost literals in source order, and puts others in their place, as many as are given."""

    def __init__(self, fill: Sequence[ast.expr]) -> None:
        self.found: list[ast.expr] = []
        self._fill = fill

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.JoinedStr | ast.pattern | ast.arguments):
            return node
        if isinstance(node, ast.expr) and _is_literal(node):
            self.found.append(node)
            place = len(self.found) - 1
            return self._fill[place] if place < len(self._fill) else ast.Name("$")
        return super().generic_visit(node)


def _is_literal(node: ast.AST) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case ast.List(elts=parts, ctx=ast.Load()) | ast.Tuple(elts=parts, ctx=ast.Load()) | ast.Set(elts=parts):
            return all(map(_is_literal, parts))
        case ast.Dict(keys=keys, values=values):
            return all(key is not None and _is_literal(key) for key in keys) and all(map(_is_literal, values))
    return False
