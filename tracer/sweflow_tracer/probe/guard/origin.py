"""Origin: whether code is of the library, of the trusted tests, or of somebody else.

A file's name says nothing: ``compile`` takes any. Code is known where the file that it names holds it.
"""

from __future__ import annotations

import _imp
import marshal
import os
import site
import sys
import sysconfig
import time
import warnings
from importlib.util import cache_from_source
from types import BuiltinMethodType, FunctionType, MethodWrapperType, ModuleType
from typing import TYPE_CHECKING, Any

from .bodies import all_code, digest

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import CodeType

FROZEN = {"importlib._bootstrap": "_frozen_importlib", "importlib._bootstrap_external": "_frozen_importlib_external"}
"""Modules whose code is frozen under another name, before Python 3.11."""
HEAD = 16  # bytes of a compiled module before its code (PEP 552)


def library_folders() -> tuple[str, ...]:
    """Folders of the standard library and of installed packages, with a slash at their ends."""
    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [os.path.dirname(os.__file__), *getattr(site, "getsitepackages", list)()]
    return tuple({os.path.join(path, "") for name in found for path in (name, os.path.realpath(name))})


class Origin:
    """Tells code apart by where it comes from, below ``root`` by the ``trusted`` paths.

    ``digests`` are those of the trusted files' code; None: their names will do. ``rewrite`` gives the code of a file as
    pytest changes it.
    """

    def __init__(self, root: str, trusted: Container[str]) -> None:
        self.digests: set[str] | None = None
        self.rewrite: Any = None
        self._below = root + "/"
        self._trusted = trusted
        probe = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self._folders = (*library_folders(), os.path.join(probe, ""))
        self._started = time.time()
        self._known: dict[int, tuple[CodeType, bool]] = {}  # the code lives as long as its id is known
        self._files: dict[str, list[CodeType]] = {}

    def take(self, package: str) -> None:
        """Before any code under test: what is loaded of a package and of what runs tests needs no look at its file."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in {*OFTEN, package}:
                for thing in list(vars(module).values()):
                    self._take(thing, name)

    def _take(self, thing: Any, module: str) -> None:
        own = isinstance(thing, type) and thing.__module__ == module
        for member in vars(thing).values() if own else (thing,):
            function = getattr(member, "fget", getattr(member, "__func__", member))
            function = getattr(function, "__wrapped__", function)
            if isinstance(function, FunctionType) and function.__module__ == module:
                for code in all_code(function.__code__):
                    self._known[id(code)] = code, True

    def of_library(self, code: CodeType) -> bool:
        """Whether code is of the standard library, of an installed package or of the probe."""
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = code, self._is_held(code)
        return known[1]

    def module_is_library(self, module: ModuleType) -> bool:
        """Whether a module says that its file is the library's, or has none."""
        path = getattr(module, "__file__", None)
        return path is None or (isinstance(path, str) and path.startswith(self._folders))

    def foreign(self, code: CodeType) -> bool:
        """Whether code is neither of the library nor of the trusted tests."""
        name = code.co_filename
        if not name.startswith(self._below):
            return not self.of_library(code)
        if name[len(self._below) :] not in self._trusted:
            return True
        return self.digests is not None and name.endswith(".py") and digest(code) not in self.digests

    def thing_is_foreign(self, thing: Any, *, asked: bool) -> bool:
        """Whether calling a thing, or asking it as a finder, runs foreign code.

        ``asked`` is the answer for methods without code of Python, which put what they are given anywhere.
        """
        if isinstance(thing, (BuiltinMethodType, MethodWrapperType)):
            return asked and not isinstance(thing.__self__, (ModuleType, type(None)))
        for inner in (getattr(thing, "__func__", None), getattr(thing, "func", None)):
            if callable(inner) and inner is not thing and self.thing_is_foreign(inner, asked=asked):
                return True
        code = getattr(thing, "__code__", None)
        if code is not None:
            return self.foreign(code)
        kind = thing if isinstance(thing, type) else type(thing)
        found = (vars(base).get(name) for base in kind.__mro__ for name in ASKED)
        codes = (getattr(getattr(function, "__func__", function), "__code__", None) for function in found)
        return any(code is not None and self.foreign(code) for code in codes)

    def _is_held(self, code: CodeType) -> bool:
        wanted = digest(code)
        alike = (code.co_name, code.co_firstlineno)
        for held in self._codes_of(code.co_filename):
            if (held.co_name, held.co_firstlineno) == alike and digest(held) == wanted:
                return True
        return False

    def _codes_of(self, name: str) -> list[CodeType]:
        if name not in self._files:
            self._files[name] = [inner for code in self._read(name) for inner in all_code(code)]
        return self._files[name]

    def _read(self, name: str) -> Iterator[CodeType]:
        """The code that a file holds. One that was changed since the start is nobody's."""
        try:
            if name.startswith("<frozen "):
                yield _frozen(name[len("<frozen ") : -1])
            elif name.startswith(self._folders) and self._is_old(name):
                compiled = cache_from_source(name)
                if self._is_old(compiled):
                    with open(compiled, "rb") as file:
                        yield marshal.loads(file.read()[HEAD:])
                else:
                    with open(name, "rb") as file:
                        yield _compiled(file.read(), name)
                if self.rewrite is not None and "/_pytest/" not in name and "pytest" in name:
                    yield self.rewrite(name)  # plugins are rewritten, too
        except Exception:
            return  # a file that cannot be read holds nothing

    def _is_old(self, name: str) -> bool:
        """Whether a file is as it was at the start. Installers that link it elsewhere meanwhile change nothing."""
        try:
            found = os.stat(name)
        except (OSError, ValueError):
            return False
        linked = found.st_nlink > 1 or not os.access(name, os.W_OK)
        return found.st_mtime <= self._started and (linked or found.st_ctime <= self._started)


OFTEN = frozenset(
    {
        *("_pytest", "pluggy", "unittest", "_frozen_importlib", "_frozen_importlib_external", "runpy", "traceback"),
        *(
            "inspect",
            "logging",
            "linecache",
            "tokenize",
            "warnings",
            "threading",
            "contextlib",
            "collections",
            "typing",
        ),
    }
)
"""Packages that stand below every test, or that reach for frames."""
ASKED = ("__call__", "find_spec", "find_module", "find_loader", "invalidate_caches")
QUIET = ("ignore", None, Warning, None, 0)
"""A filter of warnings."""


def _compiled(text: bytes, name: str) -> CodeType:
    """The code of a file, where the project takes warnings for errors, too: an odd escape in a string warns.

    The filter goes first into the list itself: a candidate can replace the functions of ``warnings``.
    """
    filters = getattr(warnings, "filters", None)
    filters = filters if type(filters) is list else []
    filters.insert(0, QUIET)
    try:
        return compile(text, name, "exec", dont_inherit=True)
    finally:
        filters[:] = [one for one in filters if one is not QUIET]


def _frozen(name: str) -> Any:
    try:
        return _imp.get_frozen_object(name)
    except ImportError:
        return _imp.get_frozen_object(FROZEN[name])
