"""File format of this room: ``schedule.json``."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sweflow_tracer.format import read_document, reading, write_document

from sweflow_scheduler.values import Closure, Cost, Notice, Rules, Schedule, Step, Unsplit

SCHEDULE_VERSION = 3


def write_schedule(path: Path, schedule: Schedule) -> None:
    """Write ``schedule.json``."""
    write_document(path, "schedule", SCHEDULE_VERSION, asdict(schedule))


def read_schedule(path: Path) -> Schedule:
    """Read ``schedule.json``."""
    document = read_document(path, "schedule", SCHEDULE_VERSION)
    with reading(path, f"remove it and run `sweflow schedule {path.parent}`"):
        rules = document["rules"]
        return Schedule(
            rules=Rules(**{**rules, "cost": Cost(rules["cost"]), "closure": Closure(rules["closure"])}),
            ready=tuple(document["ready"]),
            steps=tuple(_read_step(step) for step in document["steps"]),
            notices=tuple(Notice(**row) for row in document["notices"]),
        )


def _read_step(row: dict[str, Any]) -> Step:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    fields["forward"] = tuple((caller, callee) for caller, callee in row["forward"])
    fields["unsplit"] = Unsplit(row["unsplit"]) if row["unsplit"] else None
    return Step(**fields)
