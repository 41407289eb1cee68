"""``sweflow build-all``: every repository of a list through all stages, in a folder that can be gone on from."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from sweflow_tracer.errors import OutputNotUsable
from sweflow_tracer.paths import StrPath
from sweflow_tracer.sandbox.choose import choose

from sweflow_datasets.corpus.events import Events, OnEvent, silent
from sweflow_datasets.corpus.format import read_record, write_manifest
from sweflow_datasets.corpus.journal import JOURNAL, Journal
from sweflow_datasets.corpus.local import LEDGER, LocalEngine
from sweflow_datasets.corpus.options import DEFAULTS, CorpusOptions, EngineName
from sweflow_datasets.corpus.outcomes import record_of_broken
from sweflow_datasets.corpus.port import Broken, Ended, Engine, Plain
from sweflow_datasets.corpus.reading import checked_entries, read_list
from sweflow_datasets.corpus.results import dataset_of, result_of
from sweflow_datasets.corpus.stages import Report, RepositoryJob, finished, forget, point_at, run_repository
from sweflow_datasets.corpus.store import Store, made_of
from sweflow_datasets.corpus.values import CorpusEntry, CorpusRun, End, RepositoryResult, Stage, StageRecord, Usage
from sweflow_datasets.environments.uv import find_uv
from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.folder import locked

REPOSITORIES = "repositories"
MANIFEST_EVERY = 60.0
"""Seconds between two manifests while a run goes on, for those who look in, and for one that is killed."""


def build_all(
    entries: StrPath | Iterable[CorpusEntry],
    out: StrPath,
    options: CorpusOptions = DEFAULTS,
    *,
    sandbox: str | None = None,
    report: Report | None = None,
    hear: OnEvent = silent,
) -> CorpusRun:
    """Build every repository of a list in ``out``, going on from where a run before this one came to.

    First all sources are fetched. Then the repositories are built, small ones first, each in processes of its own with
    its own limits; what becomes of one is its line of the manifest and stops no other. Raises ListNotUsable,
    OutputNotUsable, ExtraMissing, SandboxNotUsable, FileNotUsable, ClusterNotUsable, PlaceNotUsable.
    """
    is_path = isinstance(entries, str) or not isinstance(entries, Iterable)
    listed = read_list(entries) if is_path else checked_entries(entries)  # type: ignore[arg-type]
    if any(entry.interpreter is None for entry in listed):
        find_uv()
    if options.engine is EngineName.RAY and find_spec("ray") is None:
        raise ExtraMissing("ray", ("ray",))
    if options.store:
        Store(options.store).check()
    folder = Path(out).absolute()
    chosen = choose(sandbox).name
    with locked(folder):
        others = {entry.name for entry in folder.iterdir()} - {".lock"}
        if others and JOURNAL not in others:
            raise OutputNotUsable(folder, "it holds something else")
        with Journal(folder) as journal, Events(folder, hear) as events:
            return _Run(listed, folder, options, chosen, report, journal, events).run()


class _Run:
    """One run. It is the only one that writes the journal."""

    def __init__(
        self, entries: tuple[CorpusEntry, ...], folder: Path, options: CorpusOptions, sandbox: str,
        report: Report | None, journal: Journal, events: Events,
    ) -> None:  # fmt: skip
        self._entries = {entry.name: entry for entry in entries}
        self._folder = folder
        self._options = options
        self._sandbox = sandbox
        self._report = report
        self._journal = journal
        self._events = events
        self._known = journal.records()
        self._now: dict[str, dict[Stage, StageRecord]] = {name: {} for name in self._entries}
        self._at: dict[str, tuple[Stage, str, float]] = {}
        self._bytes = {name: usage.bytes for name, usage in journal.usage().items()}
        self._store = Store(options.store) if options.store else None
        self._started = time.monotonic()
        self._written = self._started
        self._stopped = ""

    def run(self) -> CorpusRun:
        """Fetch all, build all, and say what became of them, whatever ends the run."""
        self._events("run-started", repositories=len(self._entries), sandbox=self._sandbox)
        if self._options.retry:
            self._forget_failures()
        try:
            engine = self._engine()
            for until in (Stage.FETCH, Stage.REPORT):
                jobs = self._jobs(self._waiting(until))
                with closing(engine.map_unordered(run_repository, jobs, _name)) as all_ended:
                    for ended in all_ended:
                        self._take(ended, until)
        finally:
            run = self._result()
            write_manifest(self._folder, run)
            self._events("run-ended", stopped=run.stopped, verified=run.verified, dataset=run.dataset)
        return run

    def _engine(self) -> Engine:
        options = self._options
        if options.engine is EngineName.RAY:
            from sweflow_datasets.corpus.on_ray import RayEngine  # noqa: PLC0415  # optional

            return RayEngine(
                options.workers, options.jobs, options.limits, self.folder_of, self._hear, self._ended_by_budget
            )
        return LocalEngine(
            options.side_by_side,
            options.limits,
            self.folder_of,
            self._folder / LEDGER,
            self._hear,
            self._ended_by_budget,
        )

    def folder_of(self, name: str) -> Path:
        """The folder of a repository."""
        return self._folder / REPOSITORIES / name

    def _waiting(self, until: Stage) -> list[RepositoryJob]:
        """What there is to do, small repositories first, once their size is known; what has ended is counted.

        It is before any budget is looked at: what is there already costs nothing.
        """
        names = list(self._entries)
        if until is not Stage.FETCH:
            names = [name for name in names if self._fetched(name)]
            names.sort(key=lambda name: (self._now[name][Stage.FETCH].facts["python_bytes"], name))
        jobs = (self._job(self._entries[name], until) for name in names)
        return [job for job in jobs if not self._is_known(job)]

    def _jobs(self, waiting: list[RepositoryJob]) -> Iterator[RepositoryJob]:
        """Those that wait, as long as the budgets allow."""
        for job in waiting:
            self._stopped = self._stopped or self._used_up()
            if self._stopped:
                return
            yield job

    def _is_known(self, job: RepositoryJob) -> bool:
        """Whether all of a job has ended already; then it is counted, and no process starts for it."""
        records = finished(job)
        for record in records:
            self._learn(record, is_new=self._is_new(record))
        if records:
            self._close(job.entry.name, job.until)
        return bool(records)

    def _fetched(self, name: str) -> bool:
        record = self._now[name].get(Stage.FETCH)
        return record is not None and record.done

    def _job(self, entry: CorpusEntry, until: Stage) -> RepositoryJob:
        options = self._options
        return RepositoryJob(
            entry=entry,
            folder=self.folder_of(entry.name),
            until=until,
            build=replace(options.build, jobs=options.jobs),
            environment=replace(options.environment, jobs=options.jobs, index=options.index),
            limits=options.limits,
            sandbox=self._sandbox,
            index=options.index,
            report=self._report,
            known=self._known.get(entry.name, ()),
            store=self._store,
        )

    def _hear(self, name: str, said: Plain, usage: Usage) -> None:
        """A job speaks, or its usage is new."""
        self._bytes[name] = max(usage.bytes, self._bytes.get(name, 0))
        match said.get("event"):
            case None:
                self._events.usage(name, usage)
            case "stage-started":
                self._at[name] = (Stage(said["stage"]), str(said["key"]), usage.cpu_seconds)
                self._events("stage-started", name, stage=said["stage"], key=said["key"])
            case "progress":
                self._events("progress", name, what=said["what"], done=said["done"], total=said["total"])
            case "stage-known" | "stage-ended" as event:
                record = read_record(said["record"])
                is_new = event == "stage-ended" or self._is_new(record)
                if is_new:
                    used = usage.cpu_seconds - self._at.get(name, (record.stage, record.key, usage.cpu_seconds))[2]
                    record = replace(
                        record,
                        peak_memory=max(record.peak_memory, usage.peak_memory),
                        cpu_seconds=max(record.cpu_seconds, round(used, 1)),
                    )
                self._learn(record, is_new=is_new)

    def _learn(self, record: StageRecord, *, is_new: bool) -> None:
        """Keep what a stage came to, and write it down and say so where that is news."""
        self._keep(record)
        if is_new:
            self._journal.record(record)
            self._say_ended(record)

    def _is_new(self, record: StageRecord) -> bool:
        """Whether the journal does not know a record: a run was killed before it could be told of it."""
        known = self._known.get(record.repository, ())
        return (record.stage, record.key, record.end) not in {(held.stage, held.key, held.end) for held in known}

    def _keep(self, record: StageRecord) -> None:
        self._at.pop(record.repository, None)
        name = record.repository
        self._now[name][record.stage] = record
        others = (r for r in self._known.get(name, ()) if (r.stage, r.key) != (record.stage, record.key))
        self._known[name] = (*others, record)

    def _take(self, ended: Ended, until: Stage) -> None:
        """A job is over."""
        name = ended.key
        if isinstance(ended, Broken):
            stage, key, _ = self._at.pop(name, (Stage.FETCH if until is Stage.FETCH else Stage.ENVIRONMENT, "", 0.0))
            record = record_of_broken(name, stage, key, ended, self._options.limits)
            self._now[name][stage] = record
            if record.end is not End.UNFINISHED:
                if key:
                    self._journal.record(record)
                self._say_ended(record)
        self._journal.used(name, ended.usage)
        self._bytes[name] = ended.usage.bytes
        self._bring(name)
        self._close(name, until)

    def _close(self, name: str, until: Stage) -> None:
        """Say what became of a repository, if nothing more is to come."""
        if until is not Stage.FETCH or not self._fetched(name):
            result = self._result_of(name, {})  # what it used is for the manifest
            if time.monotonic() - self._written > MANIFEST_EVERY:
                write_manifest(self._folder, self._result())
                self._written = time.monotonic()
            self._events("repository-ended", name, end=result.end.value, detail=result.detail, verified=result.verified)

    def _bring(self, name: str) -> None:
        """Bring what a repository's stages made on a node, so that this folder is as if they had run here."""
        for record in self._now[name].values():
            if self._store is not None and record.done and not made_of(self.folder_of(name), record).exists():
                self._store.take(name, record.stage, record.key, self.folder_of(name))
            if record.stage is Stage.BUILD:
                point_at(self.folder_of(name), record)

    def _say_ended(self, record: StageRecord) -> None:
        self._events(
            "stage-ended", record.repository, stage=record.stage.value, key=record.key, end=record.end.value,
            detail=record.detail, seconds=record.seconds,
        )  # fmt: skip

    def _used_up(self) -> str:
        """The budget that is used up, in words; empty while none is."""
        options = self._options
        if options.max_tasks is not None and self._verified() >= options.max_tasks:
            return f"--max-tasks {options.max_tasks}"
        return self._ended_by_budget()

    def _ended_by_budget(self) -> str:
        """The budget beyond which not even what runs may go on."""
        options = self._options
        if options.max_seconds is not None and time.monotonic() - self._started >= options.max_seconds:
            self._stopped = self._stopped or f"--max-seconds {options.max_seconds:g}"
        elif options.max_disk is not None and sum(self._bytes.values()) >= options.max_disk:
            self._stopped = self._stopped or f"--max-disk {options.max_disk}"
        else:
            return ""
        return self._stopped

    def _verified(self) -> int:
        built = (records.get(Stage.BUILD) for records in self._now.values())
        return sum(record.facts["verified"] for record in built if record is not None and record.done)

    def _forget_failures(self) -> None:
        for name in self._entries:
            records = self._known.get(name, ())
            failed = [record for record in records if not record.done]
            self._journal.forget(failed)
            for record in failed:
                forget(self.folder_of(name), record)
            self._known[name] = tuple(record for record in records if record.done)

    def _result(self) -> CorpusRun:
        used = self._journal.usage()
        results = tuple(self._result_of(name, used) for name in self._entries)
        return CorpusRun(str(self._folder), results, self._stopped, dataset_of(results))

    def _result_of(self, name: str, used: Mapping[str, Usage]) -> RepositoryResult:
        return result_of(self._entries[name], self._now[name].values(), used.get(name, Usage()))


def _name(job: RepositoryJob) -> str:
    return job.entry.name
