"""The bench: jobs that run sessions, several side by side, and a journal of what they found (D1)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sweflow_tracer.files import Blobs
from sweflow_tracer.processes import Launcher
from sweflow_tracer.session import Options, Session, Target, run_groups
from sweflow_tracer.workspace import Workspaces

from sweflow_tasks.lines import read_whole_lines
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
        keys = []
        with self._journal.open("a", encoding="utf-8") as journal, ThreadPoolExecutor(self._setting.jobs) as pool:
            running: dict[Future[JsonObject], str] = {}

            def finish() -> None:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    key = running.pop(future)
                    self._known[key] = future.result()
                    journal.write(json.dumps({"key": key, "found": self._known[key]}) + "\n")
                journal.flush()

            try:
                for job in jobs:
                    keys.append(_key(job))
                    if keys[-1] not in self._known and keys[-1] not in running.values():
                        running[pool.submit(self._one, job)] = keys[-1]
                    while len(running) > self._setting.jobs:
                        finish()
                    progress(len(keys) - len(running))
                while running:
                    finish()
                    progress(len(keys) - len(running))
            except BaseException:
                self._setting.launcher.stop()
                raise
        return [self._known[key] for key in keys]

    def _one(self, job: Job) -> JsonObject:
        setting = self._setting
        with self._spaces.one() as workspace:

            def run(blobs: Blobs, options: Options) -> Session:
                session = run_groups(setting.target, workspace, blobs, setting.launcher, options)
                setting.on_session(session)
                return session

            return job.measure(run)


def _key(job: Job) -> str:
    return hashlib.sha256("\n".join(job.facts).encode("utf-8")).hexdigest()
