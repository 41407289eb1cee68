"""The bench: jobs that run sessions, several side by side, and a journal of what they found (D1)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from sweflow_tracer.files import Blobs
from sweflow_tracer.processes import Launcher
from sweflow_tracer.session import Options, Session, Target, run_session, run_unforked
from sweflow_tracer.workspace import Workspace, remove_listed

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
        self._spaces: SimpleQueue[Workspace] = SimpleQueue()
        self._stack = ExitStack()

    def __enter__(self) -> "Bench":
        ledger = self._journal.with_suffix(".scratch")
        remove_listed(ledger)
        bytecode = None
        for _ in range(self._setting.jobs):
            space = Workspace(self._setting.target.project.folder, ledger, bytecode)
            bytecode = bytecode or space.bytecode
            self._spaces.put(self._stack.enter_context(space))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

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
        workspace = self._spaces.get()
        setting = self._setting

        def run(blobs: Blobs, options: Options) -> Session:
            workspace.show(blobs)
            session = run_session(setting.target, workspace, setting.launcher, options)
            if session.needs_process and not options.variants:
                session = run_unforked(setting.target, workspace, setting.launcher, options)
            setting.on_session(session)
            return session

        try:
            return job.measure(run)
        finally:
            self._spaces.put(workspace)


def _key(job: Job) -> str:
    return hashlib.sha256("\n".join(job.facts).encode("utf-8")).hexdigest()
