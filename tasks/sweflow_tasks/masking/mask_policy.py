"""Masked forms: which functions can be taken out until their step, because nothing before it names them (C2).

The form is decided once for all trees before the function's step. When in doubt it is a stub.
"""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass

from sweflow_rdg import Definition, Kind, NameIndex, Part, Region, SourceIndex, Trait
from sweflow_rdg.index.classes import Classes
from sweflow_scheduler import Schedule

NEVER = 1 << 30
"""The step of what comes back in the closing state only."""
_QUIET = frozenset(
    {"staticmethod", "classmethod", "lru_cache", "cache", "contextmanager", "asynccontextmanager", "wraps"}
)
"""Decorators that register nothing."""
_OPEN = frozenset({"object", "Generic", "Protocol", "ABC"})
"""Bases outside the project that have no methods to override, or only special ones."""
_BY_NAME = frozenset({Trait.ABSTRACT, Trait.SPECIAL, Trait.HOOK, Trait.OVERLOAD})


@dataclass(frozen=True, slots=True)
class Returns:
    """The step at which each masked function returns, by id: core functions, and test functions.

    ``absent`` are files that no tree of the chain holds.
    """

    code: Mapping[str, int]
    tests: Mapping[str, int]
    absent: frozenset[str] = frozenset()

    def shows(self, region: Region) -> int:
        """The first step whose skeleton, with that step's tests beside it, shows a region."""
        if region.id.partition("::")[0] in self.absent:
            return NEVER
        if region.part is Part.LEVEL:
            return 0
        if region.id in self.tests:
            return self.tests[region.id]
        return self.code.get(region.id, -1) + 1 if region.part is Part.BODY else 0


def removable(index: SourceIndex, schedule: Schedule, returns: Returns) -> frozenset[str]:
    """The functions of a schedule whose masked form is removal; all others are stubs."""
    names, definitions, classes = NameIndex(index), index.definitions(), Classes(index)
    above = classes.overrides()
    tied = {*above, *(other for others in above.values() for other in others)}
    shared = _shared(definitions)

    def stays(function: str) -> bool:
        d = definitions[function]
        return (
            d.kind is Kind.PROPERTY
            or not _BY_NAME.isdisjoint(d.traits)
            or not _QUIET.issuperset(map(_last, d.decorators))
            or function in tied
            or (d.kind is not Kind.FUNCTION and (d.name in shared or _may_override(d, classes)))
            or f"{d.path}::{d.qualname}@2" in definitions
            or any(returns.shows(region) <= returns.code[function] for region in names.regions(d.name))
        )

    return frozenset(f for step in schedule.steps for f in step.dependents if not stays(f))


def _shared(definitions: Mapping[str, Definition]) -> frozenset[str]:
    """Names that methods of several classes have: one may stand in for another where a third class inherits both."""
    seen: dict[str, set[str]] = {}
    for d in definitions.values():
        if d.kind is not Kind.FUNCTION:
            seen.setdefault(d.name, set()).add(f"{d.path}::{d.qualname}")
    return frozenset(name for name, holders in seen.items() if len(holders) > 1)


def _may_override(definition: Definition, classes: Classes) -> bool:
    """Whether a class outside the project, above the method's own, may have a method of its name."""
    own = f"{definition.path}::{definition.qualname.rpartition('.')[0]}"
    if own not in classes.by_id:
        return True
    for name in (own, *classes.ancestors(own)):
        found = classes.by_id[name]
        inside = {base.rpartition("::")[2].rpartition(".")[2] for base in classes.bases(name)}
        outside = {_last(base) for base in found.bases} - inside - _OPEN
        if any(_has(base, definition.name) for base in outside):
            return True
    return False


def _has(base: str, method: str) -> bool:
    """Whether a base may have a method: of a built-in one we can tell."""
    known = getattr(builtins, base, None)
    return hasattr(known, method) if isinstance(known, type) else True


def _last(name: str) -> str:
    return name.partition("(")[0].rpartition(".")[2]
