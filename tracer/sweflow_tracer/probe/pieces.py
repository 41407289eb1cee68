"""Pieces: functions of a test file as pytest rewrote and compiled them, for later contents of the file that hold them.

Where step by step tests are added to a file, rewriting all of its assertions and compiling them anew is half of what
collection costs. What comes of a function depends on its own text and on little around it (``Text``): where these are
the same its code is, but for its lines. So a file is rewritten with the bodies of known functions left out, and their
codes are put in place. Kept are those of the first content of a file that was rewritten, beside pytest's own file.
"""

from __future__ import annotations

import ast
import marshal
import os
import re
import sys
import threading
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from .scopes import FUNCTIONS, first_line, imports, in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Names = tuple[str, ...]
    """Of classes and functions, from the outermost one on."""
    Place = tuple[Names, int]
    """A function, and the line on which its code begins."""
    Text = tuple[Names, Names, Names, bytes]
    """What a module has from ``__future__``, what it imports that the text may name, which is called in another way, a
    function, and whole lines of the source."""
    Pieces = dict[Text, CodeType]

MARKER = "PYTEST_DONT_REWRITE"
"""In a docstring it keeps pytest off."""
WORDS = (b"\r", b":=")
"""What a source that is split does not hold: other ends of lines, and names assigned in assertions, which some releases
of pytest carry on to the next function."""
_TELLING = [rb"\bglobal\b", rb"\bsuper\b"]
"""Texts of functions whose bodies the code around them may tell, or whose code depends on all of the module."""
if sys.version_info >= (3, 13):  # a class knows its line, and what its methods assign to attributes of self
    _TELLING += [rb"\bclass\b", rb"[^\0-\x7f]", rb"\bself\b(?!\s*,|\s*\)\s*(?::|->)|\s*\.\s*\w+\s*\()"]
_IS_TELLING = re.compile(b"|".join(_TELLING))


class Span(NamedTuple):
    """A function of a module, or of a class in it."""

    place: Place
    text: Text
    node: ast.FunctionDef | ast.AsyncFunctionDef


class Rewriting(NamedTuple):
    """The rewriting of one file: what is known of it, and the functions that are to become known or are."""

    path: str
    known: Pieces | None
    spans: list[Span]


class PiecewiseRewriting:
    """Takes part in pytest's rewriting, from ``begin`` to ``end``."""

    def __init__(self, rewrite: Any) -> None:
        """``rewrite`` is the module ``_pytest.assertion.rewrite``."""
        self._rewrite = rewrite
        self._usual: tuple[Any, Any] = (None, None)
        self._ours = (self._file, self._module)
        self._takes_part = False
        self._thread = threading.local()
        self.taken = 0
        """How many functions were not rewritten again."""

    def begin(self) -> None:
        """From here on files are rewritten with pieces, by the functions that stand there now."""
        self._usual = (self._rewrite._rewrite_test, self._rewrite.rewrite_asserts)
        self._rewrite._rewrite_test, self._rewrite.rewrite_asserts = self._ours
        self._takes_part = True

    def end(self) -> None:
        """From here on they are rewritten as ever; what others put in place meanwhile stays."""
        self._takes_part = False
        for name, ours, usual in zip(("_rewrite_test", "rewrite_asserts"), self._ours, self._usual):
            if getattr(self._rewrite, name) is ours:
                setattr(self._rewrite, name, usual)

    def _file(self, path: Path, config: Any) -> Any:
        """Stands in for pytest's function that reads and compiles a file: what tells its state, and its code."""
        if not self._takes_part or _tells_lines(config):
            return self._usual[0](path, config)
        kept = os.path.join(str(self._rewrite.get_cache_dir(path)), "pieces." + path.stem + self._rewrite.PYC_TAIL)
        now = self._thread.now = Rewriting(str(path), _read(kept), [])
        try:
            state, code = self._usual[0](path, config)
        finally:
            self._thread.now = None
        if now.known is None:
            _write(kept, _pieces_of(code, now.spans))
        elif now.spans:
            code = _filled(code, {span.place: now.known[span.text] for span in now.spans})
            self.taken += len(now.spans)
        return state, code

    def _module(self, *given: Any, **named: Any) -> None:
        """Stands in for pytest's function that rewrites a module: leaves out what is known, once a file."""
        now: Rewriting | None = getattr(self._thread, "now", None)
        self._thread.now = None
        if now is not None and not named and len(given) == 4 and given[2] == now.path:
            module, source, *_ = given
            for span in _spans_of(module, source):
                if now.known is None or span.text in now.known:
                    now.spans.append(span)
            for span in now.spans if now.known is not None else ():
                span.node.body = [ast.copy_location(ast.Pass(), span.node)]
        self._usual[1](*given, **named)


def piecewise() -> PiecewiseRewriting | None:
    """For the pytest that is loaded; None where it does not rewrite as we know it."""
    rewrite: Any = sys.modules.get("_pytest.assertion.rewrite")
    known = all(hasattr(rewrite, name) for name in ("_rewrite_test", "rewrite_asserts", "get_cache_dir", "PYC_TAIL"))
    return PiecewiseRewriting(rewrite) if known else None


