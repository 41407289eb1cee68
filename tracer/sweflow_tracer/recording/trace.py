"""Tracing a repository: every test under the recorder, then the whole suite plainly a few times."""

import random
import shutil
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from sweflow_tracer.errors import NothingCollected, NothingPasses, SessionFailed
from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import keep_loaded
from sweflow_tracer.recording.assemble import assemble, last_line
from sweflow_tracer.recording.incremental import Earlier, carried_records
from sweflow_tracer.recording.journal import Journal, Records
from sweflow_tracer.runner.options import Groups, SessionOptions, Target
from sweflow_tracer.runner.plugins import explained
from sweflow_tracer.runner.pool import side_by_side
from sweflow_tracer.runner.records import Record, not_run
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.settings import RunSettings
from sweflow_tracer.runner.unforked import run_unforked
from sweflow_tracer.runner.workspace import Workspace, clean_line, remove_listed
from sweflow_tracer.values import Outcome, Trace

TRACE = "trace"
"""The journal's name of the first traced run."""
LEDGER = "scratch.txt"
"""The list of scratch folders, beside the journal."""
PLAIN = "plain"
"""That of the run without the tracer of what failed with it."""


ISOLATIONS = ("fork", "process", "none")
ENGINES = ("auto", "settrace", "monitoring")
UNHAPPY = frozenset({Outcome.FAILED, Outcome.LOST, Outcome.TIMED_OUT})
"""Outcomes that are told while tracing: most people want to know at once."""


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """``isolation`` is fork, process or none; ``engine`` is auto, settrace or monitoring.

    ``repeat`` traced runs are made, each with another hash seed; what any of them saw counts. ``reruns`` plain runs
    follow: the suite in one process, in its own order and then shuffled, each with another hash seed. ``select`` are
    node ids of pytest (a file, a class, a test with or without its parameters); only tests under one of them are run,
    all where there is none. ``follow``: record processes that tests start.
    """

    isolation: str = "fork"
    engine: str = "auto"
    reruns: int = 2
    repeat: int = 1
    follow: bool = True
    select: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value, known in (("isolation", self.isolation, ISOLATIONS), ("engine", self.engine, ENGINES)):
            if value not in known:
                raise ValueError(f"{value!r} is no {name}: take one of {', '.join(known)}")


def trace_project(
    settings: RunSettings,
    blobs: Blobs,
    options: TraceOptions,
    folder: Path,
    progress: OnProgress = silent,
    earlier: Earlier | None = None,
) -> Trace:
    """Trace the project's tests in a scratch copy of its tree.

    ``folder`` is for records as they come; a run that finds records of one before it there goes on from them (D1).
    ``earlier`` is a trace of another state of the project: tests that nothing of what changed can touch are taken
    over from it. Raises NothingCollected, NothingPasses, PluginMissing, RanElsewhere, RunnerDependency,
    SessionFailed.
    """
    target, journal = settings.target, Journal(folder)
    options = replace(options, engine=_engine(target, options.engine))
    ledger = folder / LEDGER
    remove_listed(ledger)
    if earlier is not None and not journal.segments(TRACE):
        journal.write(TRACE, carried_records(earlier, keep_loaded(target.project, blobs, earlier.trace.modules)[1]))
    with Workspace(target.project.folder, ledger) as workspace:
        workspace.show(blobs)
        tracer = _Tracer(settings, workspace, blobs, options, journal, progress)
        try:
            isolation, runs = tracer.traced_runs()
        except SessionFailed as error:
            raise explained(error) from error
        _check_collected(runs[0])
        passing = _passing(runs[0])
        new = [test for test in passing if "reruns" not in runs[0].tests[test]]
        reruns = tracer.reruns(new)
        disturbed = tracer.disturbed(runs[0]) if options.reruns else frozenset()
    modules = earlier.trace.modules if earlier is not None else ()
    return assemble(target.project.python, options.engine, isolation, runs, reruns, modules, disturbed)


