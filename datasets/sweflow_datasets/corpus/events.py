"""Events: what happens in a run, a line each in ``events.jsonl``, for machines that look on."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sweflow_tasks.execution.line_journal import whole_lines
from sweflow_tracer.format import dumps

from sweflow_datasets.corpus.values import Usage

EVENTS = "events.jsonl"
Event = Mapping[str, Any]
OnEvent = Callable[[Event], None]
"""Is told of every event, and besides of ``progress`` and ``usage``, which are in no file."""
UNWRITTEN = frozenset({"progress", "usage"})


def silent(event: Event) -> None:
    """Tells nobody."""


class Events:
    """Writes events and hands them on. A context manager."""

    def __init__(self, folder: Path, hear: OnEvent) -> None:
        self._path = folder / EVENTS
        self._hear = hear

    def __enter__(self) -> "Events":
        whole_lines(self._path)  # a killed run may have torn the last one
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __call__(self, event: str, repository: str = "", **facts: Any) -> None:
        """Something happened."""
        row = {"event": event, **({"repository": repository} if repository else {}), **facts}
        if event not in UNWRITTEN:
            stamped = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **row}
            self._file.write(dumps(stamped) + "\n")
            self._file.flush()
        self._hear(row)

    def usage(self, repository: str, usage: Usage) -> None:
        """A repository has used so much by now."""
        self("usage", repository, seconds=usage.seconds, memory=usage.peak_memory, bytes=usage.bytes)


def read_events(folder: Path) -> tuple[dict[str, Any], ...]:
    """The events of a folder's runs, in order; a line that is not whole is no event."""
    found = []
    for line in (folder / EVENTS).read_bytes().split(b"\n")[:-1]:
        found.append(json.loads(line))
    return tuple(found)
