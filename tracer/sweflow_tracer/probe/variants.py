"""Variants: a session runs some groups with another text of one function, without importing the project again.

The tree's file is changed for as long as the group runs, so that what is imported late, or by a process that a test
starts, has the other text too. What is loaded already is a function object: it gets the code that the other text
compiles to, in the forked child alone.
"""

from __future__ import annotations

import ast
import copy
import gc
import glob
import os
import sys
import tokenize
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from .scopes import FUNCTIONS, first_line, imports, statements

if TYPE_CHECKING:
    from .recorder import Recorder

MEMORY = 2 << 30
"""Bytes that a variant may take beyond what its process has at the start."""


class Variants:
    """Shows variants, by number of their group: each has some, of different functions.

    A variant is a list of ``path``, ``name``, ``line`` (the first, decorators included) and of ``start``, ``end`` and
    ``text``: the bytes of the file's UTF-8 text that it replaces, and what with.
    """

    def __init__(self, root: str, recorder: Recorder, variants: dict[str, list[list[Any]]]) -> None:
        self._root = root
        self._recorder = recorder
        self._variants = {int(group): found for group, found in variants.items()}
        self._loaded: dict[tuple[str, str, int], list[FunctionType]] = {}
        self._sources: dict[str, _Source] = {}

    def __contains__(self, group: int) -> bool:
        return group in self._variants

    def find(self) -> None:
        """Look for the function objects that exist; to be done before the collector's objects are frozen."""
        if not self._variants:
            return
        places = {(path, name, line) for found in self._variants.values() for path, name, line, *_ in found}
        self._sources = {path: _Source(os.path.realpath(os.path.join(self._root, path))) for path, _, _ in places}
        names = {name for _, name, _ in places}
        for found in gc.get_objects():
            if type(found) is FunctionType and found.__code__.co_name in names:
                code = found.__code__
                path = self._recorder.relative(code.co_filename)
                place = (path or "", code.co_name, code.co_firstlineno)
                if place in places:
                    self._loaded.setdefault(place, []).append(found)

    def show(self, group: int) -> None:
        """Write the group's variants to the tree."""
        edits: dict[str, list[tuple[int, int, str]]] = {}
        for path, _, _, start, end, text in self._variants[group]:
            edits.setdefault(path, []).append((start, end, text))
        for path, found in edits.items():
            self._sources[path].write(found)

    def hide(self, group: int) -> None:
        """Put the files right."""
        for path in {variant[0] for variant in self._variants[group]}:
            self._sources[path].restore()

    def install(self, group: int) -> bool:
        """Give the functions that are loaded the variants' code; False where that cannot be done faithfully."""
        fits = all(self._install(*variant) for variant in self._variants[group])
        _limit_memory()
        return fits

    def _install(self, path: str, name: str, line: int, start: int, end: int, text: str) -> bool:
        source = self._sources[path]
        functions = self._loaded.get((path, name, line), [])
        if not functions:
            return not source.is_loaded()
        original = source.compiled(name, line, source.utf8[start:end])
        for function in functions:
            if original is None or not _same(function.__code__, original):
                return False  # something rewrote it when it was loaded: the new text would have to be rewritten too
            code = source.compiled(name, line, text.encode("utf-8"), function.__code__.co_freevars)
            if code is None:
                return False
            function.__code__ = code
        return True


