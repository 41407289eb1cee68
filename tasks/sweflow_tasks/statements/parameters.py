"""Parameters: the rows of a test's ``parametrize`` marks, and which of its ids each row makes."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MOST_ROWS = 40
"""Rows of a table that are shown."""

Rows = Callable[[ast.expr], list[ast.expr] | None]
"""The elements of a sequence, names in it resolved as far as the test files say; None where it is computed."""


@dataclass(frozen=True, slots=True)
class Table:
    """One mark: the names, the rows as they are written, and whether the mark says ids of its own for them.

    ``origin`` is the name by which the mark gives all rows, if it does.
    """

    names: str
    rows: tuple[ast.expr, ...]
    named: bool
    origin: str


def tables(decorators: Iterable[ast.expr], rows: Rows) -> Iterator[Table]:
    """The ``parametrize`` marks among decorators; rows that cannot be told apart are one."""
    for mark in decorators:
        if not isinstance(mark, ast.Call) or called(mark) != "parametrize":
            continue
        given = {keyword.arg: keyword.value for keyword in mark.keywords}
        arguments = [
            *mark.args,
            *(given[name] for name in ("argnames", "argvalues")[len(mark.args) :] if name in given),
        ]
        if len(arguments) < 2:
            continue
        names, values = arguments[:2]
        label = str(names.value) if isinstance(names, ast.Constant) else source_of(names)
        known = rows(values)
        origin = values.id if known is not None and isinstance(values, ast.Name) else ""
        yield Table(label, tuple(known or [values]), "ids" in given or len(mark.args) > 3, origin)


def ids_of(found: list[Table], ids: frozenset[str]) -> tuple[str, ...] | None:
    """The id that each row of a function's only table makes, in brackets; None where that cannot be said of all."""
    if len(found) != 1 or found[0].named or len(found[0].rows) != len(ids) or len(ids) > MOST_ROWS:
        return None
    names = [name.strip(" '\"()[]") for name in found[0].names.split(",")]
    names = [name for name in names if name]
    made = [ids & _possible(row, names, number) for number, row in enumerate(found[0].rows)]
    if any(len(fitting) != 1 for fitting in made) or len(frozenset.union(*made)) != len(ids):
        return None
    return tuple(next(iter(fitting)) for fitting in made)


def source_of(node: ast.AST) -> str:
    """An expression or statement on one line, as Python writes it."""
    return " ".join(ast.unparse(node).split("\n"))


def called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _possible(row: ast.expr, names: list[str], number: int) -> frozenset[str]:
    """The ids that pytest may give to a row."""
    values = [row]
    if isinstance(row, ast.Call) and called(row) == "param":
        given = next((keyword.value for keyword in row.keywords if keyword.arg == "id"), None)
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            return frozenset({f"[{given.value}]"})
        values = row.args
    elif len(names) > 1 and isinstance(row, ast.Tuple | ast.List):
        values = row.elts
    if len(values) != len(names):
        return frozenset()
    found = [""]
    for value, name in zip(values, names, strict=True):
        found = [f"{head}-{part}" for head in found for part in _parts(value, f"{name}{number}")]
    return frozenset(f"[{text[1:]}]" for text in found)


def _parts(value: ast.expr, numbered: str) -> list[str]:
    """How a value may stand in an id (pytest documents the rules under ``ids`` of ``parametrize``)."""
    try:
        known = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        last = ast.unparse(value).rpartition(".")[2]
        return [numbered, last] if last.isidentifier() else [numbered]
    if isinstance(known, str):
        return [known if known.isascii() and known.isprintable() else known.encode("unicode_escape").decode("ascii")]
    if isinstance(known, bytes):
        return ["".join(chr(c) if 32 <= c < 127 else f"\\x{c:02x}" for c in known)]
    return [str(known)] if known is None or isinstance(known, bool | int | float | complex) else [numbered]
