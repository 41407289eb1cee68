"""A session: one run of pytest with the probe in it, on a tree, and the records that it left."""

import hashlib
import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import RanElsewhere, RunnerDependency, SessionFailed
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.interpreter import PROBE
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.records import Record, Tail
from sweflow_tracer.runner.seals import is_sealed
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.sandbox.port import SOFT_LIMIT

Groups = str | Sequence[Sequence[str]]
"""``"each"``: every item in a process of its own; ``"together"``: all in one; or lists of test ids."""

COLLECT_SECONDS = 300.0
POLL_SECONDS = 0.05
VARIABLES = {
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "80",
    "PYTHONNOUSERSITE": "1",
}
"""Pinned for every run of a target's code, together with PYTHONHASHSEED and PYTHONPATH."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a session runs: the project, its interpreter, and the folder that it was copied from, if any."""

    project: Project
    python: Path
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Guarded:
    """Run code that nobody trusts, and make its results hard to forge (V6); ``trusted`` are files below the root.

    ``key`` seals what the probe writes (hex).
    """

    trusted: Sequence[str]
    key: str = field(default_factory=lambda: secrets.token_hex(32))


@dataclass(frozen=True, slots=True)
class Variant:
    """Another text of a function: in the file's UTF-8 text it stands in place of the bytes ``start:end``.

    ``line`` is the function's first in the file, decorators included.
    """

    path: str
    name: str
    line: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a session runs. ``timeout`` is in seconds for one test; ``traced`` the groups to record (None: all).

    ``follow``: record processes that tests start, too. ``select``: node ids below which a test must be, if any.
    ``limit`` is in seconds for the whole session; None where there is none but the silence of its tests. ``collect``
    is in seconds until the tests are collected. ``variants`` gives by number of a group the variant that it runs with,
    up to its first test that does not pass. ``again`` are groups of which the first test that does not pass, and
    all that follow it, run once more in a process of their own each; those records stand. ``lines`` are groups whose
    tests' records say which lines of ``watched`` (first and last lines, by path) they ran.
    ``watch``: records say which files of the project a test read as data, and whether it started a process.
    """

    engine: str = "none"
    groups: Groups = "each"
    fork: bool = True
    jobs: int = 1
    timeout: float = 60.0
    seed: int = 0
    skip: Sequence[str] = ()
    follow: bool = True
    select: Sequence[str] = ()
    paths: Sequence[str] | None = None
    traced: Sequence[int] | None = None
    guard: Guarded | None = None
    limit: float | None = None
    collect: float = COLLECT_SECONDS
    variants: Mapping[int, Variant] = field(default_factory=dict)
    again: Sequence[int] = ()
    lines: Sequence[int] = ()
    watched: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    watch: bool = False


@dataclass(slots=True)
class Session:
    """The records of a session; a test has one a group that it is in.

    A guarded session has ``decoys``, records of tests that must fail, and ``alarms``: what the code under test did to
    its judges, in words. A record that says passed without a seal becomes an alarm. ``unfit`` are groups that did not
    run, since their variant could not be put in place in a running process.
    """

    collected: Record = field(default_factory=dict)
    tests: list[Record] = field(default_factory=list)
    unfit: list[int] = field(default_factory=list)
    ran: bool = False
    timed_out: bool = False
    code: int | None = None
    seconds: float = 0.0
    log: str = ""
    decoys: list[Record] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    seen: set[tuple[int, str]] = field(default_factory=set, repr=False)

    @property
    def needs_process(self) -> bool:
        """Threads lived on after collection, so that forking would have been unsound."""
        return bool(self.collected) and not self.ran and bool(self.collected["threads"])


def run_session(
    target: Target,
    workspace: Workspace,
    launcher: Launcher,
    options: SessionOptions,
    on_record: Callable[[Record], None] = lambda record: None,
    journal: Path | None = None,
) -> Session:
    """Run pytest on the workspace's tree.

    The target writes its records to a file in the run's own folder, whose name nobody can know before; ``journal`` is
    a file to which they are added as they come. Raises RanElsewhere, RunnerDependency, SandboxFailed, and
    SessionFailed where pytest ends before it collected.
    """
    run = workspace.fresh_run()
    channel = run / f"records-{secrets.token_hex(8)}.jsonl"
    channel.touch(0o600)
    probe = _install_probe(run, target, workspace, channel, options, isolated=launcher.sandbox.isolated)
    log = run / "log.txt"
    session = Session()
    started = time.monotonic()
    tail = Tail(channel, journal)
    command = pytest_command(target, probe.name, run, workspace.tree, options.paths)
    environment = target_environment(target, run, workspace, options.seed)
    if options.engine != "none" and options.follow:
        environment["PYTHONPATH"] = os.pathsep.join((str(probe / "hook"), environment["PYTHONPATH"]))
    with tail, launcher.start(command, workspace.tree, environment, log, channel) as running:
        code, heard, warned = None, time.monotonic(), False
        while code is None:
            code = running.wait(POLL_SECONDS)
            for record in tail.read():
                heard, warned = time.monotonic(), False
                _take_any(session, record, options.guard)
                on_record(record)
            silent = time.monotonic() - heard
            if session.collected and not options.fork and silent > options.timeout and not warned:
                warned = True
                running.signal(SOFT_LIMIT)
            patience = options.timeout + 10.0 if session.collected else options.collect
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


def run_groups(
    target: Target, workspace: Workspace, blobs: Blobs, launcher: Launcher, options: SessionOptions
) -> Session:
    """Show the tree and run the groups, each in a forked process; in a pytest of its own where forking is unsound.

    Variants are of running processes only: groups of such a session then stay without a record. Raises what
    ``run_session`` raises.
    """
    workspace.show(blobs)
    session = run_session(target, workspace, launcher, options)
    if session.needs_process and not options.variants:
        workspace.show(blobs)
        session = run_unforked(target, workspace, launcher, options)
    return session


def run_unforked(
    target: Target,
    workspace: Workspace,
    launcher: Launcher,
    options: SessionOptions,
    on_record: Callable[[Record], None] = lambda record: None,
    journal: Path | None = None,
) -> Session:
    """Run each group in a pytest process of its own, for projects in which forking is unsound.

    A test that ends its process is recorded as lost or timed out, and the rest of its group goes on in a new one.
    """
    merged = Session(ran=True)
    groups = () if isinstance(options.groups, str) else options.groups

    def run(group: Sequence[str], number: int) -> list[Record]:
        found: list[Record] = []
        left = list(group)
        traced = None if options.traced is None else [0] if number in options.traced else []
        again = [0] if number in options.again else []
        while left:
            alone = replace(options, groups=[left], fork=False, traced=traced, again=again)
            session = run_session(target, workspace, launcher, alone, on_record, journal)
            merged.collected = merged.collected or session.collected
            merged.seconds += session.seconds
            merged.alarms += session.alarms
            merged.decoys += session.decoys
            merged.log = session.log
            found += [{**record, "group": number} for record in session.tests]
            done = {record["id"] for record in session.tests}
            left = [test for test in left if test not in done]
            if not left or session.ran:
                break
            lost = _lost(left.pop(0), session, number)
            found.append(lost)
            if journal is not None:
                with journal.open("a", encoding="ascii") as file:
                    file.write(json.dumps(lost) + "\n")
        return found

    for number, group in enumerate(groups):
        records = run(group, number)
        failed = next((n for n, record in enumerate(records) if record["outcome"] != "passed"), len(records))
        if number in options.again and len(group) > 1:
            alone = [record for doubtful in records[failed:] for record in run([doubtful["id"]], number)]
            records = [*records[:failed], *alone]
        merged.tests += records
    return merged


def _lost(test: str, session: Session, group: int) -> Record:
    outcome = "timed-out" if session.timed_out else "lost"
    detail = "no end in time" if session.timed_out else f"process left with exit code {session.code}"
    return {"kind": "test", "id": test, "outcome": outcome, "detail": detail, "group": group}


def pytest_command(target: Target, plugin: str, run: Path, tree: Path, paths: Sequence[str] | None) -> list[str]:
    """The command line of a session."""
    plugins = target.project.plugins
    switches = ["--no-cov"] if "pytest_cov" in plugins else []
    switches += ["-p", "no:randomly"] if "randomly" in plugins else []
    return [
        *(str(target.python), "-m", "pytest", "-p", f"{plugin}.plugin"),
        *("-o", f"cache_dir={run / 'cache'}", f"--rootdir={tree}", *switches),
        *(target.project.arguments if paths is None else paths),
    ]


def target_environment(target: Target, run: Path, workspace: Workspace, seed: int) -> dict[str, str]:
    """The environment of a session: nothing of ours but what it takes to run.

    Interpreter and pytest start from the bytecode that lies beside them; the probe then sends what is compiled from
    there on to the workspace.
    """
    tree = workspace.tree
    roots = [str(tree / root) if root != "." else str(tree) for root in target.project.roots]
    path = os.pathsep.join((str(target.python.parent), os.environ.get("PATH", os.defpath)))
    return {
        **VARIABLES,
        "PATH": path,
        "HOME": str(run / "home"),
        "TMPDIR": str(run / "tmp"),
        "PYTHONHASHSEED": str(seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join((*roots, str(run / "probe"))),
    }


def codes_of(record: Record, collected: Sequence[list[Any]]) -> list[list[Any]]:
    """The code objects that a test's edges speak of, by number less one; ``collected`` were known after collection."""
    return [*collected[: record.get("base", 0)], *record.get("codes", ())]


