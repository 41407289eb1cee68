"""Coverage: per function the share of its lines that tests run, and what a trace should have seen as well (T2)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sweflow_rdg.graph.links import Links
from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.index.definitions import Definition
from sweflow_rdg.index.source import SourceIndex
from sweflow_rdg.values import Role

Executed = Mapping[str, Mapping[int, frozenset[str]]]
"""Path -> line -> contexts in which it ran: ids of tests, "" for what ran in no test."""
Statements = Mapping[str, frozenset[int]]
"""Path -> lines that can be executed."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A core function: executable lines of its body, those that tests ran, their share, and how many tests that were.

    A function without executable lines (``...``) has a share of 1.
    """

    function: str
    lines: int
    run: int
    share: float
    tests: int


@dataclass(frozen=True, slots=True)
class Missed:
    """A line of a function's body ran in a test, and the test's trace has no call of the function."""

    test: str
    function: str
    line: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What coverage.py says of a graph's functions, and the tests (by number) that could be compared with it."""

    rows: tuple[CoverageRow, ...]
    missed: tuple[Missed, ...]
    compared: int


def coverage_of(
    graph: RuntimeDependencyGraph, index: SourceIndex, executed: Executed, statements: Statements
) -> Coverage:
    """Compare a graph with the lines that ran.

    Where no line has the id of a test as its context, everything that ran counts, and nothing is compared. Scaffold is
    not compared: the graph does not say which test it was that imported it.
    """
    definitions = index.definitions()
    core = [definitions[node.id] for node in graph.nodes if node.role is Role.CORE and node.id in definitions]
    known = {test.id for test in graph.tests}
    seen = {context for lines in executed.values() for contexts in lines.values() for context in contexts}
    by_test = bool(seen & known)
    ran = {d.id: dict(_lines(d, executed, statements, known if by_test else None)) for d in core}
    return Coverage(
        rows=tuple(_row(d, ran[d.id], statements, by_test=by_test) for d in core),
        missed=tuple(_missed(graph, ran)) if by_test else (),
        compared=len(seen & known),
    )


def _body(definition: Definition, statements: Statements) -> Iterator[int]:
    """Executable lines of a body."""
    wanted = range(definition.body_line, definition.end_line + 1)
    return (line for line in wanted if line in statements.get(definition.path, ()))


def _lines(
    definition: Definition, executed: Executed, statements: Statements, known: set[str] | None
) -> Iterator[tuple[int, frozenset[str]]]:
    """Lines of a body that ran, with the tests that ran them."""
    here = executed.get(definition.path, {})
    for line in _body(definition, statements):
        contexts = here.get(line, frozenset())
        if known is not None:
            contexts = contexts & known
        if contexts:
            yield line, contexts


def _row(
    definition: Definition, ran: Mapping[int, frozenset[str]], statements: Statements, *, by_test: bool
) -> CoverageRow:
    lines = sum(1 for _ in _body(definition, statements))
    return CoverageRow(
        function=definition.id,
        lines=lines,
        run=len(ran),
        share=len(ran) / lines if lines else 1.0,
        tests=len(frozenset().union(*ran.values())) if by_test else 0,
    )


def _missed(graph: RuntimeDependencyGraph, ran: Mapping[str, Mapping[int, frozenset[str]]]) -> Iterator[Missed]:
    tests = Links(graph).tests
    for number, node in enumerate(graph.nodes):
        if node.id not in ran or node.scaffold:
            continue
        traced = {graph.tests[test].id for test in tests.get(number, ())}
        first: dict[str, int] = {}
        for line, contexts in ran[node.id].items():
            for test in contexts - traced:
                first.setdefault(test, line)
        yield from (Missed(test, node.id, line) for test, line in sorted(first.items()))
