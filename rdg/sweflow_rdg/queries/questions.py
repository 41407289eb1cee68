"""Questions that people ask of a graph. Each is a function from the graph to plain rows."""

from collections import Counter
from dataclasses import dataclass

from sweflow_rdg.errors import UnknownFile
from sweflow_rdg.graph.links import Links, find_function
from sweflow_rdg.graph.order import order_of
from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.values import Node, Role


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """A core function. ``fan_in`` and ``fan_out`` count functions that call it and that it calls, of any role.

    ``tests`` counts test ids that run it, ``depth`` components on the longest chain of calls below it, itself
    included. ``state`` is ``reached`` (a stable test requires it), ``scaffold`` or ``unreached``.
    """

    function: str
    kind: str
    lines: int
    complexity: int
    fan_in: int
    fan_out: int
    tests: int
    depth: int
    state: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call. ``tests`` counts test ids that saw it; ``how`` names its flags."""

    caller: str
    callee: str
    tests: int
    how: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """A test function: its ids, those with a stable pass, and the size of what these require (scaffold left out)."""

    __test__ = False

    test: str
    ids: int
    stable: int
    functions: int
    lines: int
    rejected: str


@dataclass(frozen=True, slots=True)
class CycleRow:
    """Core functions that call each other, in one or more steps; a function that calls itself is one too."""

    functions: tuple[str, ...]
    lines: int
    tests: int


@dataclass(frozen=True, slots=True)
class DepthRow:
    """Core functions of one depth."""

    depth: int
    count: int
    lines: int
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A core function that is called from outside the core: by tests, their helpers, module code or the runner."""

    function: str
    callers: tuple[str, ...]
    tests: int


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """All that the graph knows of one function. ``tests`` are test ids."""

    function: str
    role: str
    kind: str
    traits: tuple[str, ...]
    place: str
    lines: int
    complexity: int
    state: str
    scaffold: tuple[str, ...]
    callers: tuple[str, ...]
    callees: tuple[str, ...]
    overrides: tuple[str, ...]
    overridden_by: tuple[str, ...]
    tests: tuple[str, ...]


def functions(graph: RuntimeDependencyGraph) -> tuple[FunctionRow, ...]:
    """Every core function, by id."""
    links = Links(graph)
    core = [number for number, node in enumerate(graph.nodes) if node.role is Role.CORE]
    depth = order_of(core, sorted(links.core_calls())).depth
    reached = graph.reached
    return tuple(
        FunctionRow(
            function=graph.nodes[number].id,
            kind=_kind(graph.nodes[number]),
            lines=graph.nodes[number].lines,
            complexity=graph.nodes[number].complexity,
            fan_in=len(links.callers.get(number, ())),
            fan_out=len(links.callees.get(number, ())),
            tests=len(links.tests.get(number, ())),
            depth=depth[number],
            state=_state(graph.nodes[number], number, reached),
        )
        for number in core
    )


def edges(graph: RuntimeDependencyGraph) -> tuple[CallRow, ...]:
    """Every call, with the number of tests that saw it. ``-`` stands for the test runner."""
    seen = Links(graph).seen
    names = [*(node.id for node in graph.nodes), "-"]
    return tuple(
        CallRow(names[call.caller], names[call.callee], tests, _flags(call.foreign, call.collected, call.started))
        for call, tests in zip(graph.calls, seen, strict=True)
    )


def tests(graph: RuntimeDependencyGraph) -> tuple[TestRow, ...]:
    """Every test function, in the order of collection."""
    developable = graph.developable()
    ids: Counter[str] = Counter()
    stable: Counter[str] = Counter()
    required: dict[str, set[int]] = {}
    reasons: dict[str, list[str]] = {}
    for test in graph.tests:
        ids[test.function] += 1
        required.setdefault(test.function, set())
        if test.rejected is None:
            stable[test.function] += 1
            required[test.function] |= developable.intersection(test.requirement)
        else:
            reasons.setdefault(test.function, []).append(test.rejected.value)
    return tuple(
        TestRow(
            test=name,
            ids=ids[name],
            stable=stable[name],
            functions=len(found),
            lines=sum(graph.nodes[number].lines for number in found),
            rejected=", ".join(sorted(set(reasons.get(name, ())))),
        )
        for name, found in required.items()
    )


def cycles(graph: RuntimeDependencyGraph) -> tuple[CycleRow, ...]:
    """Cycles of core functions, the largest first."""
    links = Links(graph)
    calls = links.core_calls()
    order = order_of({end for call in calls for end in call}, sorted(calls))
    found = [c for c in order.components if len(c) > 1 or (c[0], c[0]) in calls]
    rows = [
        CycleRow(
            functions=links.ids(frozenset(component)),
            lines=sum(graph.nodes[number].lines for number in component),
            tests=len({test for number in component for test in links.tests.get(number, ())}),
        )
        for component in found
    ]
    return tuple(sorted(rows, key=lambda row: (-len(row.functions), row.functions)))


def depths(graph: RuntimeDependencyGraph) -> tuple[DepthRow, ...]:
    """Core functions by depth: those of depth 1 call no other one."""
    levels: dict[int, list[FunctionRow]] = {}
    for row in functions(graph):
        levels.setdefault(row.depth, []).append(row)
    return tuple(
        DepthRow(depth, len(rows), sum(row.lines for row in rows), tuple(row.function for row in rows))
        for depth, rows in sorted(levels.items())
    )


