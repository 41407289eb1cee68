"""The stages of one repository, as they run in a job: each from what the one before came to.

What a stage came to stands in ``STAGE/KEY.json`` below the repository's folder, and what it made in the folder
``STAGE/KEY`` beside it. A stage that has ended is not run again, however its job ended.
"""

import contextlib
import hashlib
import json
import os
import resource
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweflow_tracer.format import dumps, read_project_file, write_text
from sweflow_tracer.progress import Progress
from sweflow_tracer.project.interpreter import inspect_interpreter

from sweflow_datasets import pipeline
from sweflow_datasets.corpus.fetch import fetch
from sweflow_datasets.corpus.format import read_record, record_object
from sweflow_datasets.corpus.keys import build_key, environment_key, fetch_key, report_key
from sweflow_datasets.corpus.outcomes import end_of_environment, end_of_error, is_final
from sweflow_datasets.corpus.port import Plain, Tell
from sweflow_datasets.corpus.store import Store, made_of
from sweflow_datasets.corpus.values import CorpusEntry, End, Limits, Local, Stage, StageRecord
from sweflow_datasets.corpus.watching import disk_usage
from sweflow_datasets.environments.make import make_environment
from sweflow_datasets.environments.recorded import read_recorded
from sweflow_datasets.environments.repository import read_repository
from sweflow_datasets.environments.values import EnvironmentStatus
from sweflow_datasets.environments.values import Options as EnvironmentOptions
from sweflow_datasets.folder import Folder
from sweflow_datasets.options import Options

Made = tuple[End, str, dict[str, Any]]
"""How a stage ended, why, and what it gives to the next."""
Report = Callable[[Path, Path], object]
"""Writes the report of a build to a file."""
SAY_EVERY = 0.5
DATASET = ("tasks.jsonl", "certificates.jsonl", "rejected.jsonl")
"""The files of a build that a digest of its dataset is of: equal builds have equal ones (docs/formats.md)."""


@dataclass(frozen=True, slots=True)
class RepositoryJob:
    """A repository to work on, up to a stage.

    ``known`` is what its stages came to already, ``store`` holds what they made where ``folder`` is the node's own.
    """

    entry: CorpusEntry
    folder: Path
    until: Stage
    build: Options
    environment: EnvironmentOptions
    limits: Limits
    sandbox: str | None = None
    index: str | None = None
    report: Report | None = None
    known: tuple[StageRecord, ...] = ()
    store: Store | None = None


def run_repository(job: RepositoryJob, tell: Tell) -> Plain:
    """Run the stages of a repository that have not ended yet; the records of all of them, as plain data."""
    records = _Desk(job, tell).run()
    return {"records": [record_object(record) for record in records]}


def finished(job: RepositoryJob) -> tuple[StageRecord, ...]:
    """What all stages of a repository came to, where they have ended and nothing needs to be looked at to know that.

    Empty where something is to do, or where the keys depend on files or an interpreter of this machine.
    """
    if isinstance(job.entry.source, Local) or job.entry.interpreter is not None:
        return ()
    try:
        return tuple(_Desk(job, lambda said: None, works=False).run())
    except _ToDo:
        return ()


class _ToDo(Exception):
    """A stage has not ended."""


