"""The pytest plugin: collects once, runs the groups that it was told to, and writes a record for each test.

``config.json`` beside this file holds:

- ``root`` (the scratch tree), ``origin`` (the tree it was copied from, or null), ``names`` (the project's top-level
  import names);
- ``channel`` (file for the records), ``scratch`` (folder for temporary files), ``spool`` (folder for what followed
  processes write), ``bytecode`` (folder for compiled modules, or null: what code compiled that nobody trusts must not
  become another run's);
- ``engine``, ``follow`` (record processes that tests start), ``jobs``, ``timeout`` (seconds a test), ``fork``,
  ``parent`` (process id of who started it, 0 in a sandbox that ends with it);
- ``variants``: by number of a group, another text of a function to run it with (variants.py); such a group ends with
  its first test that does not pass. ``lines``: groups of which to record the lines that they execute of ``watched``,
  spans of lines by path;
- ``groups``: "each" (every item alone), "together", or lists of ids; ``traced``: null (record from the start), or the
  numbers of the groups to record; ``skip``: ids that a run before this one has finished; ``select``: node ids, if there
  are any, that a test must be or lie below: others count as not collected;
- ``guard``: null, or what makes results hard to forge (guard/): ``key`` (hex) and ``trusted`` (files that are not code
  under test). The file is removed once it is read, since it holds the key;
- ``watch``: say of each test which files of the project it read as data and whether it started a process.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import platform
import random
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from . import engines, follow, items, recorder
from .channel import encode, write_all
from .limit import soft_limit
from .lines import LineRecorder
from .outcome import ItemOutcome
from .reads import Reads
from .variants import Variants
from .workers import Failed, Orphans, Workers, die_with_parent

if TYPE_CHECKING:
    from collections.abc import Generator

    from .guard.guard import Guard
    from .workers import Send

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.json"), encoding="utf-8") as _file:
    CONFIG: dict[str, Any] = json.load(_file)
if CONFIG["guard"]:
    os.unlink(_file.name)

RECORDER = recorder.Recorder(CONFIG["root"])
READS = Reads(CONFIG["root"]) if CONFIG["watch"] else None
_EARLY = items.project_modules(CONFIG["names"])
_channel = os.open(CONFIG["channel"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
_errors: list[dict[str, Any]] = []
_known_modules: set[str] = set()
_last_modules: tuple[int, str] = (0, "")
_current: ItemOutcome | None = None
_follower: follow.Follower | None = None
_intact: engines.Intact = engines.always
_lines: LineRecorder | None = None
VARIANTS = Variants(CONFIG["root"], RECORDER, CONFIG["variants"])


def emit(record: dict[str, Any]) -> None:
    """Append one record to the channel."""
    write_all(_channel, encode(record))


_guard: Guard | None = None
if CONFIG["guard"]:
    from .guard.guard import Guard  # here, so that no other run pays for it

    _guard = Guard(CONFIG, __name__.rpartition(".")[0], emit)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: Any, parser: Any, args: list[str]) -> None:
    """Start recording before the first line of the project runs."""
    die_with_parent(CONFIG["parent"])
    if CONFIG["bytecode"]:
        items.keep_bytecode(CONFIG["bytecode"])
    recorder.after_import("hypothesis", items.pin_hypothesis)
    emit({"kind": "start", "python": platform.python_version(), "early": _EARLY})
    RECORDER.start(["collection"])
    if CONFIG["traced"] is None:
        recorder.watch_imports(RECORDER)
        recorder.watch_garbage(RECORDER)
        _start_engine()
    if _guard is not None:
        _guard.prepare(early_config)


def _start_engine() -> None:
    global _follower, _intact
    if CONFIG["engine"] != "none":
        follow.watch_threads(RECORDER)
        if CONFIG["follow"]:
            _follower = follow.Follower(RECORDER, CONFIG["engine"], CONFIG["spool"])
    _intact = engines.ENGINES[CONFIG["engine"]](RECORDER)


def _enter(phase: str) -> None:
    RECORDER.enter(phase)
    if _follower is not None:
        _follower.enter(phase)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> None:
    """Keep pytest-xdist from taking the session over, and a first failure from ending it."""
    overrides: tuple[tuple[str, Any], ...] = (("numprocesses", None), ("dist", "no"), ("tx", []), ("maxfail", 0))
    for name, value in overrides:
        if hasattr(config.option, name):
            setattr(config.option, name, value)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: Any) -> None:
    """Pin Hypothesis once every conftest had its say."""
    if "hypothesis" in sys.modules:
        items.pin_hypothesis()


def pytest_collectreport(report: Any) -> None:
    """Remember what could not be collected."""
    if report.failed:
        _errors.append({"path": report.nodeid, "text": str(report.longrepr)[-2000:]})


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: Any) -> bool:
    """Say what was collected, then run the groups; stands in for pytest's own loop."""
    selected = [item for item in session.items if items.selected(item.nodeid, CONFIG["select"])]
    threads = threading.active_count() - 1
    emit(
        {
            "kind": "collected",
            "items": [items.describe(item, RECORDER) for item in selected],
            "errors": _errors,
            "threads": threads,
            **_loaded(),
            "codes": RECORDER.codes,
            "edges": RECORDER.take(),
            **(READS.take() if READS is not None else {}),
        }
    )
    try:
        _run_groups(session, selected, threads)
    finally:
        RECORDER.start(["session"])
    return True


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: Any) -> None:
    """Say what the project's own hooks called when the tests were over."""
    if CONFIG["traced"] is None and CONFIG["engine"] != "none":
        emit({"kind": "closing", "codes": RECORDER.codes, "edges": RECORDER.take()})


