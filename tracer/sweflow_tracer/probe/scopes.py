"""Scopes: the statements of a module, class or function as the compiler sees them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_KINDS = (ast.stmt, ast.ExceptHandler, *((ast.match_case,) if hasattr(ast, "match_case") else ()))


def statements(node: ast.AST) -> list[Any]:
    """The statements, handlers and cases directly below a node."""
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, _KINDS)]


def in_scope(node: ast.AST) -> Iterator[Any]:
    """Those in a node that are not inside of a function or class in it."""
    for inner in statements(node):
        yield inner
        if not isinstance(inner, (*FUNCTIONS, ast.ClassDef)):
            yield from in_scope(inner)


def imports(module: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The import statements of a module that stand outside functions and classes."""
    return [node for node in in_scope(module) if isinstance(node, (ast.Import, ast.ImportFrom))]


def first_line(node: Any) -> int:
    """The line on which the code of a function or class begins: that of its first decorator."""
    if not hasattr(node, "lineno"):  # a case
        return int(node.pattern.lineno)
    return int(min((node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ())))))
