"""Assembling: the records of the runs become one trace."""

from collections.abc import Iterable, Iterator, Sequence

from sweflow_tracer.recording.interning import Interner
from sweflow_tracer.recording.journal import Records
from sweflow_tracer.runner.records import CodeRow, CollectedRecord, ErrorRow, ItemRow, TestRecord, not_run
from sweflow_tracer.runner.workspace import clean_line
from sweflow_tracer.values import CodeRef, CollectionError, Outcome, TestTrace, Trace

PHASES = ("import", "setup", "call", "teardown")


def assemble(
    python: str,
    engine: str,
    isolation: str,
    runs: Sequence[Records],
    reruns: Sequence[dict[str, Outcome]],
    modules: Iterable[str] = (),
    disturbed: frozenset[str] = frozenset(),
) -> Trace:
    """The trace of one suite that was traced at least once; the first run says what was collected.

    ``modules`` are files that are known to be loaded by a test whose record does not say so. ``disturbed``
    are tests that the tracer made fail.
    """
    interner = Interner()
    heads = [run.collected for run in runs if run.collected is not None]
    collected = heads[0]
    imports = [interner.edge_set(_before(head, "import"), head["codes"]) for head in heads]
    collection = [interner.edge_set(edges, codes) for run in runs for edges, codes in _around(run)]
    items = {item["id"]: item for item in reversed(collected["items"])}
    tests = tuple(_test(interner, items[test], runs, reruns, disturbed=test in disturbed) for test in runs[0].ids)
    loaded = {*modules, *(module for head in heads for module in head["modules"])}
    loaded.update(module for run in runs for record in run.tests.values() for module in record.get("modules", ()))
    return interner.finish(
        Trace(
            python=python,
            engine=engine,
            isolation=isolation,
            codes=(),
            edges=(),
            edge_sets=(),
            imports=interner.union(imports),
            collection=interner.union(collection),
            tests=tests,
            errors=_errors(collected["errors"]),
            modules=tuple(sorted(loaded)),
        )
    )


def last_line(text: str) -> str:
    """The last line of a collection error's report."""
    lines = text.strip().splitlines()
    return clean_line(lines[-1].removeprefix("E ").strip()) if lines else ""


def _before(head: CollectedRecord, phase: str) -> Sequence[int]:
    return head["edges"].get(phase, ())


def _around(run: Records) -> Iterator[tuple[Sequence[int], list[CodeRow]]]:
    """Edges of what the project's own hooks called beside the tests, and the codes that they speak of.

    A test that fails is reported with texts of the project's objects, for which no hook of its own asks.
    """
    if run.collected is not None:
        yield _before(run.collected, "collection"), run.collected["codes"]
    for closing in run.closing:
        yield closing["edges"].get("session", ()), closing["codes"]
    for test, record in run.tests.items():
        edges = record.get("edges", {}).get("session", ())
        if edges and record["outcome"] == Outcome.PASSED:
            yield edges, run.codes(test)


def _errors(found: list[ErrorRow]) -> tuple[CollectionError, ...]:
    """One error a path, the first."""
    by_path = {error["path"]: CollectionError(error["path"], last_line(error["text"])) for error in reversed(found)}
    return tuple(by_path[path] for path in sorted(by_path))


def _test(
    interner: Interner, item: ItemRow, runs: Sequence[Records], reruns: Sequence[dict[str, Outcome]], *, disturbed: bool
) -> TestTrace:
    test = item["id"]
    records = [run.tests.get(test, not_run(test)) for run in runs]
    first = records[0]
    failure = first.get("failure", {})
    body = item["body"]
    sets = {phase: _phase(interner, test, phase, runs) for phase in PHASES}
    return TestTrace(
        id=test,
        function=item["function"],
        kind=item["kind"],
        path=item["path"] or test.partition("::")[0],
        body=CodeRef(body["path"], body["name"], body["line"]) if body else None,
        outcome=Outcome(first["outcome"]),
        detail=clean_line(
            first.get("detail") or f"{failure.get('type', '')}: {failure.get('message', '')}".strip(": ")
        ),
        duration=first.get("duration", 0.0),
        imports=sets["import"],
        setup=sets["setup"],
        call=sets["call"],
        teardown=sets["teardown"],
        reruns=_reruns(first, test, reruns),
        repeats=tuple(Outcome(record["outcome"]) for record in records[1:]),
        varying=_varying(interner, test, runs),
        displaced=disturbed or any(not record.get("intact", True) for record in records),
    )


def _phase(interner: Interner, test: str, phase: str, runs: Sequence[Records]) -> int:
    """The edges of a test in a phase, over all runs that have a record of it."""
    with_record = [run for run in runs if test in run.tests]
    return interner.union(
        interner.edge_set(run.tests[test].get("edges", {}).get(phase, ()), run.codes(test)) for run in with_record
    )


def _varying(interner: Interner, test: str, runs: Sequence[Records]) -> tuple[int, ...]:
    """Codes that some of the runs called for a test and others did not; imports left out."""
    called: list[set[int]] = []
    for run in runs:
        edges = run.tests[test].get("edges", {}) if test in run.tests else {}
        packed = (edge for phase in PHASES[1:] for edge in edges.get(phase, ()))
        called.append(interner.callees(packed, run.codes(test)) if edges else set())
    ever = set[int]().union(*called)
    return tuple(sorted(code for code in ever if any(code not in run for run in called)))


def _reruns(record: TestRecord, test: str, reruns: Sequence[dict[str, Outcome]]) -> tuple[Outcome, ...]:
    """Outcomes of the plain runs; those of an earlier trace where the record was carried over from it."""
    if "reruns" in record:
        return tuple(Outcome(outcome) for outcome in record["reruns"])
    return tuple(rerun.get(test, Outcome.NOT_RUN) for rerun in reruns)
