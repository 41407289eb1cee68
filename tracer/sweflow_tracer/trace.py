"""Tracing a repository: every test once under the recorder, then the whole suite plainly a few times."""

import random
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from sweflow_tracer.errors import NothingCollected, NothingPasses
from sweflow_tracer.files import Blobs
from sweflow_tracer.interning import Interner
from sweflow_tracer.processes import Launcher
from sweflow_tracer.session import Groups, Options, Record, Session, Target, read_records, run_session, run_unforked
from sweflow_tracer.values import CodeRef, CollectionError, Outcome, TestTrace, Trace
from sweflow_tracer.workspace import Workspace, clean_line, remove_listed

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """``isolation`` is fork, process or none; ``engine`` is auto, settrace or monitoring.

    ``reruns`` plain runs follow the traced one: the suite in one process, in its own order and then shuffled,
    each with another hash seed. ``timeout`` is in seconds for one test.
    """

    isolation: str = "fork"
    engine: str = "auto"
    jobs: int = 1
    timeout: float = 60.0
    reruns: int = 2


def trace_project(
    target: Target,
    blobs: Blobs,
    options: TraceOptions,
    launcher: Launcher,
    journal: Path,
    progress: Progress = lambda what, done, total: None,
    on_session: Callable[[Session], None] = lambda session: None,
) -> Trace:
    """Trace the project's tests in a scratch copy of its tree; ``on_session`` is told of every pytest run.

    ``journal`` is a folder for records as they come; a run that finds records of one before it there goes on
    from them (D1). Raises NothingCollected, NothingPasses, RanElsewhere, RunnerDependency, SessionFailed.
    """
    journal.mkdir(parents=True, exist_ok=True)
    options = replace(options, engine=_engine(target, options.engine))
    ledger = journal / "scratch.txt"
    remove_listed(ledger)
    with Workspace(target.project.folder, ledger) as workspace:
        workspace.show(blobs)
        tracer = _Tracer(target, workspace, blobs, options, launcher, progress, on_session)
        records, isolation = tracer.traced(journal)
        collected = records.collected
        _check_collected(collected, records)
        ids = [item["id"] for item in collected["items"]]
        passing = [i for i in ids if records.tests.get(i, {}).get("outcome") == Outcome.PASSED]
        if not passing:
            first = records.tests.get(ids[0], {})
            text = first.get("failure", {}).get("message") or first.get("detail") or first.get("outcome", "not run")
            raise NothingPasses(len(ids), ids[0], clean_line(text))
        reruns = [tracer.rerun(journal, passing, number) for number in range(options.reruns)]
    return _assemble(target, options.engine, isolation, records, reruns)


