"""Building the graph: the trace's code objects become functions, its edges become calls."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sweflow_tracer import Outcome, TestTrace, Trace

from sweflow_rdg.graph.resolve import Resolver
from sweflow_rdg.graph.roles import beside_the_project, test_paths
from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.index.classes import overrides
from sweflow_rdg.index.definitions import MODULE, Definition, Trait
from sweflow_rdg.index.modules import imported_files
from sweflow_rdg.index.source import SourceIndex
from sweflow_rdg.values import Call, Node, Role, ScaffoldSource, TestNode, TestReason, Unresolved

LOCALS = "<locals>"
_OUTCOMES = {
    Outcome.FAILED: TestReason.FAILING,
    Outcome.SKIPPED: TestReason.SKIPPED,
    Outcome.XFAILED: TestReason.XFAIL,
    Outcome.XPASSED: TestReason.XFAIL,
    Outcome.RERUN: TestReason.FLAKY,
    Outcome.LOST: TestReason.LOST,
    Outcome.NOT_RUN: TestReason.NOT_COLLECTED,
    Outcome.TIMED_OUT: TestReason.TIME_OUT,
}


def build_graph(trace: Trace, index: SourceIndex) -> RuntimeDependencyGraph:
    """The runtime dependency graph of a trace over the sources that it ran."""
    in_tests = test_paths(trace, frozenset(index.files))
    resolver = Resolver(index)
    bodies = [_body(resolver, test) for test in trace.tests]
    nodes = _nodes(index, in_tests, frozenset(body.id for body in bodies if body is not None and body.id is not None))
    place = {node.id: number for number, node in enumerate(nodes)}
    owner, unresolved = _owners(trace, resolver, place)
    calls = _Calls(trace, owner)
    tests = tuple(
        _test(test, body, nodes, in_tests, place, calls) for test, body in zip(trace.tests, bodies, strict=True)
    )
    nodes = _set_aside(_mark_scaffold(nodes, _scaffold(trace, nodes, in_tests, calls)), calls)
    return RuntimeDependencyGraph(
        nodes=nodes,
        calls=tuple(calls.calls),
        call_sets=tuple(calls.sets),
        tests=tests,
        unresolved=unresolved,
        unparsable=index.unparsable,
        uncollected=tuple((error.path, error.text) for error in trace.errors),
        overrides=tuple(
            sorted((place[method], place[base]) for method, bases in overrides(index).items() for base in bases)
        ),
        imports=tuple((path, other) for path, others in sorted(imported_files(index).items()) for other in others),
    )


@dataclass(frozen=True, slots=True)
class _Body:
    """What a test runs: a function, or code that was made inside another one (``id`` is None) in a file."""

    id: str | None
    path: str


def _body(resolver: Resolver, test: TestTrace) -> _Body | None:
    """The body of a test; None where it is no function of the project.

    A body that was made inside another function (a plain decorator, a data-driven suite) stands for the function of
    the test's own name, where the file has one.
    """
    if test.body is None:
        return None
    if LOCALS in test.body.name:
        path, _, name = test.function.partition("::")
        named = resolver.named(f"{path}::{name.replace('::', '.')}")
        return _Body(named, path) if named is not None else _Body(None, test.body.path)
    found = resolver.resolve(replace(test.body, name=test.body.name.rpartition(".")[2]))
    if isinstance(found, str) or found.definition is None:
        return None
    return _Body(found.id, found.definition.path)


def _nodes(index: SourceIndex, in_tests: frozenset[str], bodies: frozenset[str]) -> tuple[Node, ...]:
    """All nodes, sorted by id."""
    modules = [Node(f"{path}::{MODULE}", path, Role.MODULE, 1, file.line_count) for path, file in index.files.items()]
    functions = [
        _node(definition, in_tests=path in in_tests, is_body=definition.id in bodies)
        for path, file in index.files.items()
        for definition in file.definitions
    ]
    return tuple(sorted((*modules, *functions), key=lambda node: node.id))


def _node(definition: Definition, *, in_tests: bool, is_body: bool) -> Node:
    role = Role.CORE
    if in_tests:
        role = Role.TEST if is_body else Role.SUPPORT
    return Node(
        id=definition.id,
        path=definition.path,
        role=role,
        line=definition.line,
        lines=definition.lines,
        kind=definition.kind,
        traits=tuple(sorted(definition.traits)),
        complexity=definition.complexity,
    )


def _set_aside(nodes: tuple[Node, ...], calls: "_Calls") -> tuple[Node, ...]:
    """The nodes with those set aside that nobody called and nobody would test."""
    ran = {call.callee for call in calls.calls}
    return tuple(
        replace(node, role=Role.ASIDE)
        if node.role is Role.CORE
        and number not in ran
        and not node.scaffold
        and (Trait.OVERLOAD in node.traits or beside_the_project(node.path))
        else node
        for number, node in enumerate(nodes)
    )


def _owners(trace: Trace, resolver: Resolver, place: dict[str, int]) -> tuple[dict[int, int], tuple[Unresolved, ...]]:
    """The node of each code, by index, and what stands for nothing."""
    owner: dict[int, int] = {}
    unresolved = []
    for number, code in enumerate(trace.codes):
        found = resolver.resolve(code)
        if isinstance(found, str):
            unresolved.append(Unresolved(code, found))
        else:
            owner[number] = place[found.id]
    return owner, tuple(unresolved)


@dataclass(slots=True)
class _Calls:
    """The trace's edges as calls between nodes, and its edge sets as call sets."""

    calls: list[Call]
    sets: list[tuple[int, ...]]
    of_set: list[int]
    _known: dict[tuple[int, ...], int]

    def __init__(self, trace: Trace, owner: dict[int, int]) -> None:
        raw = [
            Call(owner.get(edge.caller, -1), owner[edge.callee], edge.foreign, edge.collected, edge.started)
            if edge.callee in owner
            else None
            for edge in trace.edges
        ]
        self.calls = sorted({call for call in raw if call is not None})
        place = {call: number for number, call in enumerate(self.calls)}
        mapped = [
            tuple(sorted({place[call] for edge in edges if (call := raw[edge]) is not None}))
            for edges in trace.edge_sets
        ]
        self.sets = sorted(set(mapped))
        set_place = {calls: number for number, calls in enumerate(self.sets)}
        self.of_set = [set_place[calls] for calls in mapped]
        self._known = set_place

    def in_set(self, edge_set: int) -> Iterable[Call]:
        """The calls of one of the trace's edge sets."""
        return (self.calls[number] for number in self.sets[self.of_set[edge_set]])

    def union(self, edge_sets: Iterable[int]) -> int:
        """The number of the set that holds the calls of several of the trace's edge sets."""
        united = tuple(sorted({n for edge_set in edge_sets for n in self.sets[self.of_set[edge_set]]}))
        if united not in self._known:
            self._known[united] = len(self.sets)
            self.sets.append(united)
        return self._known[united]


