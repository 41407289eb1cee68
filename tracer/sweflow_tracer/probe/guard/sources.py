"""Sources: what the text of a trusted file says of the names at its top and in its classes, without running it."""

from __future__ import annotations

import ast
import marshal
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLAIN = 2
"""Version of marshal in which equal values of built-in types have equal bytes."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
GROWING = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"),
        *("update", "setdefault", "popitem"),
    }
)
"""Methods that change a list or a dict."""
INNER = (*FUNCTIONS, ast.ClassDef, ast.Lambda)


def flat(value: Any) -> bytes | None:
    """Bytes that tell values of built-in types apart, their types with them; None for all others, and for sets."""
    try:
        return None if _has_set(value) else marshal.dumps(value, PLAIN)
    except (ValueError, RecursionError):
        return None


def _has_set(value: Any) -> bool:
    if type(value) in (list, tuple):
        return any(type(inner) in (list, tuple, dict, set, frozenset) and _has_set(inner) for inner in value)
    if type(value) is dict:
        return any(_has_set(inner) for inner in value.values())
    return type(value) in (set, frozenset)


class Scope:
    """The body of a module or class.

    ``once`` are names that are bound in one place only, and nowhere else changed by the file. Of these ``literals``
    have a value that stands there, as ``flat`` gives it, and that no method changes; ``functions`` are undecorated,
    ``imports`` come from a module (and a name in it, unless it is the module itself), and ``classes`` have bases and a
    body.
    """

    def __init__(self, body: list[ast.stmt], loose: frozenset[str], grown: frozenset[str]) -> None:
        bound = Counter(_bound(body))
        self.names = frozenset(bound)
        self.loose = loose
        self.once = frozenset(name for name, count in bound.items() if count == 1 and name not in loose)
        self.literals: dict[str, bytes] = {}
        self.functions: set[str] = set()
        self.imports: dict[str, tuple[str, str]] = {}
        self.classes: dict[str, tuple[list[str | None], Scope]] = {}
        for node in body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._take_import(node)
            else:
                self._take(node, grown)
        for name in grown:
            self.literals.pop(name, None)

    def _take(self, node: ast.stmt, grown: frozenset[str]) -> None:
        if isinstance(node, FUNCTIONS):
            if node.name in self.once and not node.decorator_list:
                self.functions.add(node.name)
        elif isinstance(node, ast.ClassDef):
            if node.name in self.once and not node.decorator_list and not node.keywords:
                self.classes[node.name] = [_dotted(base) for base in node.bases], Scope(node.body, self.loose, grown)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value = _literal(node.value)
            for target in targets if value is not None else ():
                if isinstance(target, ast.Name) and target.id in self.once and value is not None:
                    self.literals[target.id] = value

    def _take_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names if not node.level and node.module != "__future__" else ():
                if (alias.asname or alias.name) in self.once:
                    self.imports[alias.asname or alias.name] = node.module or "", alias.name
        else:
            for alias in node.names:
                if alias.asname in self.once or ("." not in alias.name and alias.name in self.once):
                    self.imports[alias.asname or alias.name] = alias.name, ""


def read(tree: ast.Module) -> Scope:
    """What a file says; names that it changes by an attribute or as ``global`` are nobody's."""
    loose: set[str] = set()
    grown: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            loose.update(node.names)
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            loose.add(node.attr)
        stored = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        if stored or (isinstance(node, ast.Attribute) and node.attr in GROWING):
            grown.add(_last(node))
    return Scope(tree.body, frozenset(loose), frozenset(grown))


def _last(node: ast.AST) -> str:
    """The last name of what a method or an index is of."""
    node = getattr(node, "value", node)
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _bound(body: Iterable[ast.AST]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        else:
            for field in ("name", "rest"):  # of except, and of patterns
                if isinstance(getattr(node, field, None), str):
                    yield getattr(node, field)
        if not isinstance(node, INNER):
            yield from _bound(ast.iter_child_nodes(node))


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _literal(node: ast.expr) -> bytes | None:
    try:
        return flat(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
