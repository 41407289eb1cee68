"""The bench: jobs that run sessions, several side by side, and a journal of what they found (D1)."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.pool import side_by_side
from sweflow_tracer.runner.session import Options, Session, Target, run_groups
from sweflow_tracer.runner.workspace import Workspaces

from sweflow_tasks.execution.line_journal import read_whole_lines
from sweflow_tasks.values import JsonObject

Run = Callable[[Blobs, Options], Session]
"""Runs a session on a tree. Raises SessionFailed."""


class Job(Protocol):
    """Something to measure. ``facts`` are all that the outcome depends on."""

    @property
    def facts(self) -> Iterable[str]:
        """Texts that differ where the outcome may."""
        ...

    def measure(self, run: Run) -> JsonObject:
        """The outcome."""
        ...


@dataclass(frozen=True, slots=True)
class Setting:
    """What every session on a bench has in common. ``on_session`` is told of each."""

    target: Target
    launcher: Launcher
    jobs: int
    timeout: float
    on_session: Callable[[Session], None]


class Bench:
    """Runs jobs, remembers what they found in a journal file, and never runs the same one twice.

    A context manager: its workspaces, one a job, stand until it is left.
    """

    def __init__(self, setting: Setting, journal: Path) -> None:
        self._setting = setting
        self._journal = journal
        self._known = {entry["key"]: entry["found"] for entry in read_whole_lines(journal)}
        ledger = journal.with_suffix(".scratch")
        self._spaces = Workspaces(setting.target.project.folder, ledger, setting.jobs)

    def __enter__(self) -> "Bench":
        self._spaces.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._spaces.__exit__(*error)

    def measure(self, jobs: Iterable[Job], progress: Callable[[int], None]) -> list[JsonObject]:
        """The outcome of every job, in order. ``progress`` is told how many are done."""
        keys: list[str] = []

        def different() -> Iterator[tuple[str, Job]]:
            asked: set[str] = set()
            for job in jobs:
                keys.append(_key(job, self._setting))
                if keys[-1] not in asked:
                    asked.add(keys[-1])
                    yield keys[-1], job

        with self._journal.open("a", encoding="utf-8") as journal:

            def keep(job: tuple[str, Job], found: JsonObject) -> None:
                self._known[job[0]] = found
                journal.write(json.dumps({"key": job[0], "found": found}) + "\n")
                journal.flush()

            def known(job: tuple[str, Job]) -> JsonObject | None:
                return self._known.get(job[0])

            def work(job: tuple[str, Job]) -> JsonObject:
                return self._one(job[1])

            stop, workers = self._setting.launcher.stop, self._setting.jobs
            with side_by_side(different(), work, keep, stop, workers, known) as results:
                for _ in results:
                    progress(sum(key in self._known for key in keys))
        return [self._known[key] for key in keys]

    def _one(self, job: Job) -> JsonObject:
        setting = self._setting
        with self._spaces.one() as workspace:

            def run(blobs: Blobs, options: Options) -> Session:
                session = run_groups(setting.target, workspace, blobs, setting.launcher, options)
                setting.on_session(session)
                return session

            return job.measure(run)


def _key(job: Job, setting: Setting) -> str:
    """All that an outcome depends on: also where it is measured."""
    target = setting.target
    where = (setting.launcher.sandbox.name, target.project.python, str(target.python))
    return hashlib.sha256("\n".join((*where, *job.facts)).encode("utf-8")).hexdigest()