class _Desk:
    """Where the stages of one repository are worked on; with ``works`` off, only what has ended is looked at."""

    def __init__(self, job: RepositoryJob, tell: Tell, *, works: bool = True) -> None:
        self._works = works
        self._job = job
        self._entry = job.entry
        self._tell = tell
        self._root = Path()
        self._said = 0.0

    def run(self) -> list[StageRecord]:
        """All stages up to the one that is asked for, or to the first that fails."""
        records = [self.fetch()]
        if records[-1].done and self._job.until is not Stage.FETCH:
            for stage in (self.environment, self.build, *((self.report,) if self._job.report else ())):
                records.append(stage(records[-1]))
                if not records[-1].done:
                    break
        return records

    def fetch(self) -> StageRecord:
        """The source: where it stands, and a digest of it."""
        entry, job = self._entry, self._job
        key = fetch_key(entry, _content(entry.source.path) if isinstance(entry.source, Local) else "")
        record = self._stage(Stage.FETCH, key, lambda folder: (End.DONE, "", fetch(entry, folder, job.index)))
        if record.done:
            self._root = job.folder / Stage.FETCH.value / key / record.facts["path"]
        return record

    def environment(self, fetched: StageRecord) -> StageRecord:
        """The interpreter: the one that is given, or one that is made."""
        given = self._entry.interpreter
        if given is None:
            return self._stage(Stage.ENVIRONMENT, environment_key(self._entry, fetched), self._make_environment)
        try:
            found = inspect_interpreter(pipeline.absolute(given), self._root)
        except Exception as error:
            end, detail = end_of_error(Stage.ENVIRONMENT, error)
            end = End.ENVIRONMENT if end is End.REFUSED else end
            return self._stage(Stage.ENVIRONMENT, environment_key(self._entry, fetched, given), _ended(end, detail))
        held = sorted(f"{d.name}=={d.version}" for d in found.distributions if not d.own)
        digest = hashlib.sha256(dumps([found.python, held, found.plugins]).encode()).hexdigest()
        facts = {"python": given, "version": found.python, "arguments": [], "status": "given", "pins": digest}
        key = environment_key(self._entry, fetched, digest)
        return self._stage(Stage.ENVIRONMENT, key, _ended(End.DONE, "", facts))

    def _make_environment(self, folder: Path) -> Made:
        entry, job = self._entry, self._job
        options = replace(job.environment, python=entry.python or job.environment.python)
        made = make_environment(
            self._root, folder, options, requirements=entry.requirements, arguments=entry.arguments,
            sandbox=job.sandbox, progress=self._progress,
        )  # fmt: skip
        if made.outcome.status is EnvironmentStatus.FAILED:
            return (*end_of_environment(made.outcome), {"status": EnvironmentStatus.FAILED.value})
        recorded = read_recorded(folder)
        facts = {
            "python": "venv/bin/python",
            "version": made.python,
            "arguments": list(recorded.arguments),
            "status": made.outcome.status.value,
            "pins": hashlib.sha256(dumps(made.pins).encode()).hexdigest(),
        }
        return End.DONE, "", facts

    def build(self, environment: StageRecord) -> StageRecord:
        """The tasks."""
        options = self._job.build.with_values(dict(self._entry.options))
        key = build_key(self._entry, environment, options)

        def work(folder: Path) -> Made:
            home = self._job.folder / Stage.ENVIRONMENT.value / environment.key
            summary = pipeline.build(
                self._root,
                folder,
                python=home / environment.facts["python"],
                arguments=(*environment.facts["arguments"], *self._entry.arguments),
                allow_dirty=self._entry.allow_dirty,
                options=options,
                sandbox=self._job.sandbox,
                progress=self._progress,
            )
            return _built(Folder(folder), summary)

        record = self._stage(Stage.BUILD, key, work)
        point_at(self._job.folder, record)
        return record

    def report(self, build: StageRecord) -> StageRecord:
        """The report, for people."""

        def work(folder: Path) -> Made:
            assert self._job.report is not None
            file = self._job.folder / "report.html"
            self._job.report(self._job.folder / Stage.BUILD.value / build.key, file)
            return End.DONE, "", {"path": file.name}

        return self._stage(Stage.REPORT, report_key(build), work)

    def _stage(self, stage: Stage, key: str, work: Callable[[Path], Made]) -> StageRecord:
        """What a stage came to: known, or found out now."""
        place = self._job.folder / stage.value / key
        known = self._known(stage, key, place)
        if known is not None:
            self._tell({"event": "stage-known", "record": record_object(known)})
            return known
        if not self._works:
            raise _ToDo
        self._tell({"event": "stage-started", "stage": stage.value, "key": key})
        started, used = time.monotonic(), _cpu_seconds()
        if stage in (Stage.FETCH, Stage.ENVIRONMENT):
            place.mkdir(parents=True, exist_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            end, detail, facts = work(place)
        except Exception as error:
            (end, detail), facts = end_of_error(stage, error), {}
            if end is End.DISK:
                facts = {"limit": self._job.limits.disk}
        record = StageRecord(
            self._entry.name, stage, key, end, detail, round(time.monotonic() - started, 1),
            round(_cpu_seconds() - used, 1), 0, disk_usage((place,)), facts,
        )  # fmt: skip
        write_text(place.with_suffix(".json"), dumps(record_object(record)) + "\n")
        if self._job.store is not None:
            self._job.store.keep(record, self._job.folder)
        self._tell({"event": "stage-ended", "record": record_object(record)})
        return record

    def _known(self, stage: Stage, key: str, place: Path) -> StageRecord | None:
        """What a stage came to before, if what it made is still there and it is not to be tried again."""
        found = next((r for r in self._job.known if (r.stage, r.key) == (stage, key)), None)
        if found is None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                found = read_record(json.loads(place.with_suffix(".json").read_text("utf-8")))
        store = self._job.store if self._works else None
        if found is not None and found.done and not made_of(self._job.folder, found).exists():
            found = None
        if found is None and store is not None:
            found = store.take(self._entry.name, stage, key, self._job.folder)
        elif found is not None and store is not None and not store.has(found):
            store.keep(found, self._job.folder)
        return found if found is not None and is_final(found, self._job.limits) else None

    def _progress(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._said > SAY_EVERY:
            self._said = now
            self._tell({"event": "progress", "what": progress.stage, "done": progress.done, "total": progress.total})


def _ended(end: End, detail: str, facts: Mapping[str, Any] | None = None) -> Callable[[Path], Made]:
    """A stage whose end is known already."""
    return lambda folder: (end, detail, dict(facts or {}))


def _content(path: str) -> str:
    """A digest of a folder's files, or of an archive; where neither is there, the path, and fetching says why."""
    place = Path(path)
    with contextlib.suppress(OSError):
        if place.is_file():
            with place.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    try:
        return dumps([path, read_repository(place).source])
    except Exception:
        return path


def _cpu_seconds() -> float:
    """Seconds of processors that this process and those that it has waited for took."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _built(folder: Folder, summary: Mapping[str, Any]) -> Made:
    project, _ = read_project_file(folder.project)
    facts = {
        "version": project.version,
        "licence": project.license,
        "source": project.source,
        "tests": summary["tests"]["collected"],
        "accepted": summary["tests"]["accepted"],
        "steps": summary["steps"]["scheduled"],
        "verified": summary["steps"]["verified"],
        "reasons": dict(summary["steps"]["rejected"]),
        "dataset": dataset_digest(folder.root),
    }
    return End.DONE, "", facts


def dataset_digest(folder: Path) -> str:
    """A digest of what a build hands on: the same tasks, the same digest, whatever the run took."""
    digest = hashlib.sha256()
    for name in DATASET:
        content = (folder / name).read_bytes() if (folder / name).exists() else b""
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def point_at(folder: Path, build: StageRecord) -> None:
    """Have a repository's link ``sweflow`` lead to a build, at once, if there is one."""
    if not made_of(folder, build).is_dir():
        return
    link = folder / "sweflow"
    scratch = link.with_name(f".{link.name}.new")
    scratch.unlink(missing_ok=True)
    scratch.symlink_to(Path(build.stage.value) / build.key)
    os.replace(scratch, link)


def forget(folder: Path, record: StageRecord) -> None:
    """Remove what a stage came to, so that it is tried again; what it made stays and is gone on from."""
    (folder / record.stage.value / f"{record.key}.json").unlink(missing_ok=True)
    if record.stage is Stage.FETCH:
        shutil.rmtree(folder / record.stage.value / record.key, ignore_errors=True)