def _run_groups(session: Any, selected: list[Any], threads: int) -> None:
    if CONFIG["fork"] and threads:
        emit({"kind": "end", "ran": False})
        return
    groups = _groups(selected)
    if _guard is not None:
        groups += [(-number, [decoy]) for number, decoy in enumerate(_guard.decoys(session), 1)]
    session.config.option.tbstyle = "line"  # a longer one parses whole files for each frame, in each child again
    orphans = Orphans()
    if CONFIG["fork"]:
        VARIANTS.find()
        gc.collect()
        gc.freeze()  # a collection in a child would otherwise copy every page that it shares with this process
        plain = [(number, group) for number, group in groups if number not in VARIANTS]
        failed = Failed({number: group for number, group in plain if number in CONFIG["again"]}, emit)
        workers = Workers(CONFIG["jobs"], CONFIG["timeout"], CONFIG["scratch"], failed.emit, _run_group)
        workers.run(plain)
        workers.run(failed.alone())
        for number, group in groups:
            if number in VARIANTS:
                _run_variant(workers, number, group)
    else:
        for number, group in groups:
            _run_group(number, group, functools.partial(_emit_test, number))
    orphans.end()
    emit({"kind": "end", "ran": True})


def _run_variant(workers: Workers, number: int, group: list[Any]) -> None:
    VARIANTS.show(number)
    try:
        workers.run([(number, group)], resume=False)
    finally:
        VARIANTS.hide(number)


def _groups(collected: list[Any]) -> list[tuple[int, list[Any]]]:
    skip = set(CONFIG["skip"])
    by_id: dict[str, Any] = {}
    for item in collected:
        if item.nodeid not in skip:
            by_id.setdefault(item.nodeid, item)
    if CONFIG["groups"] == "each":
        return [(number, [item]) for number, item in enumerate(by_id.values())]
    if CONFIG["groups"] == "together":
        return [(0, list(by_id.values()))] if by_id else []
    groups = [[by_id[i] for i in group if i in by_id] for group in CONFIG["groups"]]
    return [(number, group) for number, group in enumerate(groups) if group]


def _emit_test(number: int, record: dict[str, Any]) -> None:
    if record["kind"] == "test":
        emit({**record, "group": number})


def _run_group(number: int, group: list[Any], send: Send) -> None:
    """Run items one after another in this process."""
    global _lines
    if number in VARIANTS and not VARIANTS.install(number):
        send({"kind": "unfit"})
        return
    if number in CONFIG["lines"]:
        _lines = LineRecorder(RECORDER, CONFIG["watched"])
        _lines.start()
    if CONFIG["traced"] is not None and number in CONFIG["traced"]:
        _start_engine()
    if READS is not None:
        READS.take()  # what the process that forked this one did is nobody's
    items.fresh_capture(group[0].config)
    if _guard is not None:
        _guard.start()
    base = len(RECORDER.codes)
    for item, following in zip(group, [*group[1:], None]):
        send({"kind": "begin", "id": item.nodeid})
        record = _run_item(item, following, whole=number in CONFIG["again"])
        record["base"] = base
        record["codes"], record["edges"] = RECORDER.compact(record["edges"], base)
        send(record if _guard is None else _guard.seal(record))
        if number in VARIANTS and record["outcome"] != "passed":
            break


def _run_item(item: Any, following: Any, whole: bool) -> dict[str, Any]:
    """Run an item; ``whole``: the guard looks at everything after it."""
    global _current
    random.seed(0)
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed(0)
    _current = ItemOutcome()
    RECORDER.start(["session", "setup", "call", "teardown"])
    _enter("session")
    if _guard is not None:
        _guard.before(item)
    with soft_limit(_current):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    verdict = _current.record()
    if _guard is not None:
        passed = verdict["outcome"] == "passed"
        verdict["evidence"] = _guard.after(item, passed=passed, whole=whole or following is None)
    if _follower is not None:
        _follower.gather()
    record: dict[str, Any] = {"kind": "test", "id": item.nodeid, "intact": _intact(), "edges": RECORDER.take()}
    record.update(verdict)
    if _current.timed_out:
        record["detail"] = "no end after %g s" % CONFIG["timeout"]
    if _lines is not None:
        record["lines"] = _lines.take()
    record.update(_loaded())
    if READS is not None:
        record.update(READS.take())
    return record


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    """Edges that follow belong to the set-up."""
    _enter("setup")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: Any) -> None:
    """Edges that follow belong to the test."""
    _enter("call")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: Any) -> None:
    """Edges that follow belong to the teardown."""
    _enter("teardown")


@contextmanager
def _between_phases() -> Generator[None, None, None]:
    """What the project's own reporting hooks call belongs to the session: no test asks for it."""
    before = RECORDER.phase
    inside = _current is not None and before in ("setup", "call", "teardown")
    if inside:
        _enter("session")
    try:
        yield
    finally:
        if inside:
            _enter(before)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, None]:
    """Keep the exception while it is still an object."""
    with _between_phases():
        yield
    if _current is not None and call.excinfo is not None:
        _current.saw(call.when, call.excinfo, RECORDER.relative)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_logreport(report: Any) -> Generator[None, Any, None]:
    """Count every report, those of reruns and subtests included."""
    if _current is not None:
        _current.add(report)
    with _between_phases():
        yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_logfinish() -> Generator[None, Any, None]:
    """The test is over."""
    with _between_phases():
        yield


def _loaded() -> dict[str, Any]:
    """Modules loaded since the last call: paths of the project's, and those of its names from elsewhere."""
    global _last_modules
    now = (len(sys.modules), next(reversed(sys.modules)))
    if now == _last_modules:
        return {"modules": [], "strays": []}  # a look at each would copy their pages in a forked child
    _last_modules = now
    modules, strays = items.loaded_files(_known_modules, CONFIG, RECORDER)
    return {"modules": modules, "strays": strays}