def _test(
    test: TestTrace,
    body: _Body | None,
    nodes: tuple[Node, ...],
    in_tests: frozenset[str],
    place: dict[str, int],
    calls: _Calls,
) -> TestNode:
    reached = {
        call.callee
        for phase in (test.setup, test.call, test.teardown)
        for call in calls.in_set(phase)
        if not call.collected and nodes[call.callee].role is Role.CORE
    }
    rejected = _rejection(test, body, in_tests)
    return TestNode(
        id=test.id,
        function=test.id if body is not None and body.id is None else test.function,
        path=test.path,
        body=place[body.id] if body is not None and body.id is not None else None,
        requirement=tuple(sorted(reached)),
        calls=calls.union((test.setup, test.call, test.teardown)),
        rejected=rejected,
        detail=_detail(test, rejected),
        traced=test.outcome is not Outcome.NOT_RUN,
    )


def _rejection(test: TestTrace, body: _Body | None, in_tests: frozenset[str]) -> TestReason | None:
    """Why a test has no stable pass or no body that can be masked; None where all is well."""
    if test.outcome is not Outcome.PASSED:
        disturbed = test.displaced and test.outcome in (Outcome.FAILED, Outcome.LOST)
        return TestReason.TRACER_DISPLACED if disturbed else _OUTCOMES[test.outcome]
    if body is None:
        return TestReason.NOT_A_FUNCTION
    if body.path not in in_tests:
        return TestReason.MIXED_FILE
    if test.displaced:
        return TestReason.TRACER_DISPLACED
    if any(outcome is not Outcome.PASSED for outcome in test.repeats):
        return TestReason.FLAKY
    return _instability(test.reruns)


