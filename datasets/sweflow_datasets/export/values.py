"""Values that pass through an export: a task with its build, and the part of a dataset that it goes into."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExportTask:
    """A verified task that is exported.

    ``build`` is the folder of its build, ``row`` its line of ``tasks.jsonl`` with PASS_TO_PASS written out,
    ``certificate`` its line of ``certificates.jsonl``. ``split`` is the part of the dataset that it goes into, and
    ``group`` the first instance of those that it is a near duplicate of, itself where it is none.
    """

    build: Path
    row: JsonObject = field(hash=False)
    certificate: JsonObject = field(hash=False)
    split: str = "train"
    group: str = ""

    @property
    def instance_id(self) -> str:
        """The task's name."""
        return str(self.row["instance_id"])

    @property
    def repo(self) -> str:
        """The name of its repository."""
        return str(self.row["repo"])


def by_split(tasks: Iterable[ExportTask]) -> Mapping[str, tuple[ExportTask, ...]]:
    """Tasks by the part of the dataset that they go into, parts in the order of their names."""
    found: dict[str, list[ExportTask]] = {}
    for task in tasks:
        found.setdefault(task.split, []).append(task)
    return {split: tuple(found[split]) for split in sorted(found)}
