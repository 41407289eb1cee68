"""Trusted modules: what they hold is what their files say, and stays what it is from test to test."""

from __future__ import annotations

import builtins
import os
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .bodies import all_code, body_of, digest, function_of
from .integrity import new_names
from .sources import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import CodeType

    from .sources import Scope

    Thing = tuple[Callable[..., Any], str, Any, str, "Facts | None"]  # how to look, where, what was there, its label
    Facts = tuple[FunctionType, CodeType, Any, Any]  # a function, its code, defaults and those by keyword

BUILTINS = frozenset(vars(builtins))
REWRITTEN = (("@py_builtins", "builtins"), ("@pytest_ar", "_pytest.assertion.rewrite"))
"""Names of a module whose assertions were rewritten, and the modules that they are."""
MISSING: Any = object()


class TrustedModules:
    """What the modules of trusted files hold once all tests are collected.

    ``scopes`` is what the files say, by whole path; ``digests`` are of their code.
    """

    def __init__(
        self, scopes: Mapping[str, Scope], digests: set[str], of_library: Callable[[ModuleType], bool]
    ) -> None:
        self._scopes = scopes
        self._digests = digests
        self._of_library = of_library
        self._held: dict[int, Held] = {}
        self._bodies: dict[int, CodeType] = {}

    def take(self, items: Iterable[Any]) -> list[str]:
        """Hold what is loaded, for these tests; names of what is not as the files say."""
        wrong: list[str] = []
        items = list(items)
        for module in [*list(sys.modules.values()), *(getattr(item, "module", None) for item in items)]:
            path = getattr(module, "__file__", None)
            scope = self._scopes.get(path) if isinstance(path, str) else None
            if scope is not None and isinstance(module, ModuleType) and id(module) not in self._held:
                held = self._held[id(module)] = Held(module, os.path.basename(str(path)))
                wrong += held.compare(scope, self._digests, self._of_library)
        self._bodies = {id(item): code for item in items for code in [body_of(item)] if code is not None}
        bodies = frozenset(map(id, self._bodies.values()))
        for held in self._held.values():
            held.set_apart(bodies)
        return wrong

    def changes(self, item: Any, *, whole: bool) -> list[str]:
        """Names that are something else now, of what a test of a module rests on, or with ``whole`` of all."""
        if whole:
            return [name for held in self._held.values() for name in held.changes()]
        own = self._held.get(id(getattr(item, "module", None)))
        return own.changes(self._bodies.get(id(item))) if own is not None else []


