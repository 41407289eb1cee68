"""Values that this room hands on: the runtime dependency graph and what it says of functions and tests."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sweflow_tracer import CodeRef
from sweflow_tracer.displayable import Shown

from sweflow_rdg.index.definitions import Kind, Trait

if TYPE_CHECKING:
    import networkx as nx


class Role(StrEnum):
    """What a function is to the project (design.md, "Terms").

    ``ASIDE`` is what nobody would test: ``@overload`` stubs, whose bodies never run, and functions of benchmarks,
    examples and documentation that no test reaches.
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


class Reason(StrEnum):
    """The closed list of reasons for which a test, function or step is in no task (V4)."""

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
    COLLECTION_ERROR = "collection-error"
    PASSES_ON_SKELETON = "passes-on-skeleton"
    SWALLOWED = "swallowed"
    UNRELATED_FAILURE = "unrelated-failure"
    FAILS_ON_SKELETON = "fails-on-skeleton"
    FAILS_ON_REFERENCE = "fails-on-reference"
    UNTRACED_SUBPROCESS = "untraced-subprocess"
    NOT_COLLECTED = "not-collected"
    NO_F2P = "no-fail-to-pass"
    STEP_REJECTED = "step-rejected"
    UNPARSABLE_FILE = "unparsable-file"
    INVALID_PATH = "invalid-path"
    TOO_LARGE = "too-large"
    PATCH_DOES_NOT_APPLY = "patch-does-not-apply"
    MERGED = "merged"
    LEAK = "leak"
    NOTHING_TO_DEVELOP = "nothing-to-develop"
    WEAK_TESTS = "weak-tests"
    UNNOTICED_FUNCTION = "unnoticed-function"


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
    rejected: Reason | None
    detail: str
    traced: bool = True


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A traced code object that no function id stands for, and why (G1)."""

    code: CodeRef
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class RuntimeDependencyGraph(Shown):
    """Functions as nodes, observed calls as edges, with the tests that saw each.

    Fields point at one another by place; ``node``, ``requirement``, ``callees``, ``callers``, ``to_networkx`` and
    ``sweflow.questions`` answer by id.
    ``unparsable`` and ``uncollected`` are files that could not be parsed, or collected by pytest, with the reason.
    Static facts of the source index stand beside: ``overrides`` are pairs of nodes, a method and one that it overrides;
    ``imports`` pairs of paths, a file and one that it imports (G3).
    """

    nodes: tuple[Node, ...]
    calls: tuple[Call, ...]
    call_sets: tuple[tuple[int, ...], ...]
    tests: tuple[TestNode, ...]
    unresolved: tuple[Unresolved, ...]
    unparsable: tuple[tuple[str, str], ...]
    uncollected: tuple[tuple[str, str], ...] = ()
    overrides: tuple[tuple[int, int], ...] = ()
    imports: tuple[tuple[str, str], ...] = ()

    @property
    def reached(self) -> frozenset[int]:
        """Core nodes that an accepted test requires."""
        return frozenset().union(*(test.requirement for test in self.tests if test.rejected is None))

    def developable(self) -> frozenset[int]:
        """Reached core nodes outside the scaffold: those that get masked and developed."""
        return frozenset(node for node in self.reached if not self.nodes[node].scaffold)

    def node(self, function: str) -> Node:
        """The node of a function. Raises KeyError where there is none."""
        return self.nodes[self._places()[function]]

    def requirement(self, test: str) -> tuple[str, ...]:
        """The core functions that a test requires, scaffold included. Raises KeyError where there is no such test."""
        found = next((node for node in self.tests if node.id == test), None)
        if found is None:
            raise KeyError(test)
        return tuple(self.nodes[number].id for number in found.requirement)

    def callees(self, function: str) -> tuple[str, ...]:
        """What a function was seen to call. Raises KeyError where there is no such function."""
        place = self._places()[function]
        return tuple(sorted({self.nodes[call.callee].id for call in self.calls if call.caller == place}))

    def callers(self, function: str) -> tuple[str, ...]:
        """What was seen to call a function, besides the test runner. Raises KeyError where there is none."""
        place = self._places()[function]
        found = {call.caller for call in self.calls if call.callee == place and call.caller >= 0}
        return tuple(sorted(self.nodes[caller].id for caller in found))

    def _places(self) -> dict[str, int]:
        return {node.id: place for place, node in enumerate(self.nodes)}

    def to_networkx(self) -> "nx.DiGraph[str]":
        """The same as a graph of networkx, for people who want to go on by themselves; a new one at each call.

        Nodes are ids with the fields of ``Node``; edges are pairs of functions with ``tests``, the number of tests
        that saw the call, and ``foreign``, ``collected`` and ``started``. Attributes are numbers and texts, so that
        every format of networkx can be written. The graph has ``tests``: as JSON, the functions that each accepted test
        requires.

        >>> import networkx as nx
        >>> nx.betweenness_centrality(graph.to_networkx())  # doctest: +SKIP
        """
        from sweflow_rdg.graph.network import network_of  # noqa: PLC0415  # it is made of these values

        return network_of(self)
