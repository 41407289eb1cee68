"""Thrift: what a session saves where its own process runs no test and records no call.

What it does concerns the process that collects and forks, not its children: what they do is as it was.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .configuration import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterable

RARE = (50_000, 20, 100)
"""Thresholds of the garbage collector while modules are imported and tests collected."""

_before: tuple[int, ...] | None = None


def begin() -> None:
    """Collect garbage seldom from here on: hardly anything that is made until the tests are collected goes again.

    A session that records from the start is left alone, since the collector makes calls.
    """
    global _before
    if saves():
        _before = gc.get_threshold()
        gc.set_threshold(*RARE)


def end() -> None:
    """Collect garbage as usual, before any test runs; what the project set meanwhile stands."""
    global _before
    if _before is not None and gc.get_threshold() == RARE:
        gc.set_threshold(*_before)
    _before = None


def look_up(items: Iterable[Any]) -> None:
    """Have pytest find out where each item stands, which it keeps; else a child does, with all that this touches.

    Only where that is a matter of pytest's own code, which neither fails nor reads a file.
    """
    import pytest  # not before pytest is loaded

    usual = pytest.Function.reportinfo
    for item in items if saves() else ():
        if getattr(type(item), "reportinfo", None) is usual and _is_plain(item.obj):
            item.location  # noqa: B018


def _is_plain(test: Any) -> bool:
    """Whether a test is a function or a method that stands for itself."""
    function = getattr(test, "__func__", test)
    return isinstance(function, FunctionType) and vars(function).keys().isdisjoint(("__wrapped__", "place_as"))


def leave(code: Any) -> None:
    """End this process as its end would, threads waited for and exit functions called, but take nothing to pieces.

    The system takes the memory back in one go. Returns where an ordinary end is due.
    """
    if not saves() or not isinstance(code, int):
        return
    threading._shutdown()  # type: ignore[attr-defined]
    try:
        atexit._run_exitfuncs()
    except BaseException:  # an exit function's, printed already: before Python 3.10 it is raised once more
        pass
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # none, or closed
    os._exit(code & 0xFF)


def saves() -> bool:
    """Whether tests run in forked children only, of code that is no stranger's, and nothing records from the start."""
    recorded = CONFIG["traced"] is None and CONFIG["engine"] != "none"
    return bool(CONFIG["fork"]) and not CONFIG["guard"] and not recorded
