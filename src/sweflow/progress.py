"""Progress on the terminal: one bar a stage, on standard error, and only where somebody looks."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

LABELS = {
    "trace": "trace: each test alone",
    "graph": "graph",
    "coverage": "coverage: the suite, once",
    "tasks": "tasks: masked trees and patches",
    "verify": "verify: every tree",
    "eval": "eval: each patch in a clean tree",
    "gold": "certificate: gold runs",
    "strength": "certificate: mutants of each step",
}


class Bars:
    """Shows what is reported to it; silent where the console is no terminal or ``quiet`` is set."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        columns = (
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._bars = Progress(*columns, console=console, disable=quiet or not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Bars":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` pieces of ``what`` are finished."""
        if what not in self._tasks:
            label = LABELS.get(what, f"trace: {what.replace('rerun', 'plain run ')}")
            self._tasks[what] = self._bars.add_task(label, total=total or None)
        self._bars.update(self._tasks[what], completed=done, total=total or None)
