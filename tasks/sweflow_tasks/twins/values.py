"""Values of twins: changes to test functions that a right solution fails."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sweflow_tasks.masking.mask import Edit


class TwinKind(StrEnum):
    """What a twin changes.

    An expectation, an awaited exception and a comparison contradict the test itself: no code passes both. A changed
    input does so only for the reference, and so stands in where there is nothing else.
    """

    EXPECTATION = "expectation"
    EXCEPTION = "exception"
    COMPARISON = "comparison"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Change:
    """A function with something changed. ``edits`` count in bytes of its text, decorators included."""

    kind: TwinKind
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """A change that the reference was seen to fail; ``fails`` are the ids that do."""

    kind: TwinKind
    edits: tuple[Edit, ...]
    fails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestFunction:
    """A test function and its twins.

    It is the function ``name`` (qualified) of ``path``, whose text has the ``digest``; all three are empty where its
    text cannot be found. ``ids`` are its tests; ``names`` gives those under which they are run where these are others,
    which say nothing of parameters. ``tried`` is how many changes were run. ``disguised``: its text may be rewritten.
    ``apart`` are tests that do not bear to run after others that failed, ``untouched`` those that pass only where no
    test's text is rewritten. ``reads`` are files of the project, no Python, that the tests of its file read as data.
    """

    __test__ = False

    path: str
    name: str
    digest: str
    ids: tuple[str, ...]
    names: Mapping[str, str] = field(hash=False)
    twins: tuple[Twin, ...] = ()
    tried: int = 0
    disguised: bool = False
    apart: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TwinTable:
    """The twins of a dataset. ``opaque``: tests run under names that say nothing of their parameters."""

    functions: tuple[TestFunction, ...]
    opaque: bool

    def with_twins(self) -> frozenset[str]:
        """The tests that have one."""
        return frozenset(test for each in self.functions for twin in each.twins for test in twin.fails)

    def reads_of(self, tests: Collection[str]) -> frozenset[str]:
        """Files that these tests read as data."""
        wanted = frozenset(tests)
        return frozenset(path for each in self.functions if not wanted.isdisjoint(each.ids) for path in each.reads)
