"""The pool: jobs that run sessions, several side by side, whose outcomes a journal keeps."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, Self

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import SessionOptions
from sweflow_tracer.runner.series import Turn, run_series
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.settings import RunSettings
from sweflow_tracer.runner.unforked import run_groups
from sweflow_tracer.runner.workspace import Workspaces

from sweflow_tasks.execution.journal import Journal
from sweflow_tasks.values import JsonObject

Run = Callable[[Blobs, SessionOptions], Session]
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


class Sessions:
    """What runs sessions of a build. A context manager: its workspaces, one a job, stand until it is left."""

    def __init__(self, settings: RunSettings, journal: Path) -> None:
        self._settings = settings
        self._spaces = Workspaces(settings.target.project.folder, journal.with_suffix(".scratch"), settings.jobs)

    def __enter__(self) -> Self:
        self._spaces.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._spaces.__exit__(*error)

    def session(self, blobs: Blobs, options: SessionOptions) -> Session:
        """One session in a workspace that nobody else uses meanwhile. Raises SessionFailed."""
        settings = self._settings
        with self._spaces.one() as workspace:
            session = run_groups(settings.target, workspace, blobs, settings.launcher, options)
        settings.on_session(session)
        return session

    def series(self, turns: Sequence[Turn]) -> list[Session | None]:
        """Sessions one after the other in one workspace; None for one that is to run by itself."""
        settings = self._settings
        with self._spaces.one() as workspace:
            sessions = run_series(settings.target, workspace, settings.launcher, turns)
        for session in filter(None, sessions):
            settings.on_session(session)
        return sessions


class JobPool(Sessions):
    """Runs jobs, remembers what they found in a journal file, and never runs the same one twice."""

    def __init__(self, settings: RunSettings, journal: Path) -> None:
        super().__init__(settings, journal)
        self._journal: Journal[tuple[str, Job], JsonObject] = Journal(journal, _Outcomes())

    def measure(self, jobs: Iterable[Job], progress: Callable[[int], None]) -> list[JsonObject]:
        """The outcome of every job, in order. ``progress`` is told how many are done."""
        settings = self._settings
        keyed = [(settings.key(job.facts), job) for job in jobs]
        found: dict[str, JsonObject] = {}
        alike, done = Counter(key for key, _ in keyed), 0
        with self._journal.results(keyed, self._measure, settings.launcher.stop, settings.jobs) as results:
            for (key, _), outcome in results:
                found[key] = outcome
                done += alike[key]
                progress(done)
        return [found[key] for key, _ in keyed]

    def _measure(self, keyed: tuple[str, Job]) -> JsonObject:
        return keyed[1].measure(self.session)


class _Outcomes:
    """Outcomes of jobs, each with its key, as entries of a journal."""

    def key(self, job: tuple[str, Job]) -> str:
        return job[0]

    def row(self, job: tuple[str, Job], result: JsonObject) -> JsonObject:
        return {"found": result}

    def result(self, row: JsonObject) -> JsonObject | None:
        return dict(row["found"])