class Held:
    """What one module held."""

    def __init__(self, module: ModuleType, label: str) -> None:
        self._module = module
        self._label = label
        self._things: list[Thing] = []
        self._tests: dict[int, list[Thing]] = {}  # by the id of a code that this holds
        self._by_name: dict[str, list[Thing]] = {}
        self._rests: dict[int, list[Thing]] = {}
        self._literals: list[tuple[Callable[..., Any], str, bytes, str]] = []
        self._classes: list[tuple[type, Any, int, frozenset[str], frozenset[str], str]] = []
        self._shadows: frozenset[str] = frozenset()

    def compare(self, scope: Scope, digests: set[str], of_library: Callable[[ModuleType], bool]) -> list[str]:
        """Hold what a scope speaks of; names that are not what it says."""
        space = vars(self._module)
        wrong = self._compare(scope, self._module, digests, self._label + " ")
        for name, (module, attribute) in scope.imports.items():
            there = sys.modules.get(module)
            if there is not None and of_library(there):
                inner = vars(there).get(attribute, MISSING) if attribute else there
                if inner is not MISSING and space.get(name, inner) is not inner:
                    wrong.append(name)
        for name, module in REWRITTEN:
            if name in space and space[name] is not sys.modules.get(module):
                wrong.append(name)
            self._things.append((space.get, name, space.get(name), "%s %s" % (self._label, name), None))
        if "*" not in scope.names:
            shadows = BUILTINS - scope.names - scope.loose
            self._shadows = frozenset(name for name in shadows if not name.startswith("__"))
            wrong += self._shadows.intersection(space)
        return ["%s %s" % (self._label, name) for name in wrong]

    def _compare(self, scope: Scope, owner: Any, digests: set[str], prefix: str) -> list[str]:
        """The same for a module or class; what a metaclass makes of its literals is its own."""
        space: Any = vars(owner)
        wrong: list[str] = []
        for name in scope.once:
            thing = space.get(name, MISSING)
            if thing is MISSING:
                continue  # its branch was not taken
            function = function_of(thing)
            facts = None
            if type(function) is FunctionType:
                facts = function, function.__code__, function.__defaults__, function.__kwdefaults__
            self._things.append((space.get, name, thing, prefix + name, facts))
            if name in scope.functions and not (
                type(function) is FunctionType and digest(function.__code__) in digests
            ):
                wrong.append(name)
            if name in scope.literals and type(owner) in (ModuleType, type):
                if flat(thing) != scope.literals[name]:
                    wrong.append(name)
                if isinstance(thing, (list, dict, tuple)):
                    self._literals.append((space.get, name, scope.literals[name], prefix + name))
            if name in scope.classes:
                wrong += self._compare_class(name, thing, *scope.classes[name], digests, prefix)
        return wrong

    def _compare_class(
        self, name: str, kind: Any, bases: list[str | None], scope: Scope, digests: set[str], prefix: str
    ) -> list[str]:
        if not isinstance(kind, type):
            return [name]
        members = vars(kind)
        wrong = self._compare(scope, kind, digests, "%s%s." % (prefix, name))
        if "__orig_bases__" not in members and len(bases) == len(kind.__bases__):
            wrong += [
                name for base, there in zip(bases, kind.__bases__) if base and self._find(base, there) is not there
            ]
        makers = [base for base in kind.__mro__[:-1] if "__init_subclass__" in vars(base)]
        plain = type(kind) is type and all(base.__module__ == "unittest.case" for base in makers)
        if plain and not issubclass(kind, (tuple, dict)):
            wrong += new_names(kind, set(members) - scope.names - scope.loose)
        known = frozenset(members)
        self._classes.append((kind, kind.__bases__, len(members), known, scope.loose, prefix + name))
        return [name if found == name else "%s.%s" % (name, found) for found in wrong]

    def _find(self, dotted: str, default: Any) -> Any:
        first, _, rest = dotted.partition(".")
        thing = vars(self._module).get(first, getattr(builtins, first, default))
        for name in rest.split(".") if rest else ():
            thing = getattr(thing, name, default)
        return thing

    def set_apart(self, ids: frozenset[int]) -> None:
        """Tests, by the ids of their codes, that nothing but tests may name: no other test's verdict rests on them."""
        named: set[str] = set()
        for *_, facts in self._things:
            if facts is not None and id(facts[1]) not in ids:
                named.update(_names_in(facts[1]))
        things, self._things = self._things, []
        for thing in things:
            _, name, _, _, facts = thing
            if facts is None or id(facts[1]) not in ids or name in named:
                self._things.append(thing)
            else:
                self._tests.setdefault(id(facts[1]), []).append(thing)
                self._by_name.setdefault(name, []).append(thing)

    def _rests_on(self, body: CodeType) -> list[Thing]:
        """Of what is apart that which a test's verdict rests on: itself, and what it names."""
        found = self._rests.get(id(body))
        if found is None:
            found = self._rests[id(body)] = list(self._tests.get(id(body), ()))
            known = set(map(id, found))
            codes = [body]
            while codes:
                for name in _names_in(codes.pop()):
                    new = [thing for thing in self._by_name.get(name, ()) if id(thing) not in known]
                    known.update(map(id, new))
                    codes += [thing[4][1] for thing in new if thing[4] is not None]
                    found += new
        return found

    def changes(self, body: CodeType | None = None) -> list[str]:
        """Names that are something else now, of what a test rests on that had this body; without one, of all.

        No function in Python is called for each: the tracer would be told.
        """
        apart = self._tests.values() if body is None else [self._rests_on(body)]
        found: list[str] = []
        for things in (self._things, *apart):
            for get, name, thing, label, facts in things:
                if get(name, thing) is not thing:
                    found.append(label)
                if facts is not None:
                    function, code, defaults, named = facts
                    if (
                        function.__code__ is not code
                        or function.__defaults__ is not defaults
                        or function.__kwdefaults__ is not named
                    ):
                        found.append(label + "()")
        for get, name, text, label in self._literals:
            if flat(get(name)) != text:
                found.append(label)
        for kind, bases, count, known, loose, label in self._classes:
            if kind.__bases__ != bases:
                found.append(label)
            if len(vars(kind)) != count:
                found += ["%s.%s" % (label, name) for name in new_names(kind, set(vars(kind)) - known - loose)]
        if not self._shadows.isdisjoint(vars(self._module)):
            found += ["%s %s" % (self._label, name) for name in self._shadows.intersection(vars(self._module))]
        return found


def _names_in(code: CodeType) -> frozenset[str]:
    """What a code, or one inside it, may mean by a name or as an attribute."""
    return frozenset(name for inner in all_code(code) for name in inner.co_names)