def _instability(reruns: tuple[Outcome, ...]) -> TestReason | None:
    """What the plain runs say: the first is in the suite's order, the others are shuffled."""
    bad = [outcome for outcome in reruns if outcome is not Outcome.PASSED]
    if not bad:
        return None
    if bad[0] in (Outcome.NOT_RUN, Outcome.TIMED_OUT):
        return _OUTCOMES[bad[0]]
    return TestReason.FLAKY if reruns[0] is not Outcome.PASSED else TestReason.ORDER_DEPENDENT


def _detail(test: TestTrace, rejected: TestReason | None) -> str:
    if rejected in (TestReason.FLAKY, TestReason.ORDER_DEPENDENT):
        return "outcomes of the runs: " + ", ".join((test.outcome, *test.repeats, *test.reruns))
    if rejected is TestReason.TRACER_DISPLACED and test.outcome is not Outcome.PASSED:
        return f"passes without the tracer; with it: {test.detail}"
    return test.detail if rejected is not None else ""


def _scaffold(
    trace: Trace, nodes: tuple[Node, ...], in_tests: frozenset[str], calls: _Calls
) -> dict[int, set[ScaffoldSource]]:
    """Core nodes that ran at import or collection, with the sources from which each was reached."""
    test_side = in_tests.union(test.path for test in trace.tests)
    edges = [
        *calls.in_set(trace.imports),
        *calls.in_set(trace.collection),
        *(call for imports in {test.imports for test in trace.tests} for call in calls.in_set(imports)),
    ]
    callees: dict[int, set[int]] = {}
    work: list[tuple[int, ScaffoldSource]] = []
    for call in edges:
        callees.setdefault(call.caller, set()).add(call.callee)
    for caller, called in callees.items():
        if caller == -1 or nodes[caller].role is not Role.CORE:
            source = _source(nodes, test_side, caller)
            work.extend((callee, source) for callee in called)
    found: dict[int, set[ScaffoldSource]] = {}
    while work:
        node, source = work.pop()
        if source in found.setdefault(node, set()):
            continue
        found[node].add(source)
        if nodes[node].role is not Role.MODULE:
            work.extend((callee, source) for callee in callees.get(node, ()))
    for call in edges:  # reached only from code whose own caller is not known
        found.setdefault(call.callee, {ScaffoldSource.COLLECTION})
    return found


def _source(nodes: tuple[Node, ...], test_side: frozenset[str], caller: int) -> ScaffoldSource:
    if caller == -1 or nodes[caller].role is not Role.MODULE:
        return ScaffoldSource.COLLECTION
    return ScaffoldSource.TEST_IMPORT if nodes[caller].path in test_side else ScaffoldSource.PROJECT_IMPORT


def _mark_scaffold(nodes: tuple[Node, ...], found: dict[int, set[ScaffoldSource]]) -> tuple[Node, ...]:
    return tuple(
        replace(node, scaffold=tuple(sorted(found[number]))) if number in found and node.role is Role.CORE else node
        for number, node in enumerate(nodes)
    )
