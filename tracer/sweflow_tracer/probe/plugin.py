"""The pytest plugin: collects once, has the loop run the groups that it was told to, and writes what it sees.

See ``configuration`` for what it is told, and ``run`` for what the hooks share. PYTEST_DONT_REWRITE: it is loaded
before pytest asks for it.
"""

from __future__ import annotations

import platform
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from . import items, recorder, thrift
from .compiled import Compiled
from .configuration import CONFIG
from .loop import run_groups
from .pieces import piecewise
from .run import Run
from .workers import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Generator

RUN = Run()
COMPILED = Compiled(CONFIG["compiled"], CONFIG["root"]) if CONFIG["compiled"] else None
PIECES = piecewise() if CONFIG["bytecode"] or CONFIG["compiled"] else None


def begin() -> None:
    """Start recording before pytest reads its configuration, which may import some of the project."""
    die_with_parent(CONFIG["parent"])
    recorder.after_import("hypothesis", items.pin_hypothesis)
    RUN.tell({"kind": "start", "python": platform.python_version(), "early": RUN.early})
    RUN.recorder.start(["collection"])
    if CONFIG["traced"] is None:
        recorder.watch_imports(RUN.recorder)
        recorder.watch_garbage(RUN.recorder)
        RUN.start_engine()
    if RUN.guard is not None:
        RUN.guard.listen()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: Any, parser: Any, args: list[str]) -> None:
    """Everything of pytest's own is loaded; from here on what is compiled is the run's."""
    if CONFIG["bytecode"]:
        items.keep_bytecode(CONFIG["bytecode"])
    if COMPILED is not None:
        COMPILED.begin()
    if PIECES is not None:
        PIECES.begin()
    if RUN.guard is not None:
        RUN.guard.prepare(early_config)


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


@pytest.hookimpl(tryfirst=True)
def pytest_make_parametrize_id(config: Any, val: object, argname: str) -> str | None:
    """The name of a parameter in the place of its value, where ids are to say nothing of it."""
    return argname if CONFIG["opaque"] else None


def pytest_collectreport(report: Any) -> None:
    """Remember what could not be collected."""
    if report.failed:
        RUN.errors.append({"path": report.nodeid, "text": str(report.longrepr)[-2000:]})


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: Any) -> bool:
    """Say what was collected, then run the groups; stands in for pytest's own loop."""
    thrift.end()
    if PIECES is not None:
        PIECES.end()
    for kept in COMPILED.end() if COMPILED is not None else ():
        RUN.tell(kept)
    selected = [item for item in session.items if items.selected(item.nodeid, CONFIG["select"])]
    threads = threading.active_count() - 1
    record = {
        "kind": "collected",
        "items": [items.describe(item, RUN.recorder) for item in selected],
        "errors": RUN.errors,
        "threads": threads,
        **RUN.loaded(),
        "codes": RUN.recorder.codes,
        "edges": RUN.recorder.take(),
        **(RUN.reads.take() if RUN.reads is not None else {}),
    }
    RUN.base = len(RUN.recorder.codes)  # what comes later, each test's record tells
    RUN.tell(record)
    try:
        run_groups(RUN, session, selected, threads)
    finally:
        RUN.recorder.start(["session"])
    return True


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: Any) -> None:
    """Say what the project's own hooks called when the tests were over."""
    if CONFIG["traced"] is None and CONFIG["engine"] != "none":
        RUN.tell({"kind": "closing", "codes": RUN.recorder.codes, "edges": RUN.recorder.take()})


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    """Edges that follow belong to the set-up."""
    RUN.enter("setup")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: Any) -> None:
    """Edges that follow belong to the test."""
    RUN.enter("call")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: Any) -> None:
    """Edges that follow belong to the teardown."""
    RUN.enter("teardown")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, None]:
    """Keep the exception while it is still an object."""
    with RUN.between_phases():
        yield
    if RUN.current is not None and call.excinfo is not None:
        RUN.current.saw(call.when, call.excinfo, RUN.recorder.relative)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_logreport(report: Any) -> Generator[None, Any, None]:
    """Count every report, those of reruns and subtests included."""
    if RUN.current is not None:
        RUN.current.add(report)
    with RUN.between_phases():
        yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_logfinish() -> Generator[None, Any, None]:
    """The test is over."""
    with RUN.between_phases():
        yield
