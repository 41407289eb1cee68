"""The output folder: its files, its lock, and whose build it holds."""

import contextlib
import fcntl
import json
import logging
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from sweflow_tracer.errors import FileNotUsable, OutputNotUsable, TasksInTheWay
from sweflow_tracer.format import dumps, read_document, read_project_file, reading, write_document, write_project
from sweflow_tracer.paths import StrPath
from sweflow_tracer.project.files import Blobs, read_blobs, write_blob
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.session import Session

from sweflow_datasets.log import LOG
from sweflow_datasets.log import NAME as LOG_FILE

OPTIONS_VERSION = 1
MADE = {"trace": "trace", "graph": "graph", "schedule": "schedule", "tasks": "set of unverified tasks"}
"""What a stage makes, in words."""


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Have a folder, which is made where it is not there, to oneself. Raises OutputNotUsable."""
    with contextlib.ExitStack() as stack:
        try:
            root.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((root / ".lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputNotUsable(root, "another sweflow is working there") from error
        except OSError as error:
            raise OutputNotUsable(root, error.strerror or str(error)) from error
        yield


@dataclass(frozen=True, slots=True, init=False)
class Folder:
    """Where everything of one build stands."""

    root: Path

    def __init__(self, root: StrPath) -> None:
        object.__setattr__(self, "root", Path(root))

    @property
    def project(self) -> Path:
        """The project and its interpreter."""
        return self.root / "project.json"

    @property
    def options(self) -> Path:
        """The options that the build was started with."""
        return self.root / "options.json"

    @property
    def source(self) -> Path:
        """The snapshot of the source."""
        return self.root / "source"

    @property
    def trace(self) -> Path:
        """What the tests called."""
        return self.root / "trace.json"

    @property
    def graph(self) -> Path:
        """The runtime dependency graph."""
        return self.root / "graph.json"

    @property
    def schedule(self) -> Path:
        """The development schedule."""
        return self.root / "schedule.json"

    @property
    def candidates(self) -> Path:
        """Tasks that nobody has verified yet."""
        return self.root / "candidates.jsonl"

    @property
    def history(self) -> Path:
        """The chain of trees as a bare git repository."""
        return self.root / "history.git"

    @property
    def tests(self) -> Path:
        """The order of the tests, of which each PASS_TO_PASS is the beginning."""
        return self.root / "tests.jsonl"

    @property
    def tasks(self) -> Path:
        """Verified tasks."""
        return self.root / "tasks.jsonl"

    @property
    def certificates(self) -> Path:
        """What was measured of each verified task."""
        return self.root / "certificates.jsonl"

    @property
    def twins(self) -> Path:
        """The twins of its tests, which whoever solves the tasks must not see."""
        return self.root / "twins.jsonl"

    @property
    def rejected(self) -> Path:
        """What did not make it."""
        return self.root / "rejected.jsonl"

    @property
    def summary(self) -> Path:
        """Counts; the last file that a build writes."""
        return self.root / "summary.json"

    @property
    def images(self) -> Path:
        """The images of its tasks, where some were built."""
        return self.root / "images.json"

    @property
    def requirements(self) -> Path:
        """The environment's pins as its image took them, with hashes."""
        return self.root / "requirements.txt"

    @property
    def runs(self) -> Path:
        """Durations and host facts."""
        return self.root / "runs.jsonl"

    @property
    def logs(self) -> Path:
        """What pytest printed in each run."""
        return self.root / "logs"

    @property
    def work(self) -> Path:
        """Journals of unfinished stages."""
        return self.root / "work"

    @property
    def questions(self) -> Path:
        """The answers to what an unfinished schedule asked."""
        return self.work / "questions.jsonl"

    @property
    def journal(self) -> Path:
        """The trees that an unfinished verification has run."""
        return self.work / "verify.jsonl"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second build out. Raises OutputNotUsable."""
        with locked(self.root):
            LOG.debug("works in %s", self.root, extra={"folder": self.root})
            yield

    def claim(self, project: Project, python: Path, options: dict[str, Any]) -> None:
        """Make the folder this build's own, or go on with it. Raises OutputNotUsable where it is another's."""
        wanted = _as_stored(options)
        if self.project.exists():
            held, _ = read_project_file(self.project)
            if replace(held, files=()) != replace(project, files=()):
                raise OutputNotUsable(self.root, f"it holds a build of {held.repo} at {held.source[:12]}")
            if self.stored_options() != wanted:
                raise OutputNotUsable(self.root, "its build was started with other options")
            return
        if any(entry.name != ".lock" for entry in self.root.iterdir()):
            raise OutputNotUsable(self.root, "it is not empty and holds no build")
        write_document(self.options, "options", OPTIONS_VERSION, {"options": wanted})
        write_project(self.project, project, python)

    def holds_other_state(self, project: Project, options: dict[str, Any]) -> bool:
        """Whether the folder holds a finished trace of the same project in another state, and no tasks.

        Trees that an unfinished verification has run are worth as much as tasks.
        """
        costly = any(path.exists() for path in (self.candidates, self.tasks, self.journal))
        if costly or not (self.project.exists() and self.trace.exists()):
            return False
        held, _ = read_project_file(self.project)
        same = replace(held, files=(), source=project.source, created_at=project.created_at)
        return (
            held.source != project.source
            and same == replace(project, files=())
            and self.stored_options() == _as_stored(options)
        )

    def stored_options(self) -> dict[str, Any]:
        """The options that the build was started with. Raises FileNotUsable."""
        document = read_document(self.options, "options", OPTIONS_VERSION)
        with reading(self.options, "put it back, or build in another folder"):
            return dict(document["options"])

    def change_options(self, options: dict[str, Any]) -> None:
        """Store other options, where there are any."""
        wanted = _as_stored(options)
        if self.options.exists() and self.stored_options() != wanted:
            write_document(self.options, "options", OPTIONS_VERSION, {"options": wanted})

    def write_source(self, blobs: Blobs) -> None:
        """Write the snapshot, all at once."""
        scratch = self.root / "source.new"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        for path, (mode, content) in blobs.items():
            write_blob(scratch / path, mode, content)
        shutil.rmtree(self.source, ignore_errors=True)
        scratch.rename(self.source)

    def read_source(self, project: Project) -> Blobs:
        """The snapshot's files."""
        return read_blobs(self.source, project.files)

    def note(self, stage: str, seconds: float, **facts: Any) -> None:
        """Add a line to ``runs.jsonl`` and to the log."""
        shown = "".join(f", {name} {value}" for name, value in facts.items())
        level = logging.DEBUG if facts else logging.INFO
        LOG.log(level, "%s: %.1f s%s", stage, seconds, shown, extra={"folder": self.root})
        row = {
            "stage": stage,
            "seconds": round(seconds, 3),
            "ended": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "host": platform.platform(),
            **facts,
        }
        with self.runs.open("a", encoding="utf-8") as file:
            file.write(dumps(row) + "\n")

    def keeper(self, stage: str) -> Callable[[Session], None]:
        """A function that keeps a pytest run's log and notes the run."""
        lock = Lock()

        def keep(session: Session) -> None:
            with lock:
                self.logs.mkdir(exist_ok=True)
                log = self.logs / f"{stage}-{len(list(self.logs.iterdir())):05d}.txt"
                log.write_text(session.log, "utf-8")
                facts = {"session": len(session.tests), "log": log.relative_to(self.root).as_posix()}
                self.note(stage, session.seconds, **facts)

        return keep

    def seconds(self) -> dict[str, float]:
        """Seconds spent per stage, over all runs."""
        total: dict[str, float] = {}
        lines: list[bytes] = []
        with contextlib.suppress(OSError):  # these are notes: what cannot be read of them costs nothing
            lines = self.runs.read_bytes().split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                row = json.loads(line)
                if "session" not in row:
                    total[str(row["stage"])] = total.get(str(row["stage"]), 0.0) + float(row["seconds"])
        return {stage: round(seconds, 1) for stage, seconds in total.items()}

    def check_history(self) -> None:
        """Raises FileNotUsable where the history is not there, or is no repository of git's."""
        if not (self.history / "HEAD").is_file():
            raise FileNotUsable(self.history, "is not there", "put it back, or run `sweflow verify` again")

    def check_replaceable(self, stage: str, *, force: bool) -> None:
        """Raises TasksInTheWay where another file of this stage would cost verified tasks, unless that is wanted."""
        if self.tasks.exists() and not force:
            raise TasksInTheWay(self.root, f"another {MADE[stage]}")

    def drop_after(self, stage: str) -> None:
        """Remove what later stages made of this stage's old file."""
        made = {"trace": self.graph, "graph": self.schedule, "schedule": self.candidates}
        later = list(made)[list(made).index(stage) :] if stage in made else []
        for path in (*(made[name] for name in later), *self._verified, *self.of_images, self.tests):
            path.unlink(missing_ok=True)

    @property
    def of_images(self) -> tuple[Path, ...]:
        """What is said of images; it is of these very tasks, and goes with them."""
        return (self.images, self.requirements)

    @property
    def _verified(self) -> tuple[Path, ...]:
        """What verification makes, but for the tests."""
        return (self.tasks, self.certificates, self.twins, self.rejected, self.summary)

    def clear(self) -> None:
        """Remove everything that a build writes; the lock stays, since it is held."""
        scratch = (self.root / "source.new", self.root / "history.new")
        for path in (self.source, self.history, self.logs, self.work, *scratch):
            shutil.rmtree(path, ignore_errors=True)
        results = (self.candidates, self.tests, *self._verified, *self.of_images, self.runs)
        logs = (self.root / LOG_FILE, self.root / f"{LOG_FILE}.1")
        for path in (self.options, self.project, self.trace, self.graph, self.schedule, *results, *logs):
            path.unlink(missing_ok=True)


def _as_stored(options: dict[str, Any]) -> Any:
    """Options as they come back from their file: tuples are lists there."""
    return json.loads(dumps(options))
