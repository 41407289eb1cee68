"""Rows: tables of literals in a mark that parametrizes a test, or in a loop."""

import ast
from collections.abc import Collection

Columns = tuple[list[int], int]
"""Numbers of columns, and how many there are."""


def columns_of(decorator: ast.expr, wanted: Collection[str]) -> Columns:
    """The columns of a mark that parametrizes which bear one of these names."""
    if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.args):
        return [], 0
    first = decorator.args[0]
    if decorator.func.attr != "parametrize":
        return [], 0
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        names = [name.strip() for name in first.value.split(",") if name.strip()]
    else:
        elements = getattr(first, "elts", [])
        names = [str(e.value) if isinstance(e, ast.Constant) else "" for e in elements]
    return [number for number, name in enumerate(names) if name in wanted], len(names)


def rows_of(table: ast.expr, columns: Columns) -> list[ast.expr]:
    """The first of the wanted cells of each row that is written out, in a mark or in what a loop goes over."""
    wanted, width = columns
    if isinstance(table, ast.Call):
        if len(table.args) < 2:
            return []
        table = table.args[1]
    if not wanted or not isinstance(table, ast.List | ast.Tuple | ast.Set):
        return []
    return [cell for cell in (_cell(row, wanted[-1], width) for row in table.elts) if cell is not None]


def _cell(row: ast.expr, number: int, width: int) -> ast.expr | None:
    if isinstance(row, ast.Call) and getattr(row.func, "attr", getattr(row.func, "id", "")) == "param":
        return row.args[number] if len(row.args) > number else None
    if width == 1:
        return row
    elements = row.elts if isinstance(row, ast.Tuple | ast.List) else []
    return elements[number] if len(elements) > number else None