def _install_probe(
    run: Path, target: Target, workspace: Workspace, channel: Path, options: SessionOptions, *, isolated: bool
) -> Path:
    """Copy the probe under a private name, with its configuration; its folder (T5).

    In an isolated sandbox no bytecode is kept, and the process that starts pytest is none that we know.
    """
    name = "_sweflow_probe_" + hashlib.sha256(str(run).encode()).hexdigest()[:12]
    folder = run / "probe" / name
    shutil.copytree(PROBE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    groups = options.groups if isinstance(options.groups, str) else [list(group) for group in options.groups]
    config: Mapping[str, Any] = {
        "root": str(workspace.tree),
        "origin": str(target.origin.resolve()) if target.origin else None,
        "names": list(target.project.names),
        "channel": str(channel),
        "scratch": str(run / "tmp"),
        "bytecode": None if isolated or options.guard else str(workspace.bytecode),
        "parent": 0 if isolated else os.getpid(),
        "engine": options.engine,
        "follow": options.follow,
        "spool": str(run / "spool"),
        "jobs": options.jobs,
        "timeout": options.timeout,
        "fork": options.fork,
        "groups": groups,
        "skip": list(options.skip),
        "select": list(options.select),
        "watch": options.watch,
        "traced": None if options.traced is None else list(options.traced),
        "guard": None if options.guard is None else {"trusted": list(options.guard.trusted), "key": options.guard.key},
        "variants": {str(group): list(astuple(variant)) for group, variant in options.variants.items()},
        "again": list(options.again),
        "lines": list(options.lines),
        "watched": options.watched,
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


def _take_any(session: Session, record: Record, guard: Guarded | None) -> None:
    """Take a record; in a guarded session it may be one that the probe never wrote."""
    try:
        _take(session, record, guard)
    except (KeyError, TypeError, ValueError):
        if guard is None:
            raise
        session.alarms.append("writes to the channel")


def _take(session: Session, record: Record, guard: Guarded | None) -> None:
    kind = record["kind"]
    if kind == "start" and record["early"]:
        raise RunnerDependency(tuple(record["early"]))
    if kind == "collected":
        session.collected = record
    elif kind == "test" and guard and record["outcome"] == "passed" and not is_sealed(guard.key, record):
        session.alarms.append(f"forged a record of {record['id']}")
    elif kind == "test" and (record.get("group", 0), record["id"]) in session.seen:
        pass  # a test has one record a group, and the first one stands
    elif kind == "test":
        session.seen.add((record.get("group", 0), record["id"]))
        (session.tests if record.get("group", 0) >= 0 else session.decoys).append(record)
    elif kind in ("alarm", "torn"):
        session.alarms.append(str(record["what"]))
    elif kind == "unfit":
        session.unfit.append(record["group"])
    elif kind == "end":
        session.ran = record["ran"]
    for name, path in record.get("strays", ()):
        raise RanElsewhere(name, path)


def _check(session: Session, options: SessionOptions) -> None:
    if not session.collected:
        problem = "took too long to collect" if session.timed_out else f"ended with exit code {session.code}"
        killed = session.code == -signal.SIGKILL
        raise SessionFailed(problem, session.log, killed=killed, timed_out=session.timed_out)
    if options.fork and not session.ran and not session.needs_process:
        problem = f"ended with exit code {session.code} before every test had run"
        raise SessionFailed(problem, session.log, killed=True, collected=True, timed_out=session.timed_out)
