"""Progress on the terminal: a line a stage, on standard error, and only where somebody looks."""

from types import TracebackType

from rich import progress as bars
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from sweflow_tracer.progress import Progress

LABELS = {
    "environment": "env: attempts",
    "trace": "trace: each test alone",
    "graph": "graph",
    "questions": "schedule: what tests notice",
    "coverage": "coverage: the suite, once",
    "verify": "verify: every tree",
    "eval": "eval: each patch in a clean tree",
    "ask": "the model: each question",
    "attacks": "attacks: each in a clean tree",
    "gold": "certificate: gold runs",
    "strength": "certificate: mutants of each step",
    "twins": "twins: changed tests on the complete code",
}
WIDE = 100
"""Columns of a terminal that has room for more than what matters most."""


class Bars:
    """Shows what is reported to it; silent where the console is no terminal or ``quiet`` is set.

    ``workers`` is how many processes or trees run side by side, 0 where that says nothing.
    """

    def __init__(self, console: Console, *, quiet: bool, workers: int = 0) -> None:
        is_wide = console.width >= WIDE
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24 if is_wide else 8),
            MofNCompleteColumn(),
            _Rate(),
            *((TimeElapsedColumn(),) if is_wide else ()),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            _Failures(),
            TextColumn(f"{workers} workers" if workers > 1 and is_wide else ""),
        )
        self._bars = bars.Progress(*columns, console=console, disable=quiet or not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Show it."""
        stage, total = progress.stage, progress.total or None
        if stage not in self._tasks:
            label = LABELS.get(stage, f"trace: {stage.replace('rerun', 'plain run ')}")
            self._tasks[stage] = self._bars.add_task(label, total=total, failed=0)
        self._bars.update(self._tasks[stage], completed=progress.done, total=total, failed=progress.failed)


class _Rate(ProgressColumn):
    """How many are done in a second, or in a minute where that is less than one."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(
            f"{speed:.0f}/s" if speed >= 10 else f"{speed:.1f}/s" if speed >= 1 else f"{60 * speed:.1f}/min",
            style="progress.data.speed",
        )


class _Failures(ProgressColumn):
    """How many failed so far; nothing where none did."""

    def render(self, task: Task) -> Text:
        count = task.fields["failed"]
        return Text(f"{count} failed", style="red") if count else Text("")
