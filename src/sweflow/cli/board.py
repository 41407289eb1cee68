"""A live table of a run over many repositories, on standard error, and only where somebody looks."""

from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from sweflow_datasets.corpus.events import Event

from sweflow.cli.progress import LABELS

PER_SECOND = 4.0


class Board:
    """Shows what runs now, and how many ended in which way; silent where the console is no terminal."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._shown = console.is_terminal and not quiet
        self._running: dict[str, dict[str, str]] = {}
        self._ends: Counter[str] = Counter()
        self._verified = 0
        self._of = 0
        self._live = Live(console=console, refresh_per_second=PER_SECOND, get_renderable=self.table, transient=True)

    def __enter__(self) -> "Board":
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take what happened."""
        name = event.get("repository", "")
        row = self._running.get(name, {})
        match event["event"]:
            case "run-started":
                self._of = event["repositories"]
            case "stage-started":
                self._running.setdefault(name, {})["stage"] = event["stage"]
            case "progress":
                label = str(LABELS.get(event["what"], event["what"])).partition(":")[0]
                row["at"] = f"{label} {event['done']}/{event['total'] or '?'}"
            case "usage":
                row = self._running.setdefault(name, {})
                row |= {"seconds": f"{event['seconds']:.0f}", "memory": f"{event['memory'] >> 20}"}
                row["disk"] = f"{event['bytes'] >> 20}"
            case "repository-ended":
                self._running.pop(name, None)
                self._ends[event["end"]] += 1
                self._verified += event["verified"]
            case "stage-ended":
                if event["stage"] == "fetch":
                    self._running.pop(name, None)

    def table(self) -> Table:
        """What is shown at the moment."""
        ends = ", ".join(f"{end} {count}" for end, count in sorted(self._ends.items()))
        title = f"{sum(self._ends.values())} of {self._of} repositories, {self._verified} verified tasks"
        table = Table(title=title, caption=ends, title_justify="left", show_edge=False, pad_edge=False)
        table.add_column("repository")
        table.add_column("stage")
        for heading in ("seconds", "memory, MiB", "disk, MiB"):
            table.add_column(heading, justify="right")
        table.add_column("at")
        for name, row in self._running.items():
            cells = (row.get(key, "") for key in ("stage", "seconds", "memory", "disk", "at"))
            table.add_row(Text(name), *map(Text, cells))
        return table
