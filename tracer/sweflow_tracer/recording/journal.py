"""The journal: a folder with the records of unfinished work, in numbered segments of JSON lines a run (D1)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sweflow_tracer.runner.channel import read_records
from sweflow_tracer.runner.records import (
    ClosingRecord,
    CodeRow,
    CollectedRecord,
    ItemRow,
    Record,
    TestRecord,
    codes_of,
    not_run,
)


@dataclass(slots=True)
class Records:
    """The records of one traced suite, gathered from the segments of a run; of a test, the last one counts.

    A test's record gets ``table``, the codes that its session knew after collection, and ``again``, whether a
    record of the same test came before it. ``closing`` are what sessions called when their tests were over.
    """

    collected: CollectedRecord | None = None
    tests: dict[str, TestRecord] = field(default_factory=dict)
    closing: list[ClosingRecord] = field(default_factory=list)

    @property
    def items(self) -> list[ItemRow]:
        """The collected tests; none where pytest did not collect."""
        return self.collected["items"] if self.collected is not None else []

    @property
    def ids(self) -> list[str]:
        """Ids of the collected tests, in the suite's order."""
        return list(dict.fromkeys(item["id"] for item in self.items))

    @property
    def complete(self) -> bool:
        """Whether every collected test has a record."""
        return self.collected is not None and all(test in self.tests for test in self.ids)

    def outcome(self, test: str) -> str:
        """How a test ended; not-run where there is no record of it."""
        return self.tests.get(test, not_run(test))["outcome"]

    def codes(self, test: str) -> list[CodeRow]:
        """The code objects that a test's edges speak of, by number less one."""
        record = self.tests[test]
        return codes_of(record, record["table"])


class Journal:
    """The segments of several runs by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def load(self, run: str) -> Records:
        """What a run has recorded so far."""
        records = Records()
        for segment in self.segments(run):
            head: list[CodeRow] = []
            for record in read_records(segment):
                if record["kind"] == "collected":
                    head = record["codes"]
                    if len(record["items"]) >= len(records.items):
                        records.collected = record
                elif record["kind"] == "closing":
                    records.closing.append(record)
                elif record["kind"] == "test":
                    record["table"] = head
                    record["again"] = record["id"] in records.tests
                    records.tests[record["id"]] = record
        return records

    def segments(self, run: str) -> list[Path]:
        """The segments of a run, oldest first."""
        return sorted(self.folder.glob(f"{run}-*.jsonl"), key=lambda path: int(path.stem.rpartition("-")[2]))

    def fresh(self, run: str) -> Path:
        """A path for the next segment of a run."""
        segments = self.segments(run)
        number = int(segments[-1].stem.rpartition("-")[2]) + 1 if segments else 0
        return self.folder / f"{run}-{number}.jsonl"

    def write(self, run: str, records: Iterable[Record]) -> None:
        """Add a whole segment at once."""
        scratch = self.folder / f".{run}.new"
        scratch.write_text("".join(json.dumps(record) + "\n" for record in records), "ascii")
        scratch.rename(self.fresh(run))

    def forget(self, run: str) -> None:
        """Drop what a run has recorded."""
        for segment in self.segments(run):
            segment.unlink()
