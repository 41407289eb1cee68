"""Progress: bars on a terminal with rate, time left, failures and workers; nothing anywhere else."""

import io

import pytest
from rich.console import Console
from sweflow_tracer.progress import Progress

from sweflow.cli.progress import Bars


def shown(*, terminal: bool, quiet: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=160, color_system=None)
    with Bars(console, quiet=quiet, workers=2) as bars:
        bars(Progress("trace", 0, 40))
        bars(Progress("trace", 10, 40, failed=3))
        bars(Progress("verify", 1, 8))
    return file.getvalue()


def test_a_stage_has_a_line_with_failures_and_workers():
    last = shown(terminal=True).split("\n")[-3:-1]
    assert [part in line for part in ("10/40", "3 failed", "left", "2 workers") for line in last[:1]] == [True] * 4
    assert "verify: every tree" in last[1]
    assert "failed" not in last[1]


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True)])
def test_no_bars_where_nobody_looks(terminal, quiet):
    assert not shown(terminal=terminal, quiet=quiet).strip()
