"""The layout of failures: pytest makes a text of each one, which nobody reads but hooks of the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from _pytest.terminal import TerminalReporter

from . import thrift

if TYPE_CHECKING:
    from .run import Run


def shorten(run: Run, config: Any) -> None:
    """Have pytest lay out a line for a failure: longer ones parse whole files for each frame, in each child again.

    A line shows no frames. pytest asks the system for the file of each one all the same, to leave some out, and need
    not: but where calls are recorded, since that may call the project's own ``__tracebackhide__``; where the text says
    how deep a recursion went; and under a guard, which wants pytest as it is.

    Where the tests of a tree run, no line begins with a test's file: in an order of chance it is nearly always another.
    """
    config.option.tbstyle = "line"
    if run.guard is not None:
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if thrift.saves() and isinstance(reporter, TerminalReporter):
        reporter.showfspath = False
    usual: Any = getattr(pytest.Function, "_traceback_filter", None)  # since pytest 7.3
    if usual is None:
        return

    def last_frame(item: Any, excinfo: Any) -> Any:
        if run.recording or isinstance(excinfo.value, RecursionError):
            return usual(item, excinfo)
        return excinfo.traceback[-1:]

    pytest.Function._traceback_filter = last_frame  # type: ignore[method-assign,assignment]
