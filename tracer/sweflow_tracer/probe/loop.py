"""The loop: runs groups of tests in place of pytest's own loop, and says how each test ended."""

from __future__ import annotations

import functools
import gc
import random
import sys
from typing import TYPE_CHECKING, Any

from . import items, layout, thrift
from .configuration import CONFIG
from .limit import soft_limit
from .lines import LineRecorder
from .outcome import ItemOutcome
from .tidy import Tidy
from .workers import Doubtful, Orphans, Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from .run import Run
    from .workers import Send

_LIMITED = frozenset(CONFIG["limited"])


def run_groups(run: Run, session: Any, selected: list[Any], threads: int) -> None:
    """Run the groups that were asked for, in forked children or here; nothing where forking would be unsound."""
    if CONFIG["fork"] and threads:
        run.tell({"kind": "end", "ran": False})
        return
    groups = _groups(selected)
    if run.guard is not None:
        groups += [(-number, [decoy]) for number, decoy in enumerate(run.guard.decoys(session), 1)]
    layout.shorten(run, session.config)
    orphans = Orphans()
    if CONFIG["fork"]:
        run.variants.find()
        thrift.look_up(item for _, group in groups for item in group)
        gc.collect()
        gc.freeze()  # a collection in a child would otherwise copy every page that it shares with this process
        plain = [(number, group) for number, group in groups if number not in run.variants]
        stubs = {int(number): frozenset(names) for number, names in CONFIG["stubs"].items()}
        asserting = frozenset(CONFIG["asserting"])
        known = asserting.union(stubs, CONFIG["again"])
        looked_at = {number: group for number, group in plain if number in known}
        place = functools.partial(items.body, recorder=run.recorder)
        doubtful = Doubtful(looked_at, stubs, asserting, place, run.emit, run.sealed)
        work = functools.partial(_run_group, run, doubtful.names_stubs)
        patience = functools.partial(_patience, run)
        tidy = Tidy(CONFIG["root"]).restore if CONFIG["tidy"] else None
        workers = Workers(CONFIG["jobs"], patience, CONFIG["scratch"], doubtful.emit, work, run.sealed, tidy)
        workers.run(plain)
        workers.run(doubtful.alone())
        for number, group in groups:
            if number in run.variants:
                _run_variant(run, workers, number, group)
    else:
        for number, group in groups:
            _run_group(run, lambda number: False, number, group, functools.partial(_emit_test, run, number))
    orphans.end()
    run.tell({"kind": "end", "ran": True})


def _run_variant(run: Run, workers: Workers, number: int, group: list[Any]) -> None:
    run.variants.show(number)
    try:
        workers.run([(number, group)], resume=False)
    finally:
        run.variants.hide(number)


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


def _emit_test(run: Run, number: int, record: dict[str, Any]) -> None:
    if record["kind"] == "test":
        run.emit({**record, "group": number})


def _run_group(run: Run, named: Callable[[int], bool], number: int, group: list[Any], send: Send) -> None:
    """Run items one after another in this process; ``named``: whether a group need not be recorded yet."""
    if number in run.variants and not run.variants.install(number):
        send(run.sealed({"kind": "unfit"}))
        return
    if number in CONFIG["lines"]:
        run.lines = LineRecorder(run.recorder, CONFIG["watched"])
        run.lines.start()
    if CONFIG["traced"] is not None and number in CONFIG["traced"] and not named(number):
        run.start_engine()
    if run.reads is not None:
        run.reads.take()  # what the process that forked this one did is nobody's
    items.fresh_capture(group[0].config)
    if run.guard is not None:
        run.guard.start()
    for item, following in zip(group, [*group[1:], None]):
        if _is_limited(run, number):
            send({"kind": "begin", "id": item.nodeid})
        seconds = _patience(run, number, item.nodeid)
        record = _run_item(run, item, following, number in CONFIG["again"], seconds)
        record["base"] = run.base
        record["codes"], record["edges"] = run.recorder.compact(record["edges"], run.base)
        send(run.sealed(record))
        if number in run.variants and record["outcome"] != "passed":
            break


def _patience(run: Run, number: int, test: str | None) -> float:
    """How many seconds a test of a group may take; None is a group before its first test."""
    seconds: float = CONFIG["limits"].get(test, CONFIG["timeout"]) if _is_limited(run, number) else CONFIG["timeout"]
    return seconds


def _is_limited(run: Run, number: int) -> bool:
    """Whether tests of a group may take less than others."""
    return number in run.variants or number in _LIMITED


def _run_item(run: Run, item: Any, following: Any, whole: bool, seconds: float) -> dict[str, Any]:
    """Run an item, which may take so many seconds; ``whole``: the guard looks at everything after it."""
    random.seed(0)
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed(0)
    current = run.current = ItemOutcome()
    run.recorder.start(["session", "setup", "call", "teardown"])
    run.enter("session")
    if run.guard is not None:
        run.guard.before(item)
    with soft_limit(current):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    verdict = current.record()
    if run.guard is not None:
        passed = verdict["outcome"] == "passed"
        verdict["evidence"] = run.guard.after(item, passed=passed, whole=whole or following is None)
        verdict["alarms"] = run.guard.alarms
    run.gather()
    record: dict[str, Any] = {"kind": "test", "id": item.nodeid, "intact": run.intact(), "edges": run.recorder.take()}
    record.update(verdict)
    if current.timed_out:
        record["detail"] = "no end after %g s" % seconds
    if run.lines is not None:
        record["lines"] = run.lines.take()
    record.update(run.loaded())
    if run.reads is not None:
        record.update(run.reads.take())
    return record
