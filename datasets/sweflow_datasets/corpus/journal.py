"""The journal: a SQLite file with what every stage came to and what every job used. The run that holds it writes it."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import OTHER_VERSION, dumps

from sweflow_datasets.corpus.format import read_record, record_object
from sweflow_datasets.corpus.values import StageRecord, Usage

JOURNAL = "journal.sqlite"
VERSION = 1
_COLUMNS = ("repository", "stage", "key", "end", "detail", "seconds", "cpu_seconds", "peak_memory", "bytes", "facts")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS stage (
    repository TEXT NOT NULL, stage TEXT NOT NULL, key TEXT NOT NULL, "end" TEXT NOT NULL, detail TEXT NOT NULL,
    seconds REAL NOT NULL, cpu_seconds REAL NOT NULL, peak_memory INTEGER NOT NULL, bytes INTEGER NOT NULL,
    facts TEXT NOT NULL, PRIMARY KEY (repository, stage, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY, repository TEXT NOT NULL, seconds REAL NOT NULL, cpu_seconds REAL NOT NULL,
    peak_memory INTEGER NOT NULL, bytes INTEGER NOT NULL
);
"""


class Journal:
    """What is known of a run's repositories. A context manager; every change is on disk when its method returns.

    Raises FileNotUsable where the file is none of ours, or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL
        try:
            self._base = sqlite3.connect(self._path, isolation_level=None)
            self._open()
        except sqlite3.DatabaseError as error:
            hint = "put it back, or build in another folder"
            raise FileNotUsable(self._path, f"is no journal ({error})", hint) from error

    def _open(self) -> None:
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            problem = f"has format version {version}, and this program reads {VERSION}"
            raise FileNotUsable(self._path, problem, OTHER_VERSION)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(_SCHEMA)
        self._base.execute(f"PRAGMA user_version={VERSION}")

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def record(self, record: StageRecord) -> None:
        """Keep what a stage came to, in the place of what it came to before."""
        row = {**record_object(record), "facts": dumps(dict(record.facts))}
        marks = ", ".join("?" * len(_COLUMNS))
        self._base.execute(f"INSERT OR REPLACE INTO stage VALUES ({marks})", [row[name] for name in _COLUMNS])

    def records(self) -> dict[str, tuple[StageRecord, ...]]:
        """All that is known, by repository."""
        found: dict[str, list[StageRecord]] = {}
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        with closing(self._base.execute(f"SELECT {names} FROM stage ORDER BY repository, stage, key")) as rows:
            for row in rows:
                values = dict(zip(_COLUMNS, row, strict=True))
                record = read_record({**values, "facts": json.loads(values["facts"])})
                found.setdefault(record.repository, []).append(record)
        return {name: tuple(records) for name, records in found.items()}

    def used(self, repository: str, usage: Usage) -> None:
        """Keep what a job used."""
        row = (repository, usage.seconds, usage.cpu_seconds, usage.peak_memory, usage.bytes)
        columns = "repository, seconds, cpu_seconds, peak_memory, bytes"
        self._base.execute(f"INSERT INTO job ({columns}) VALUES (?, ?, ?, ?, ?)", row)

    def usage(self) -> dict[str, Usage]:
        """What each repository used: seconds of all its jobs, the most memory, and the bytes of the last."""
        query = """SELECT repository, sum(seconds), sum(cpu_seconds), max(peak_memory),
            (SELECT bytes FROM job AS last WHERE last.repository = job.repository ORDER BY number DESC LIMIT 1)
            FROM job GROUP BY repository"""
        return {name: Usage(*figures) for name, *figures in self._base.execute(query)}

    def forget(self, records: Iterable[StageRecord]) -> None:
        """Forget what stages came to, so that they are tried again."""
        for record in records:
            self._base.execute(
                "DELETE FROM stage WHERE repository = ? AND stage = ? AND key = ?",
                (record.repository, record.stage.value, record.key),
            )
