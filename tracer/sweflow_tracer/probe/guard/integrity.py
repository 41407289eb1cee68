"""Integrity: what tests and their runner rest on is still what it was before the code under test was loaded."""

from __future__ import annotations

import builtins
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = frozenset(
    {
        *("pytest", "_pytest", "pluggy", "unittest", "builtins", "sys", "posix", "os", "operator", "functools"),
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
        *("_pytest.config.Config._getini_unknown_type", "_pytest.config.Config._getini_unknown_type()"),
    }
)
"""What pytest itself changes while it starts, and what tests change as a matter of course."""


class Snapshot:
    """Functions and classes of the runner and of the modules that tests compare with, by name.

    ``own`` is the name of the probe's package.
    """

    def __init__(self, own: str) -> None:
        self._own = own
        self._modules = {
            name: module
            for name, module in list(sys.modules.items())
            if isinstance(module, ModuleType) and name.partition(".")[0] in {*PACKAGES, own}
        }
        self._modules["builtins"] = builtins
        self._near = {name: self._modules[name] for name in NEAREST if name in self._modules}
        self._held = {name: dict(_things(name, module)) for name, module in self._modules.items()}

    def changes(self, *, near: bool) -> list[str]:
        """Names that are something else now; with ``near`` among those that a test's verdict rests on directly."""
        found: list[str] = []
        loaded = sys.modules
        for name, module in (self._near if near else self._modules).items():
            now = dict(_things(name, module))
            found += [thing for thing, held in self._held[name].items() if now.get(thing) is not held]
            if loaded.get(name) is not module and name.partition(".")[0] != self._own:
                found.append("sys.modules[%s]" % name)
        return sorted(found)[:20]


def _things(name: str, module: ModuleType) -> Iterator[tuple[str, Any]]:
    for attribute, thing in list(vars(module).items()):
        full = name + "." + attribute
        if isinstance(thing, FunctionType):
            if full not in LEFT:
                yield full, thing
                yield full + "()", thing.__code__
        elif isinstance(thing, (BuiltinFunctionType, type)):
            if full not in LEFT:
                yield full, thing
            if isinstance(thing, type) and thing.__module__ == name:
                yield from _members(full, thing)


def _members(name: str, kind: type) -> Iterator[tuple[str, Any]]:
    for attribute, member in list(vars(kind).items()):
        if name + "." + attribute in LEFT:
            continue
        function = getattr(member, "__func__", member)
        if isinstance(function, FunctionType):
            yield name + "." + attribute, member
            yield name + "." + attribute + "()", function.__code__
