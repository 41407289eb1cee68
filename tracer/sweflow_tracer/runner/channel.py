"""The near end of a channel: what the probe adds to its file, as records of known shape."""

import json
import secrets
from pathlib import Path
from typing import cast

from sweflow_tracer.runner.records import KINDS, Record, TornRecord


def new_channel(run: Path) -> Path:
    """An empty file in a run's folder whose name nobody can know before."""
    channel = run / secrets.token_hex(8)
    channel.touch(0o600)
    return channel


class Tail:
    """Reads what is added to a file, line by line, and copies whole lines to another one, where there is one.

    Compiled modules are of this run's folders and not copied.
    """

    def __init__(self, path: Path, copy: Path | None = None) -> None:
        self._file = path.open("rb")  # for good: whoever removes it takes nothing away from us
        self._position = 0
        self._copy = copy.open("ab", buffering=0) if copy is not None else None

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        if self._copy is not None:
            self._copy.close()

    def read(self) -> list[Record]:
        """The records of the lines that were completed since the last call."""
        self._file.seek(self._position)
        data = self._file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._position += len(whole)
        records = [(line, _record(line)) for line in whole.splitlines(keepends=True)]
        if whole and self._copy is not None:
            self._copy.write(b"".join(line for line, record in records if record["kind"] != "compiled"))
        return [record for _, record in records]


def read_records(channel: Path) -> list[Record]:
    """The whole lines of a channel; a torn last line is passed over."""
    if not channel.exists():
        return []
    with Tail(channel) as tail:
        return tail.read()


def _record(line: bytes) -> Record:
    """A line as a record; what is none was written by something else than the probe."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):  # 200,000 brackets are one line
        record = None
    if isinstance(record, dict) and record.get("kind") in KINDS:
        return cast(Record, record)
    return TornRecord(kind="torn", what="writes to the channel")
