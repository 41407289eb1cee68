"""A session: one run of pytest with the probe in it, on a tree, and the records that it left."""

import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sweflow_tracer.errors import RanElsewhere, RunnerDependency, SessionFailed
from sweflow_tracer.runner.channel import Tail, new_channel
from sweflow_tracer.runner.command import install_probe, probe_config, pytest_command, target_environment
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.records import CodeRow, CollectedRecord, ErrorRow, Record, TestRecord
from sweflow_tracer.runner.seals import is_sealed
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.sandbox.port import SOFT_LIMIT

POLL_SECONDS = 0.05
WRITES = "writes to the channel"
"""The alarm of a line that the probe did not write."""


@dataclass(slots=True)
class Session:
    """The records of a session; a test has one a group that it is in.

    ``collected`` is None until pytest has collected. A guarded session has ``decoys``, records of tests that must fail,
    and ``alarms``: what the code under test did to its judges, in words. Each record must carry the seal; one without
    becomes an alarm. ``unfit`` are groups that did not run, since their variant could not be put in place in a running
    process.
    """

    collected: CollectedRecord | None = None
    tests: list[TestRecord] = field(default_factory=list)
    unfit: list[int] = field(default_factory=list)
    ran: bool = False
    timed_out: bool = False
    code: int | None = None
    seconds: float = 0.0
    log: str = ""
    decoys: list[TestRecord] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    seen: set[tuple[int, str]] = field(default_factory=set, repr=False)

    @property
    def reads(self) -> tuple[str, ...]:
        """Files of the project that a watched session read as data before any test."""
        return tuple(self.collected.get("reads", ())) if self.collected is not None else ()

    @property
    def errors(self) -> list[ErrorRow]:
        """What could not be collected."""
        return self.collected["errors"] if self.collected is not None else []

    @property
    def codes(self) -> list[CodeRow]:
        """The code objects that were known after collection."""
        return self.collected["codes"] if self.collected is not None else []

    @property
    def needs_process(self) -> bool:
        """Threads lived on after collection, so that forking would have been unsound."""
        return self.collected is not None and not self.ran and self.collected["threads"] > 0


def run_session(
    target: Target,
    workspace: Workspace,
    launcher: Launcher,
    options: SessionOptions,
    on_record: Callable[[Record], None] = lambda record: None,
    journal: Path | None = None,
) -> Session:
    """Run pytest on the workspace's tree.

    The target writes its records to a file in the run's own folder, whose name nobody can know before and says
    nothing; a guarded one takes it away as soon as it is open. ``journal`` is
    a file to which they are added as they come. Raises RanElsewhere, RunnerDependency, SandboxFailed, and
    SessionFailed where pytest ends before it collected.
    """
    run = workspace.fresh_run()
    channel = new_channel(run)
    config = probe_config(run, target, workspace, channel, options, isolated=launcher.sandbox.isolated)
    probe = install_probe(run, target, config)
    log = run / "log.txt"
    session = Session()
    started = time.monotonic()
    tail = Tail(channel, journal)
    command = pytest_command(target, probe.name, run, workspace.tree, options.paths, probe.name)
    environment = target_environment(target, run, workspace, options.seed, probe if options.follows else None)
    given = () if options.guard is not None else (workspace.compiled,)
    with tail, launcher.start(command, workspace.tree, environment, log, channel, given) as running:
        code, heard, warned = None, time.monotonic(), False
        while code is None:
            code = running.wait(POLL_SECONDS)
            for record in tail.read():
                heard, warned = time.monotonic(), False
                if record["kind"] == "compiled" and options.guard is None:
                    workspace.keep_compiled(record["path"], record["data"])
                    continue
                take_record(session, record, options.guard)
                on_record(record)
            silent = time.monotonic() - heard
            if session.collected and not options.fork and silent > options.timeout and not warned:
                warned = True
                running.signal(SOFT_LIMIT)
            patience = options.patience(collected=session.collected is not None)
            over = options.limit is not None and time.monotonic() - started > options.limit
            if code is None and (silent > patience or over):
                session.timed_out = True
                break
    session.code = code
    session.seconds = time.monotonic() - started
    session.log = end_of(log)
    shutil.rmtree(run, ignore_errors=True)
    _check(session, options)
    return session


def end_of(log: Path, characters: int = 8000) -> str:
    """The last characters of a file, which may be as long as a disk is large."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4 * characters))
        return file.read(4 * characters).decode("utf-8", "replace")[-characters:]


def take_record(session: Session, record: Record, guard: Guarded | None) -> None:
    """Take a record; in a guarded session it may be one that the probe never wrote."""
    try:
        if guard is None or is_sealed(guard.key, record):
            _take(session, record)
        else:
            session.alarms.append(_forged(record))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        if guard is None:
            raise
        session.alarms.append(WRITES)


def _forged(record: Record) -> str:
    """What a record without a seal is called."""
    return f"forged a record of {str(record['id'])[:200]}" if record["kind"] == "test" else WRITES


def _take(session: Session, record: Record) -> None:
    match record["kind"]:
        case "start":
            if record["early"]:
                raise RunnerDependency(tuple(record["early"]))
        case "collected":
            session.collected = record
        case "test":
            _take_test(session, record)
        case "alarm" | "torn":
            session.alarms.append(str(record["what"]))
        case "unfit":
            session.unfit.append(record["group"])
        case "end":
            session.ran = record["ran"]
    if record["kind"] in ("collected", "test", "kept"):
        for name, path in record.get("strays", ()):
            raise RanElsewhere(name, path)
    if record["kind"] in ("test", "kept"):
        alarms = map(str, record.get("alarms", ()))
        session.alarms += [alarm for alarm in alarms if alarm not in session.alarms]


def _take_test(session: Session, record: TestRecord) -> None:
    group, test = record.get("group", 0), record["id"]
    if (group, test) not in session.seen:  # a test has one record a group, and the first one stands
        session.seen.add((group, test))
        (session.tests if group >= 0 else session.decoys).append(record)


def _check(session: Session, options: SessionOptions) -> None:
    if session.collected is None:
        problem = "took too long to collect" if session.timed_out else f"ended with exit code {session.code}"
        killed = session.code == -signal.SIGKILL
        raise SessionFailed(problem, session.log, killed=killed, timed_out=session.timed_out)
    if options.fork and not session.ran and not session.needs_process:
        problem = f"ended with exit code {session.code} before every test had run"
        raise SessionFailed(problem, session.log, killed=True, collected=True, timed_out=session.timed_out)