def entry_points(graph: RuntimeDependencyGraph) -> tuple[EntryRow, ...]:
    """Core functions that are called from outside the core, by id."""
    links = Links(graph)
    outside: dict[int, set[str]] = {}
    for call in graph.calls:
        if graph.nodes[call.callee].role is not Role.CORE or call.collected:
            continue
        if call.caller == -1:
            outside.setdefault(call.callee, set()).add("-")
        elif graph.nodes[call.caller].role is not Role.CORE:
            outside.setdefault(call.callee, set()).add(graph.nodes[call.caller].id)
    return tuple(
        EntryRow(graph.nodes[number].id, tuple(sorted(callers)), len(links.tests.get(number, ())))
        for number, callers in sorted(outside.items())
    )


def unreached(graph: RuntimeDependencyGraph) -> tuple[FunctionRow, ...]:
    """Core functions that no test with a stable pass requires and that are no scaffold; the longest first."""
    rows = (row for row in functions(graph) if row.state == "unreached")
    return tuple(sorted(rows, key=lambda row: (-row.lines, row.function)))


def hot_spots(graph: RuntimeDependencyGraph) -> tuple[FunctionRow, ...]:
    """Core functions that most hangs on: by number of tests, then by fan-in."""
    return tuple(sorted(functions(graph), key=lambda row: (-row.tests, -row.fan_in, row.function)))


def about(graph: RuntimeDependencyGraph, wanted: str) -> FunctionReport:
    """All about one function, given by its id or the end of it. Raises UnknownFunction, AmbiguousFunction."""
    number = find_function(graph, wanted)
    node = graph.nodes[number]
    links = Links(graph)
    return FunctionReport(
        function=node.id,
        role=node.role.value,
        kind=_kind(node),
        traits=tuple(trait.value for trait in node.traits),
        place=f"{node.path}:{node.line}",
        lines=node.lines,
        complexity=node.complexity,
        state=_state(node, number, graph.reached) if node.role is Role.CORE else "",
        scaffold=tuple(source.value for source in node.scaffold),
        callers=links.ids(links.callers.get(number, set())),
        callees=links.ids(links.callees.get(number, set())),
        overrides=links.ids({base for method, base in graph.overrides if method == number}),
        overridden_by=links.ids({method for method, base in graph.overrides if base == number}),
        tests=tuple(graph.tests[test].id for test in links.tests.get(number, ())),
    )


def path(graph: RuntimeDependencyGraph, start: str, end: str) -> tuple[str, ...]:
    """A shortest chain of calls from one function to another; empty where there is none.

    Raises UnknownFunction, AmbiguousFunction.
    """
    import networkx as nx  # noqa: PLC0415  # a third of a second, which most commands need not wait

    first, last = find_function(graph, start), find_function(graph, end)
    calls = sorted((call.caller, call.callee) for call in graph.calls if call.caller >= 0)
    network: nx.DiGraph[int] = nx.DiGraph(calls)
    network.add_nodes_from((first, last))
    try:
        return tuple(graph.nodes[number].id for number in nx.shortest_path(network, first, last))
    except nx.NetworkXNoPath:
        return ()


def affected_tests(graph: RuntimeDependencyGraph, file: str, line: int | None = None) -> tuple[str, ...]:
    """Ids of the tests to run after a change to a file, or to one of its lines; in the order of collection.

    A line in a function: the tests that run it. A line outside functions, or in a function that runs while modules are
    imported: the tests of every file that imports the file, directly or not. A file: the tests that run any of its
    functions, and those of its own. Raises UnknownFile.
    """
    here = [number for number, node in enumerate(graph.nodes) if node.path == file]
    if not here:
        raise UnknownFile(file, {node.path for node in graph.nodes})
    if line is not None:
        here = [number for number in here if _holds(graph.nodes[number], line)]
        here = here or [n for n, node in enumerate(graph.nodes) if node.path == file and node.role is Role.MODULE]
    links = Links(graph)
    found = {test for number in here for test in links.tests.get(number, ())}
    if line is None:
        found |= {number for number, test in enumerate(graph.tests) if test.path == file}
    elif any(graph.nodes[number].role is Role.MODULE or graph.nodes[number].scaffold for number in here):
        importers = _importers(graph, file)
        found |= {number for number, test in enumerate(graph.tests) if test.path in importers}
    return tuple(graph.tests[number].id for number in sorted(found))


def _holds(node: Node, line: int) -> bool:
    return node.role is not Role.MODULE and node.line <= line < node.line + node.lines


def _importers(graph: RuntimeDependencyGraph, file: str) -> set[str]:
    """A file and all that import it; a ``conftest.py`` is imported by every test file at or below its folder."""
    users: dict[str, set[str]] = {}
    for user, used in graph.imports:
        users.setdefault(used, set()).add(user)
    for conftest in {node.path for node in graph.nodes if node.path.rpartition("/")[2] == "conftest.py"}:
        folder = conftest.removesuffix("conftest.py")
        users.setdefault(conftest, set()).update(test.path for test in graph.tests if test.path.startswith(folder))
    found, work = {file}, [file]
    while work:
        for user in users.get(work.pop(), ()):
            if user not in found:
                found.add(user)
                work.append(user)
    return found


def _kind(node: Node) -> str:
    return node.kind.value if node.kind is not None else Role.MODULE.value


def _state(node: Node, number: int, reached: frozenset[int]) -> str:
    if node.scaffold:
        return "scaffold"
    return "reached" if number in reached else "unreached"


def _flags(foreign: bool, collected: bool, started: bool) -> str:
    names = {"foreign": foreign, "collected": collected, "started": started}
    return ", ".join(name for name, holds in names.items() if holds)
