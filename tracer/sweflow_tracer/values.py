"""Values that the tracer hands on: what each test called, and what ran before any test did."""

from dataclasses import dataclass
from enum import StrEnum

from sweflow_tracer.displayable import Short


class Outcome(StrEnum):
    """How one test ended. Only ``PASSED`` is a pass (V2)."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    RERUN = "rerun"
    LOST = "lost"
    TIMED_OUT = "timed-out"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True, order=True)
class CodeRef:
    """A code object: file below the root (POSIX), its name, its first line (decorators included)."""

    path: str
    name: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """An observed call. ``caller`` and ``callee`` are indices into ``Trace.codes``.

    ``caller`` is -1 where no project code was on the stack. ``foreign``: the call passed through frames that
    are not the project's. ``collected``: the garbage collector made it. ``started``: the caller started the thread
    or process that ``callee`` ran in (T1).
    """

    caller: int
    callee: int
    foreign: bool = False
    collected: bool = False
    started: bool = False

    @property
    def flags(self) -> int:
        """1 for foreign, 2 for collected, 4 for started."""
        return self.foreign + 2 * self.collected + 4 * self.started

    @classmethod
    def of(cls, caller: int, callee: int, flags: int) -> "Edge":
        """An edge from its flags as one number."""
        return cls(caller, callee, bool(flags & 1), bool(flags & 2), bool(flags & 4))


@dataclass(frozen=True, slots=True)
class TestTrace:
    """One test id: what it is, how it ended, and its edges by phase.

    ``body`` is None where the item is no Python function. The four phases are indices into
    ``Trace.edge_sets``. ``reruns`` holds the outcomes of the plain runs that follow the traced one, ``repeats`` those
    of further traced runs, whose edges are in the four sets, too. ``varying`` are indices into ``Trace.codes`` of
    what only some of the traced runs called. ``displaced``: the test put a tracer of its own in ours' place, so
    that calls may be missing, or failed with ours and passed without it.
    """

    __test__ = False

    id: str
    function: str
    kind: str
    path: str
    body: CodeRef | None
    outcome: Outcome
    detail: str
    duration: float
    imports: int
    setup: int
    call: int
    teardown: int
    reruns: tuple[Outcome, ...]
    repeats: tuple[Outcome, ...] = ()
    varying: tuple[int, ...] = ()
    displaced: bool = False


@dataclass(frozen=True, slots=True)
class CollectionError:
    """A file or class that pytest could not collect, and the last line of its report."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Trace(Short):
    """The trace of a suite. Codes and edges are interned; equal edge sets are stored once.

    ``imports`` and ``collection`` are the edge sets seen before the first test: while modules were executed,
    and otherwise. ``modules`` are the project's files that were loaded as modules, lazily or not.
    """

    python: str
    engine: str
    isolation: str
    codes: tuple[CodeRef, ...]
    edges: tuple[Edge, ...]
    edge_sets: tuple[tuple[int, ...], ...]
    imports: int
    collection: int
    tests: tuple[TestTrace, ...]
    errors: tuple[CollectionError, ...]
    modules: tuple[str, ...]