def _tells_lines(config: Any) -> bool:
    """Whether a hook is told the line of each assertion that passes."""
    try:
        return bool(config.getini("enable_assertion_pass_hook"))
    except (KeyError, ValueError):
        return False  # a pytest that has no such setting


def _spans_of(module: ast.Module, source: bytes) -> Iterator[Span]:
    """The functions of a module and of its classes that can be left out: what is around them is compiled as with them.

    None where lines are not what Python takes for lines. Those with type parameters have another code around them.
    """
    coded = any(b"coding" in line for line in source.split(b"\n", 2)[:2])
    if coded or any(word in source for word in WORDS) or any(map(_is_marked, module.body)):
        return
    lines = source.split(b"\n")
    imported = imports(module)
    future = tuple(
        "%d %s" % (node.level, alias.name)
        for node in imported
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    )
    bound = sorted({(alias.asname or alias.name).partition(".")[0] for node in imported for alias in node.names})
    scopes: list[tuple[Names, ast.Module | ast.ClassDef]] = [((), module)]
    for names, scope in scopes:
        for node in scope.body:
            if getattr(node, "type_params", None):
                continue
            if isinstance(node, ast.ClassDef):
                if not any(isinstance(inner, ast.Global) for inner in in_scope(node)):
                    scopes.append(((*names, node.name), node))
            elif isinstance(node, FUNCTIONS):
                own, first = (*names, node.name), first_line(node)
                text = b"\n".join(lines[first - 1 : node.end_lineno])
                if not _IS_TELLING.search(text):
                    named = tuple(name for name in bound if name.encode("utf-8") in text)
                    yield Span((own, first), (future, named, own, text), node)


def _is_marked(node: ast.stmt) -> bool:
    """Whether a text that stands for itself may keep pytest off."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and MARKER in node.value.value
    )


def _pieces_of(code: CodeType, spans: list[Span]) -> Pieces:
    """The codes of functions that take no variable from around them."""
    places = {span.place: span.text for span in spans}
    found = ((places.get(place), each) for place, each in _functions(code, (), _scopes(places)))
    return {text: each for text, each in found if text is not None and not each.co_freevars}


def _functions(code: CodeType, names: Names, scopes: set[Names]) -> Iterator[tuple[Place, CodeType]]:
    """The codes in some scopes."""
    for constant in code.co_consts if names in scopes else ():
        if isinstance(constant, CodeType):
            own = (*names, constant.co_name)
            yield (own, constant.co_firstlineno), constant
            yield from _functions(constant, own, scopes)


def _filled(code: CodeType, pieces: dict[Place, CodeType]) -> CodeType:
    """The code of a module with pieces where bodies were left out."""
    scopes = _scopes(pieces)
    one_of: dict[Any, Any] = {}

    def filled(code: CodeType, names: Names) -> CodeType:
        return code.replace(co_consts=tuple(each(constant, names) for constant in code.co_consts))

    def each(constant: Any, names: Names) -> Any:
        if not isinstance(constant, CodeType):
            return _shared(constant, one_of)
        own, first = (*names, constant.co_name), constant.co_firstlineno
        piece = pieces.get((own, first))
        if piece is not None:
            return _moved(piece, first - piece.co_firstlineno, code.co_filename, one_of)
        return filled(constant, own) if own in scopes else _moved(constant, 0, code.co_filename, one_of)

    return filled(code, ())


def _scopes(places: dict[Place, Any]) -> set[Names]:
    """The module and the classes around some functions."""
    return {names[:length] for names, _ in places for length in range(len(names))}


def _moved(code: CodeType, lines: int, path: str, one_of: dict[Any, Any]) -> CodeType:
    """A code so many lines further down: all that it says of lines counts from its first one."""
    constants = tuple(
        _moved(each, lines, path, one_of) if isinstance(each, CodeType) else _shared(each, one_of)
        for each in code.co_consts
    )
    return code.replace(co_firstlineno=code.co_firstlineno + lines, co_filename=path, co_consts=constants)


def _shared(constant: Any, one_of: dict[Any, Any]) -> Any:
    """The one that stands for all like it: the compiler has one of each kind in a file."""
    if isinstance(constant, tuple):
        constant = tuple(_shared(each, one_of) for each in constant)
    return one_of.setdefault(_kind(constant), constant)


def _kind(constant: Any) -> Any:
    """What the compiler takes for the same: 1, True and 1.0 are not, nor are 0.0 and -0.0."""
    if isinstance(constant, (tuple, frozenset)):
        return type(constant), type(constant)(map(_kind, constant))
    return type(constant), repr(constant) if isinstance(constant, (float, complex)) else constant


def _read(path: str) -> Pieces | None:
    """The pieces that are kept; None where there are none yet."""
    try:
        with open(path, "rb") as file:
            known = marshal.load(file)
    except Exception:  # what marshal raises of a torn file is not said
        return None
    good = isinstance(known, dict) and all(isinstance(code, CodeType) for code in known.values())
    return known if good else None


def _write(path: str, kept: Pieces) -> None:
    """Keep pieces, all or none of them."""
    if sys.dont_write_bytecode or not kept:
        return
    other = "%s.%d" % (path, os.getpid())
    try:
        with open(other, "wb") as file:
            marshal.dump(kept, file)
        os.replace(other, path)
    except (OSError, ValueError):
        return  # as pytest does: the next session makes them anew