class _Source:
    """One file of the tree."""

    def __init__(self, path: str) -> None:
        self._path = path
        with open(path, "rb") as file:
            self._content = file.read()
        with open(path, "rb") as file:
            self._encoding, _ = tokenize.detect_encoding(file.readline)
        self.utf8 = self._content.decode(self._encoding).encode("utf-8")
        try:
            self._tree = ast.parse(self.utf8.decode("utf-8"))
        except SyntaxError:
            self._tree = ast.Module([], [])

    def write(self, edits: list[tuple[int, int, str]]) -> None:
        changed = self.utf8
        for start, end, text in sorted(edits, reverse=True):
            changed = changed[:start] + text.encode("utf-8") + changed[end:]
        self._replace(changed.decode("utf-8").encode(self._encoding))

    def restore(self) -> None:
        self._replace(self._content)

    def _replace(self, content: bytes) -> None:
        with open(self._path, "wb") as file:
            file.write(content)
        folder, name = os.path.split(self._path)
        compiled = os.path.join(sys.pycache_prefix or "", folder.lstrip(os.sep), name[: -len(".py")])
        for path in glob.glob(glob.escape(compiled) + ".*pyc"):
            os.unlink(path)  # Python itself would only look at the size and the second

    def is_loaded(self) -> bool:
        files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        return any(isinstance(file, str) and os.path.realpath(file) == self._path for file in files)

    def compiled(self, name: str, line: int, text: bytes, free: tuple[str, ...] | None = None) -> CodeType | None:
        """The code of a function of the file with another text; None where it cannot be had.

        ``free`` are the free variables that it must have, in their order: ``__class__``, for example.
        """
        try:
            margin = text[:1] in (b" ", b"\t")
            above = b"\n" * (line - 2) + b"if 1:\n" if margin else b"\n" * (line - 1)
            function = _find(ast.parse((above + text).decode("utf-8")), name, line)[-1]
            way = _find(self._tree, name, line)
            code = _code_of(_only(way, function), self._path, name, line)
            if free is not None and code is not None and code.co_freevars != free:
                reads: list[ast.stmt] = [ast.Expr(ast.Name(n, ast.Load())) for n in free]
                function.body.append(ast.If(ast.Constant(False), reads, []))  # never run, but it needs the variables
                code = _code_of(_only(way, function), self._path, name, line)
                if code is not None and code.co_freevars != free:
                    return None
            return code
        except (SyntaxError, ValueError, LookupError):
            return None


def _find(tree: ast.AST, name: str, line: int) -> list[Any]:
    """The nodes from a tree's root to the function that starts on a line. Raises LookupError."""
    way: list[Any] = []
    while tree is not None:
        way.append(tree)
        if isinstance(tree, FUNCTIONS):
            if tree.name == name and first_line(tree) == line:
                return way
            break
        inside = (node for node in statements(tree) if first_line(node) <= line <= (node.end_lineno or 0))
        tree = next(inside, None)  # type: ignore[assignment]
    raise LookupError(name)


def _only(way: list[Any], function: Any) -> ast.Module:
    """A module of the function, in the classes that it stands in, and of the module's imports; the rest is left out.

    Some Pythons compile a call on an imported module otherwise than one on another name.
    """
    body = [function]
    for node in reversed(way[1:-1]):
        if isinstance(node, ast.ClassDef):
            bare = copy.copy(node)
            bare.bases, bare.keywords, bare.decorator_list, bare.body = [], [], [], body
            body = [bare]
    return ast.fix_missing_locations(ast.Module([*imports(way[0]), *body], []))


def _code_of(tree: ast.Module, path: str, name: str, line: int) -> CodeType | None:
    todo: list[CodeType] = [compile(tree, path, "exec", dont_inherit=True)]
    while todo:
        code = todo.pop()
        if code.co_name == name and code.co_firstlineno == line:
            return code
        todo += [const for const in code.co_consts if isinstance(const, CodeType)]
    return None


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same: all but the places of their instructions is equal."""
    names = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_flags", "co_argcount")
    if any(getattr(one, name) != getattr(other, name) for name in names):
        return False
    return len(one.co_consts) == len(other.co_consts) and all(
        _same(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else _equal(a, b)
        for a, b in zip(one.co_consts, other.co_consts)
    )


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _limit_memory() -> None:
    """Keep a variant that never stops to grow from taking the machine with it."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = now + MEMORY
        if soft == resource.RLIM_INFINITY or soft > wanted:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ImportError, OSError, ValueError):
        pass