def _engine(target: Target, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    major, minor = (int(part) for part in target.project.python.split(".")[:2])
    return "monitoring" if (major, minor) >= (3, 12) else "settrace"


def _check_collected(records: Records) -> None:
    if not records.ids:
        errors = records.collected["errors"] if records.collected is not None else []
        detail = "no test matches"
        if errors:
            detail = f"{len(errors)} collection errors, first in {errors[0]['path']}: {last_line(errors[0]['text'])}"
        raise NothingCollected(detail)


def _passing(records: Records) -> list[str]:
    passing = [test for test in records.ids if records.outcome(test) == Outcome.PASSED]
    if not passing:
        first = records.tests.get(records.ids[0], not_run(records.ids[0]))
        text = first.get("failure", {}).get("message") or first.get("detail") or first["outcome"]
        raise NothingPasses(len(records.ids), records.ids[0], clean_line(text))
    return passing


@dataclass(slots=True)
class _Tracer:
    settings: RunSettings
    workspace: Workspace
    blobs: Blobs
    options: TraceOptions
    journal: Journal
    progress: OnProgress

    def traced_runs(self) -> tuple[str, list[Records]]:
        """The isolation that was used, and the records of every traced run."""
        isolation = self._traced(TRACE, 0)
        names = [TRACE, *(f"repeat{number}" for number in range(1, self.options.repeat))]
        for seed, name in enumerate(names[1:], 1):
            self._traced(name, seed)
        return isolation, [self.journal.load(name) for name in names]

    def _traced(self, run: str, seed: int) -> str:
        """Record every test; the isolation that was used."""
        records = self.journal.load(run)
        if self.options.isolation == "process":
            return self._each_process(run, records, seed)
        groups = "each"
        if self.options.isolation == "none":
            groups = "together"
            if not records.complete:
                self.journal.forget(run)
                records = Records()
        session = self._session(self.journal, run, groups, records, seed=seed)
        if session.needs_process:
            return self._each_process(run, records, seed)
        self._again_alone(run, seed)
        return self.options.isolation

    def _again_alone(self, run: str, seed: int, *, fork: bool = True) -> None:
        """Run what failed once more, with nothing beside it and on a restored tree: side by side, tests share files."""
        failed = (Outcome.FAILED, Outcome.LOST)
        records = self.journal.load(run).tests.values()
        again = [record["id"] for record in records if record["outcome"] in failed and not record.get("again")]
        if again and self.settings.jobs > 1:
            self.workspace.show(self.blobs)
            if fork:
                self._join(run, self._apart("again", [[test] for test in again], seed=seed, jobs=1))
            else:
                self._join_parts(run, again, seed, 1)

    def _each_process(self, run: str, records: Records, seed: int) -> str:
        if records.collected is None:
            self._session(self.journal, run, [], records, seed=seed)
            records = self.journal.load(run)
        left = [test for test in records.ids if test not in records.tests]
        self._join_parts(run, left, seed, self.settings.jobs)
        self._again_alone(run, seed, fork=False)
        return "process"

    def _join_parts(self, run: str, tests: list[str], seed: int, workers: int) -> None:
        """Run each test in a process and a journal of its own."""

        def work(job: tuple[int, str]) -> Journal:
            return self._apart(f"part-{job[0]}", [[job[1]]], seed=seed, fork=False)

        def keep(job: tuple[int, str], part: Journal) -> None:
            self._join(run, part)

        with side_by_side(enumerate(tests), work, keep, self.settings.launcher.stop, workers) as parts:
            deque(parts, maxlen=0)

    def _apart(self, name: str, groups: Groups, *, seed: int, fork: bool = True, jobs: int | None = None) -> Journal:
        """Run a session in a journal of its own, which joins ours when it is whole."""
        folder = self.journal.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        part = Journal(folder)
        self._session(part, TRACE, groups, Records(), seed=seed, fork=fork, jobs=jobs)
        return part

    def _join(self, run: str, part: Journal) -> None:
        for segment in part.segments(TRACE):
            segment.rename(self.journal.fresh(run))
        shutil.rmtree(part.folder)

    def disturbed(self, records: Records) -> frozenset[str]:
        """Tests that failed, and that pass in a run of their own without the tracer."""
        failed = [t for t in records.ids if records.outcome(t) in (Outcome.FAILED, Outcome.LOST)]
        plain = self.journal.load(PLAIN)
        left = [[test] for test in failed if test not in plain.tests]
        if left and (self._session(self.journal, PLAIN, left, plain, seed=0, engine="none").needs_process):
            return frozenset()
        found = self.journal.load(PLAIN)
        return frozenset(test for test in failed if found.outcome(test) == Outcome.PASSED)

    def reruns(self, ids: list[str]) -> list[dict[str, Outcome]]:
        """Outcomes of the plain runs, one process each: in a sandbox, where none sees another, side by side."""
        numbers = range(self.options.reruns)
        if not self.settings.launcher.sandbox.isolated:
            return [self.rerun(ids, number) for number in numbers]
        found: dict[int, dict[str, Outcome]] = {}

        def work(number: int) -> dict[str, Outcome]:
            with Workspace(self.settings.target.project.folder, self.journal.folder / LEDGER) as workspace:
                workspace.show(self.blobs)
                return replace(self, workspace=workspace).rerun(ids, number)

        stop = self.settings.launcher.stop
        with side_by_side(numbers, work, found.__setitem__, stop, self.settings.jobs) as runs:
            deque(runs, maxlen=0)
        return [found[number] for number in numbers]

    def rerun(self, ids: list[str], number: int) -> dict[str, Outcome]:
        """Outcomes of a plain run in one process: the first in the suite's order, the others shuffled.

        A run that was interrupted is made again from its start: what tests do to each other is its point.
        """
        run = f"rerun{number}"
        records = self.journal.load(run)
        if any(test not in records.tests for test in ids):
            self.journal.forget(run)
            order = list(ids)
            if number:
                random.Random(number).shuffle(order)
            for fork in (True, False):
                none = Records()
                made = self._session(self.journal, run, [order], none, engine="none", seed=number + 1, fork=fork)
                if not made.needs_process:
                    break
            records = self.journal.load(run)
        return {test: Outcome(record["outcome"]) for test, record in records.tests.items()}

    def _session(
        self,
        journal: Journal,
        run: str,
        groups: Groups,
        records: Records,
        *,
        seed: int,
        engine: str | None = None,
        fork: bool = True,
        jobs: int | None = None,
    ) -> Session:
        done, failed = len(records.tests), 0
        total = sum(map(len, groups)) if not isinstance(groups, str) else 0

        def on_record(record: Record) -> None:
            nonlocal done, failed, total
            if record["kind"] == "collected" and isinstance(groups, str):
                total = len(record["items"])
            done += record["kind"] == "test"
            failed += record["kind"] == "test" and record["outcome"] in UNHAPPY
            self.progress(Progress(run, done, total, failed))

        options = SessionOptions(
            engine=engine or self.options.engine,
            groups=groups,
            fork=fork,
            jobs=jobs or self.settings.jobs,
            timeout=self.settings.timeout,
            seed=seed,
            skip=list(records.tests),
            select=self.options.select,
            follow=self.options.follow,
        )
        start = run_session if fork else run_unforked
        session = start(
            self.settings.target, self.workspace, self.settings.launcher, options, on_record, journal.fresh(run)
        )
        self.settings.on_session(session)
        return session
