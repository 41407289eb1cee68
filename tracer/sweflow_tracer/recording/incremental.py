"""Carrying over: which tests of an earlier trace nothing of what changed since can touch, and their records.

A test is taken over if the text of every function that it called is the same, and nothing changed outside the bodies
of functions: not a line at module or class level, not a signature or decorator, not a file that is no Python. What a
test reads of the source as data (as a linter does) is not seen.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.recording.interning import pack_edge
from sweflow_tracer.runner.records import CodeRow, TestRecord
from sweflow_tracer.syntax import syntax_tree
from sweflow_tracer.values import CodeRef, Outcome, TestTrace, Trace

CARRIED = frozenset({Outcome.PASSED, Outcome.SKIPPED, Outcome.XFAILED, Outcome.XPASSED})
_MODULE = "<module>"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A trace and the files that it ran on."""

    trace: Trace
    blobs: Blobs


def carried_records(earlier: Earlier, after: Blobs) -> list[TestRecord]:
    """The records of the tests that can be taken over, as a session on the new files would have written them."""
    lines = _line_maps(earlier.blobs, after)
    if lines is None:
        return []
    trace = earlier.trace
    places = [_place(code, lines) for code in trace.codes]
    before_tests = _codes(trace, trace.imports, trace.collection)
    if any(places[code] is None for code in before_tests):
        return []  # what runs before the first test can change what every test finds
    return [
        _record(trace, test, places)
        for test in trace.tests
        if test.outcome in CARRIED
        and not test.displaced
        and all(places[code] is not None for code in _codes(trace, test.imports, test.setup, test.call, test.teardown))
    ]


def _line_maps(before: Blobs, after: Blobs) -> dict[str, dict[int, int]] | None:
    """For each file that changed, where its lines went; None where more changed than the bodies of functions."""
    if before.keys() != after.keys():
        return None
    maps = {}
    for path, (mode, content) in before.items():
        if after[path] != (mode, content):
            moved = _line_map(content, after[path][1]) if path.endswith(".py") and after[path][0] == mode else None
            if moved is None:
                return None
            maps[path] = moved
    return maps


@dataclass(frozen=True, slots=True)
class _Body:
    """The lines of an outermost function, from 0: first of its header, first of its body, behind its last."""

    header: int
    start: int
    end: int


def _line_map(before: bytes, after: bytes) -> dict[int, int] | None:
    """Line numbers (from 1) before and after; lines of functions whose body changed have none."""
    try:
        old, new = _bodies(before), _bodies(after)
    except (SyntaxError, ValueError):
        return None
    a, b = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) != len(new):
        return None
    lines: dict[int, int] = {}
    ends = (_Body(len(a), len(a), len(a)), _Body(len(b), len(b), len(b)))
    at, to = 0, 0
    for was, now in (*zip(old, new, strict=True), ends):
        if a[at : was.start] != b[to : now.start]:
            return None
        lines.update((at + n + 1, to + n + 1) for n in range(was.start - at))
        if a[was.start : was.end] == b[now.start : now.end]:
            lines.update((was.start + n + 1, now.start + n + 1) for n in range(was.end - was.start))
        else:
            for line in range(was.header, was.start):
                del lines[line + 1]
        at, to = was.end, now.end
    return lines


def _bodies(source: bytes) -> list[_Body]:
    """The outermost functions that have lines of their own below their header."""
    lines = source.splitlines()
    return sorted(_functions(syntax_tree(source), lines), key=lambda body: body.header)


def _functions(node: ast.AST, lines: list[bytes]) -> Iterator[_Body]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            first = child.body[0]
            start = _first_line(first)
            if not lines[start - 1][: first.col_offset].strip():
                while lines[start - 2].strip()[:1] in (b"", b"#"):
                    start -= 1  # comments before the first statement are the body's
                yield _Body(_first_line(child) - 1, start - 1, child.end_lineno or start)
        else:
            yield from _functions(child, lines)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _place(code: CodeRef, lines: dict[str, dict[int, int]]) -> CodeRef | None:
    """Where a code object stands now; None where its function changed."""
    moved = lines.get(code.path)
    if moved is None or code.name == _MODULE:
        return code
    line = moved.get(code.line)
    return None if line is None else CodeRef(code.path, code.name, line)


def _codes(trace: Trace, *edge_sets: int) -> set[int]:
    edges = (trace.edges[number] for edge_set in edge_sets for number in trace.edge_sets[edge_set])
    return {code for edge in edges for code in (edge.caller, edge.callee) if code >= 0}


def _record(trace: Trace, test: TestTrace, places: list[CodeRef | None]) -> TestRecord:
    numbers: dict[int, int] = {-1: 0}
    table: list[CodeRow] = []
    edges: dict[str, list[int]] = {}
    phases = {"import": test.imports, "setup": test.setup, "call": test.call, "teardown": test.teardown}
    for phase, edge_set in phases.items():
        packed = []
        for edge in (trace.edges[number] for number in trace.edge_sets[edge_set]):
            for code in (edge.caller, edge.callee):
                place = places[code]
                if code not in numbers and place is not None:
                    table.append((place.path, place.name, place.line))
                    numbers[code] = len(table)
            packed.append(pack_edge(numbers[edge.caller], numbers[edge.callee], edge.flags))
        edges[phase] = packed
    return TestRecord(
        kind="test",
        id=test.id,
        outcome=test.outcome,
        detail=test.detail,
        duration=test.duration,
        codes=table,
        edges=edges,
        reruns=list(test.reruns),
    )
