"""Values of the runtime dependency graph: what it says of functions, calls and tests."""

from dataclasses import dataclass
from enum import StrEnum

from sweflow_tracer import CodeRef

from sweflow_rdg.index.definitions import Kind, Trait


class Role(StrEnum):
    """What a function is to the project.

    ``CORE`` is the project's own code. ``TEST`` is the body of a test, ``SUPPORT`` any other function of a test file,
    ``MODULE`` the code of a file outside functions. ``ASIDE`` is what nobody would test: ``@overload`` stubs, whose
    bodies never run, and functions of benchmarks, examples and documentation that no test reaches.
    """

    CORE = "core"
    TEST = "test"
    SUPPORT = "support"
    MODULE = "module"
    ASIDE = "aside"


class ScaffoldSource(StrEnum):
    """Why a core function runs before any test does."""

    PROJECT_IMPORT = "project-import"
    TEST_IMPORT = "test-import"
    COLLECTION = "collection"


class TestReason(StrEnum):
    """Why a test has no place in a schedule: what the trace saw of it (V4)."""

    __test__ = False

    FAILING = "failing"
    SKIPPED = "skipped"
    XFAIL = "xfail"
    LOST = "lost"
    TIME_OUT = "time-out"
    FLAKY = "flaky"
    ORDER_DEPENDENT = "order-dependent"
    NOT_A_FUNCTION = "not-a-function"
    MIXED_FILE = "mixed-file"
    TRACER_DISPLACED = "tracer-displaced"
    NOT_COLLECTED = "not-collected"


class UnresolvedReason(StrEnum):
    """Why no node stands for a traced code object (G1)."""

    FILE_NOT_INDEXED = "file-not-indexed"
    LINE_BEYOND_THE_FILE = "line-beyond-the-file"
    NOT_IN_THE_SOURCE = "not-in-the-source"


@dataclass(frozen=True, slots=True)
class Node:
    """A function of the graph, or the code of a module outside functions (``kind`` is None).

    ``lines`` is its size, ``complexity`` McCabe's figure; ``scaffold`` is empty where it is not scaffold.
    """

    id: str
    path: str
    role: Role
    line: int
    lines: int
    scaffold: tuple[ScaffoldSource, ...] = ()
    kind: Kind | None = None
    traits: tuple[Trait, ...] = ()
    complexity: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """An observed call between nodes, by index; ``caller`` is -1 where only the test runner stood above."""

    caller: int
    callee: int
    foreign: bool = False
    collected: bool = False
    started: bool = False


@dataclass(frozen=True, slots=True)
class TestNode:
    """One test id. ``requirement`` holds indices of the core nodes that it reaches (scaffold included).

    ``calls`` is an index into the graph's ``call_sets``. ``body`` is the index of the node that it runs,
    None where it was made inside another function and cannot be masked by itself.
    ``rejected`` is None for a test with a stable pass; ``traced`` says whether the traced run has a record of it.
    """

    __test__ = False

    id: str
    function: str
    path: str
    body: int | None
    requirement: tuple[int, ...]
    calls: int
    rejected: TestReason | None
    detail: str
    traced: bool = True


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A traced code object that no function id stands for, and why (G1)."""

    code: CodeRef
    reason: UnresolvedReason