def _engine(target: Target, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    major, minor = (int(part) for part in target.project.python.split(".")[:2])
    return "monitoring" if (major, minor) >= (3, 12) else "settrace"


@dataclass(slots=True)
class _Tracer:
    target: Target
    workspace: Workspace
    blobs: Blobs
    options: TraceOptions
    launcher: Launcher
    progress: Progress
    on_session: Callable[[Session], None]

    def traced(self, journal: Path) -> tuple["_Records", str]:
        """Every test's record, and the isolation that was used."""
        records = _Records.load(journal, "trace")
        if self.options.isolation == "process":
            return self._each_process(journal, records), "process"
        groups = "each"
        if self.options.isolation == "none":
            groups = "together"
            if not records.complete:
                _forget(journal, "trace")
                records = _Records()
        session = self._session(journal, "trace", groups, records, engine=self.options.engine)
        if session.needs_process:
            return self._each_process(journal, records), "process"
        self._again_alone(journal)
        return _Records.load(journal, "trace"), self.options.isolation

    def _again_alone(self, journal: Path) -> None:
        """Run what failed once more, with nothing beside it and on a restored tree: side by side, tests share files."""
        records = _Records.load(journal, "trace")
        again = [i for i, r in records.tests.items() if r["outcome"] in (Outcome.FAILED, Outcome.LOST)]
        again = [i for i in again if not records.tests[i].get("again")]
        if not again or self.options.jobs == 1:
            return
        part = journal / "again"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        self.workspace.show(self.blobs)
        groups = [[test] for test in again]
        self._session(part, "trace", groups, _Records(), engine=self.options.engine, jobs=1)
        (part / "trace-0.jsonl").rename(_fresh_segment(journal, "trace"))

    def rerun(self, journal: Path, ids: list[str], number: int) -> dict[str, Outcome]:
        """Outcomes of a plain run in one process: the first in the suite's order, the others shuffled.

        A run that was interrupted is made again from its start: what tests do to each other is its point.
        """
        name = f"rerun{number}"
        records = _Records.load(journal, name)
        if any(i not in records.tests for i in ids):
            _forget(journal, name)
            order = list(ids)
            if number:
                random.Random(number).shuffle(order)
            session = self._session(journal, name, [order], _Records(), engine="none", seed=number + 1)
            if session.needs_process:
                self._session(journal, name, [order], _Records(), engine="none", seed=number + 1, fork=False)
            records = _Records.load(journal, name)
        return {i: Outcome(record["outcome"]) for i, record in records.tests.items()}

    def _each_process(self, journal: Path, records: "_Records") -> "_Records":
        if not records.collected:
            self._session(journal, "trace", [], records, engine=self.options.engine)
            records = _Records.load(journal, "trace")
        left = [item for item in records.collected["items"] if item["id"] not in records.tests]
        with ThreadPoolExecutor(self.options.jobs) as pool:
            for part in pool.map(lambda numbered: self._one_process(journal, *numbered), enumerate(left)):
                (part / "trace-0.jsonl").rename(_fresh_segment(journal, "trace"))
                shutil.rmtree(part)
        return _Records.load(journal, "trace")

    def _one_process(self, journal: Path, number: int, item: Record) -> Path:
        records = _Records()
        part = journal / f"part-{number}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        self._session(part, "trace", [[item["id"]]], records, engine=self.options.engine, fork=False)
        return part

    def _session(
        self,
        journal: Path,
        name: str,
        groups: Groups,
        records: "_Records",
        *,
        engine: str,
        seed: int = 0,
        fork: bool = True,
        jobs: int | None = None,
    ) -> Session:
        done = len(records.tests)
        total = sum(map(len, groups)) if not isinstance(groups, str) else 0

        def on_record(record: Record) -> None:
            nonlocal done, total
            if record["kind"] == "collected" and isinstance(groups, str):
                total = len(record["items"])
            done += record["kind"] == "test"
            self.progress(name, done, total)

        options = Options(
            engine=engine,
            groups=groups,
            fork=fork,
            jobs=jobs or self.options.jobs,
            timeout=self.options.timeout,
            seed=seed,
            skip=list(records.tests),
        )
        segment = _fresh_segment(journal, name)
        run = run_session if fork else run_unforked
        session = run(self.target, self.workspace, self.launcher, options, on_record, segment)
        self.on_session(session)
        return session


@dataclass(slots=True)
class _Records:
    """The records of one traced suite, gathered from the segments of a journal; of a test, the last one counts."""

    collected: Record
    tests: dict[str, Record]

    def __init__(self) -> None:
        self.collected = {}
        self.tests = {}

    @property
    def complete(self) -> bool:
        """Whether every collected test has a record."""
        return bool(self.collected) and all(item["id"] in self.tests for item in self.collected["items"])

    @classmethod
    def load(cls, journal: Path, name: str) -> "_Records":
        records = cls()
        for segment in _segments(journal, name):
            head: Record = {}
            for record in read_records(segment):
                if record["kind"] == "collected":
                    head = record
                    if len(record["items"]) >= len(records.collected.get("items", ())):
                        records.collected = record
                elif record["kind"] == "test":
                    record["table"] = head.get("codes", [])
                    record["again"] = record["id"] in records.tests
                    records.tests[record["id"]] = record
        return records


def _segments(journal: Path, name: str) -> list[Path]:
    return sorted(journal.glob(f"{name}-*.jsonl"), key=lambda path: int(path.stem.rpartition("-")[2]))


def _fresh_segment(journal: Path, name: str) -> Path:
    number = 0
    while (journal / f"{name}-{number}.jsonl").exists():
        number += 1
    return journal / f"{name}-{number}.jsonl"


def _forget(journal: Path, name: str) -> None:
    for segment in _segments(journal, name):
        segment.unlink()


def _check_collected(collected: Record, records: _Records) -> None:
    if not collected.get("items"):
        errors = collected.get("errors", ())
        detail = "no test matches"
        if errors:
            detail = f"{len(errors)} collection errors, first in {errors[0]['path']}: {_last_line(errors[0])}"
        raise NothingCollected(detail)


def _errors(found: list[Record]) -> tuple[CollectionError, ...]:
    """One error a path, the first."""
    by_path = {error["path"]: CollectionError(error["path"], _last_line(error)) for error in reversed(found)}
    return tuple(by_path[path] for path in sorted(by_path))


def _last_line(error: Record) -> str:
    lines = error["text"].strip().splitlines()
    return clean_line(lines[-1].removeprefix("E").strip()) if lines else ""


def _assemble(
    target: Target, engine: str, isolation: str, records: _Records, reruns: list[dict[str, Outcome]]
) -> Trace:
    interner = Interner()
    collected = records.collected
    edges, codes = collected["edges"], collected["codes"]
    imports = interner.edge_set(edges.get("import", ()), codes)
    collection = interner.edge_set(edges.get("collection", ()), codes)
    tests = tuple(_test(interner, item, records, reruns) for item in _unique(collected["items"]))
    modules = set(collected["modules"]).union(*(record.get("modules", ()) for record in records.tests.values()))
    return interner.finish(
        Trace(
            python=target.project.python,
            engine=engine,
            isolation=isolation,
            codes=(),
            edges=(),
            edge_sets=(),
            imports=imports,
            collection=collection,
            tests=tests,
            errors=_errors(collected["errors"]),
            modules=tuple(sorted(modules)),
        )
    )


def _unique(items: list[Record]) -> Iterator[Record]:
    seen = set()
    for item in items:
        if item["id"] not in seen:
            seen.add(item["id"])
            yield item


def _test(interner: Interner, item: Record, records: _Records, reruns: list[dict[str, Outcome]]) -> TestTrace:
    record = records.tests.get(item["id"], {"outcome": Outcome.NOT_RUN})
    codes = [*record.get("table", ())[: record.get("base", 0)], *record.get("codes", ())]
    edges = record.get("edges", {})
    phases = [interner.edge_set(edges.get(p, ()), codes) for p in ("import", "setup", "call", "teardown")]
    failure = record.get("failure", {})
    body = item["body"]
    return TestTrace(
        id=item["id"],
        function=item["function"],
        kind=item["kind"],
        path=item["path"] or item["id"].partition("::")[0],
        body=CodeRef(body["path"], body["name"], body["line"]) if body else None,
        outcome=Outcome(record["outcome"]),
        detail=clean_line(
            record.get("detail") or f"{failure.get('type', '')}: {failure.get('message', '')}".strip(": ")
        ),
        duration=record.get("duration", 0.0),
        imports=phases[0],
        setup=phases[1],
        call=phases[2],
        teardown=phases[3],
        reruns=tuple(rerun.get(item["id"], Outcome.NOT_RUN) for rerun in reruns),
    )
