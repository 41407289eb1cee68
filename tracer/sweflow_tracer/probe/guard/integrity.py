"""Integrity: what tests and their runner rest on is still what it was before the code under test was loaded."""

from __future__ import annotations

import builtins
import functools
import re
import sys
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .bodies import function_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Space = tuple[str, Callable[[str], Any], list[tuple[str, Any]]]  # its name, how to look there, what was there

PACKAGES = frozenset(
    {
        *("pytest", "_pytest", "pluggy", "unittest", "builtins", "sys", "posix", "os", "operator", "functools"),
        *("_frozen_importlib", "_frozen_importlib_external", "importlib", "signal", "_signal"),
        *("inspect", "json", "re", "math", "hmac", "hashlib", "contextlib", "collections", "copy", "types", "typing"),
    }
)
NEAREST = (
    "builtins",
    "unittest.case",
    "pytest",
    "_pytest.runner",
    "_pytest.python",
    "_pytest.python_api",
    "_pytest.approx",
    "_pytest.raises",
    "_pytest.reports",
)
"""Modules that are looked at after every test."""
LEFT = frozenset(
    {
        *("sys.settrace", "sys.gettrace", "sys.excepthook", "sys.unraisablehook", "sys.displayhook"),
        "_pytest.config.Config._getini_unknown_type",
    }
)
"""What pytest itself changes while it starts, and what tests change as a matter of course."""


PLAIN = frozenset({bool, int, float, str, bytes, tuple, type(None), property})
KEEPING = frozenset({"re", "sre_parse", "sre_compile", "fnmatch", "urllib", "glob", "ipaddress", "difflib", "string"})
"""Modules whose caches decide what a test sees."""
OF_ITSELF = (
    *("__annot", "__doc__", "__module__", "__dict__", "__weakref__", "__qualname__", "__firstlineno__", "__static"),
    *(
        "__orig_bases__",
        "__parameters__",
        "__abstract",
        "__init_subclass__",
        "__slots__",
        "__hash__",
        "__type_params__",
    ),
    *("_pytest", "__pytest", "_abc", "_xunit", "_class", "tearDown_exceptions", "__slotnames__"),
)
"""How names begin that Python, pytest and unittest give to a class."""
VAIN = frozenset({"__getattr__", "__bool__", "__len__", "__call__", "__instancecheck__", "__enter__", "__exit__"})
LEGACY = frozenset({"fspath", "startdir", "invocation_dir", "rootdir", "inifile"})
"""What pytest adds to its classes when it starts."""
CACHED = type(functools.lru_cache(maxsize=None)(len))


class Snapshot:
    """Functions and classes of the runner and of the modules that tests compare with, by name.

    ``own`` is the name of the probe's package. ``named`` are the names of its functions and modules by their id: they
    live as long as this does.
    """

    def __init__(self, own: str) -> None:
        self._own = own
        self._modules = {
            name: module
            for name, module in list(sys.modules.items())
            if isinstance(module, ModuleType) and name.partition(".")[0] in {*PACKAGES, own}
        }
        self._modules["builtins"] = builtins
        self._held = {name: list(_spaces(name, module)) for name, module in self._modules.items()}
        self._codes = {name: list(_codes(spaces)) for name, spaces in self._held.items()}
        self._members = {name: list(_members(name, module)) for name, module in self._modules.items()}
        self._caches = list(_caches())
        self._near = [name for name in NEAREST if name in self._modules]
        self.named = {id(module): name for name, module in self._modules.items()}
        self.named.update((id(function), name) for codes in self._codes.values() for function, _, name in codes)

    def changes(self, *, near: bool) -> list[str]:
        """Names that are something else now; with ``near`` among those that a test's verdict rests on directly.

        No function in Python is called for each name: the tracer would be told of all.
        """
        found: list[str] = []
        loaded = sys.modules
        for name in self._near if near else self._modules:
            for space, now, held in self._held[name]:
                for attribute, thing in held:
                    if now(attribute) is not thing:
                        found.append(space + "." + attribute)
            for function, code, full in self._codes[name]:
                if function.__code__ is not code:
                    found.append(full + "()")
            for space, owner, members, count, known in self._members[name]:
                if len(members) != count:
                    found += [space + "." + new for new in new_names(owner, set(members) - known)]
            if loaded.get(name) is not self._modules[name] and name.partition(".")[0] != self._own:
                found.append("sys.modules[%s]" % name)
        return sorted(found)[:20]

    def clear_caches(self) -> None:
        """Forget what the standard library keeps of earlier calls, since others may have put it there."""
        for clear in self._caches:
            clear()


def _caches() -> Iterator[Callable[[], Any]]:
    yield re.purge
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in KEEPING:
            for thing in list(vars(module).values()):
                if isinstance(thing, CACHED):
                    yield thing.cache_clear


def new_names(owner: Any, names: Iterable[str]) -> list[str]:
    """Of new names in a module or class those that change what old code does there.

    In a module they hide a builtin. In a class they hide what a base has, or what instances have (descriptors), or
    are looked for in vain else.
    """
    if isinstance(owner, ModuleType):
        return sorted(name for name in names if hasattr(builtins, name) and not name.startswith("__"))
    bases = owner.__mro__[1:]
    return sorted(
        name
        for name in names
        if not name.startswith(OF_ITSELF)
        and name not in LEGACY
        and (
            name in VAIN or hasattr(type(vars(owner).get(name)), "__set__") or any(name in vars(base) for base in bases)
        )
    )


def _members(name: str, module: ModuleType) -> Iterator[tuple[str, Any, Any, int, frozenset[str]]]:
    """The names that the module and each class of its own has."""
    if module is not builtins:
        yield name, module, vars(module), len(vars(module)), frozenset(vars(module))
    for attribute, kind in list(vars(module).items()):
        if isinstance(kind, type) and kind.__module__ == name:
            yield name + "." + attribute, kind, vars(kind), len(vars(kind)), frozenset(vars(kind))


def _codes(spaces: list[Space]) -> Iterator[tuple[FunctionType, CodeType, str]]:
    for space, _, held in spaces:
        for name, thing in held:
            function = function_of(thing)
            if isinstance(function, FunctionType):
                yield function, function.__code__, space + "." + name


def _spaces(name: str, module: ModuleType) -> Iterator[Space]:
    """The module and each class that is defined in it."""
    things = dict(vars(module))
    kinds = (FunctionType, BuiltinFunctionType, type)
    yield name, vars(module).get, _held(name, {key: thing for key, thing in things.items() if isinstance(thing, kinds)})
    for attribute, kind in things.items():
        if isinstance(kind, type) and kind.__module__ == name:
            full = name + "." + attribute
            members = vars(kind)
            yield (
                full,
                members.get,
                _held(full, {key: member for key, member in members.items() if _holds(key, member)}),
            )


def _holds(name: str, member: Any) -> bool:
    """Whether a member of a class is a function, or a plain value that says how its functions work."""
    plain = type(member) in PLAIN and not name.startswith("_")
    return plain or isinstance(function_of(member), FunctionType)


def _held(space: str, things: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, thing) for name, thing in things.items() if space + "." + name not in LEFT]
