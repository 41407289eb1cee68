"""Pieces: functions of a test file as pytest rewrote and compiled them, for later contents of the file that hold them.

Where step by step tests are added to a file, rewriting all of its assertions and compiling them anew is half of what
collection costs. What comes of a function depends on its own text and on the classes around it: where these are the
same its code is, but for its lines. So a file is rewritten with the bodies of known functions left out, and their codes
are put in place. Kept are those of the first content of a file that was rewritten, beside what pytest keeps of it.
"""

from __future__ import annotations

import ast
import marshal
import os
import re
import sys
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Names = tuple[str, ...]
    """Of classes and functions, from the outermost one on."""
    Place = tuple[Names, int]
    """A function, and the line on which its code begins."""
    Text = tuple[Names, Names, bytes]
    """What a module has from ``__future__``, a function, and whole lines of the source."""

WORDS = (b"\r", b":=", b"PYTEST_DONT_REWRITE")
"""What a source that is split does not hold: other ends of lines, names assigned in assertions (some releases of pytest
carry them on to the next function), and a docstring that keeps pytest off."""
_TELLING = [re.compile(rb"\bglobal\b")]
"""Texts of functions whose bodies the code around them may tell, or that tell where they stand."""
if sys.version_info >= (3, 13):  # a class knows its line, and what its methods assign to attributes of self
    _TELLING += [re.compile(rb"\bclass\b"), re.compile(rb"\bself\b(?!\s*[,)]|\s*\.\s*\w+\s*\()")]


class Span(NamedTuple):
    """A function of a module, or of a class in it."""

    place: Place
    text: Text
    node: ast.FunctionDef | ast.AsyncFunctionDef


class Pieces:
    """Takes part in pytest's rewriting, from ``begin`` to ``end``."""

    def __init__(self, rewrite: Any) -> None:
        """``rewrite`` is the module ``_pytest.assertion.rewrite``."""
        self._rewrite = rewrite
        self._usual = (rewrite._rewrite_test, rewrite.rewrite_asserts)
        self._known: dict[Text, CodeType] | None = None
        self._spans: list[Span] = []

    def begin(self) -> None:
        """From here on files are rewritten with pieces."""
        self._rewrite._rewrite_test, self._rewrite.rewrite_asserts = self._file, self._module

    def end(self) -> None:
        """From here on pytest rewrites as it does."""
        self._rewrite._rewrite_test, self._rewrite.rewrite_asserts = self._usual

    def _file(self, path: Path, config: Any) -> Any:
        """Stands in for pytest's function that reads and compiles a file: what tells its state, and its code."""
        kept = os.path.join(str(self._rewrite.get_cache_dir(path)), "pieces." + path.stem + self._rewrite.PYC_TAIL)
        self._known, self._spans = _read(kept), []
        state, code = self._usual[0](path, config)
        if self._known is None:
            _write(kept, _pieces_of(code, self._spans))
            return state, code
        taken = {span.place: self._known[span.text] for span in self._spans}
        return state, _filled(code, (), taken, _scopes(taken)) if taken else code

    def _module(self, module: ast.Module, source: bytes, path: str, config: Any) -> None:
        """Stands in for pytest's function that rewrites a module: leaves out what is known."""
        if _can_be_split(source, config):
            spans = _spans_of(module, source)
            self._spans = [span for span in spans if self._known is None or span.text in self._known]
            for span in self._spans if self._known is not None else ():
                span.node.body = [ast.copy_location(ast.Pass(), span.node)]
        self._usual[1](module, source, path, config)


def pieces() -> Pieces | None:
    """Pieces for the pytest that is loaded; None where it does not rewrite as we know it."""
    rewrite: Any = sys.modules.get("_pytest.assertion.rewrite")
    known = all(hasattr(rewrite, name) for name in ("_rewrite_test", "rewrite_asserts", "get_cache_dir", "PYC_TAIL"))
    return Pieces(rewrite) if known else None


def _can_be_split(source: bytes, config: Any) -> bool:
    """Whether lines are what Python takes for lines, and a function's code says nothing of what stands elsewhere."""
    try:
        tells_lines = bool(config.getini("enable_assertion_pass_hook"))
    except (KeyError, ValueError):
        tells_lines = False  # a pytest that has no such setting
    coded = any(b"coding" in line for line in source.split(b"\n", 2)[:2])
    return not tells_lines and not coded and not any(word in source for word in WORDS)


def _spans_of(module: ast.Module, source: bytes) -> Iterator[Span]:
    """The functions of a module and of its classes that can be left out: what is around them is compiled as with them.

    Those with type parameters have another code around them.
    """
    lines = source.split(b"\n")
    imported = (node for node in module.body if isinstance(node, ast.ImportFrom) and node.module == "__future__")
    future = tuple(sorted(alias.name for node in imported for alias in node.names))
    scopes: list[tuple[Names, ast.Module | ast.ClassDef]] = [((), module)]
    for names, scope in scopes:
        for node in scope.body:
            if getattr(node, "type_params", None):
                continue
            if isinstance(node, ast.ClassDef):
                scopes.append(((*names, node.name), node))
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                own = (*names, node.name)
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                text = b"\n".join(lines[first - 1 : node.end_lineno])
                if not any(pattern.search(text) for pattern in _TELLING):
                    yield Span((own, first), (future, own, text), node)


def _pieces_of(code: CodeType, spans: list[Span]) -> dict[Text, CodeType]:
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


def _filled(code: CodeType, names: Names, pieces: dict[Place, CodeType], scopes: set[Names]) -> CodeType:
    """A code with pieces where bodies were left out."""
    constants = list(code.co_consts)
    for number, constant in enumerate(constants):
        if isinstance(constant, CodeType):
            own, first = (*names, constant.co_name), constant.co_firstlineno
            piece = pieces.get((own, first))
            if piece is not None:
                constants[number] = _moved(piece, first - piece.co_firstlineno, code.co_filename)
            elif own in scopes:
                constants[number] = _filled(constant, own, pieces, scopes)
    return code.replace(co_consts=tuple(constants))


def _scopes(places: dict[Place, Any]) -> set[Names]:
    """The module and the classes around some functions."""
    return {names[:length] for names, _ in places for length in range(len(names))}


def _moved(code: CodeType, lines: int, path: str) -> CodeType:
    """A code so many lines further down: all that it says of lines counts from its first one."""
    if not lines and code.co_filename == path:
        return code
    constants = tuple(_moved(each, lines, path) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_firstlineno=code.co_firstlineno + lines, co_filename=path, co_consts=constants)


def _read(path: str) -> dict[Text, CodeType] | None:
    """The pieces that are kept; None where there are none yet."""
    try:
        with open(path, "rb") as file:
            known = marshal.load(file)
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return known if isinstance(known, dict) else None


def _write(path: str, kept: dict[Text, CodeType]) -> None:
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
