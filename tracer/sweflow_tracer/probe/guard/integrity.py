"""Integrity: what tests and their runner rest on is still what it was before the code under test was loaded."""

from __future__ import annotations

import builtins
import sys
from importlib import import_module
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def load_runner() -> None:
    """Load what pytest loads of its own when it starts, so that a snapshot holds it."""
    from _pytest.config import default_plugins

    for name in default_plugins:
        import_module("_pytest." + name)


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
            if loaded.get(name) is not self._modules[name] and name.partition(".")[0] != self._own:
                found.append("sys.modules[%s]" % name)
        return sorted(found)[:20]


def _codes(spaces: list[Space]) -> Iterator[tuple[FunctionType, CodeType, str]]:
    for space, _, held in spaces:
        for name, thing in held:
            function = getattr(thing, "__func__", thing)
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
            functions = {key: m for key, m in members.items() if isinstance(getattr(m, "__func__", m), FunctionType)}
            yield full, members.get, _held(full, functions)


def _held(space: str, things: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, thing) for name, thing in things.items() if space + "." + name not in LEFT]
