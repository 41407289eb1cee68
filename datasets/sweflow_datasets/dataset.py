"""The dataset of a build's folder: its verified tasks as values with attributes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweflow_tasks import Rejection
from sweflow_tasks.format import read_certificates, read_task_table, whole_row
from sweflow_tasks.json_lines import AGAIN
from sweflow_tracer.displayable import Displayable
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.paths import StrPath

from sweflow_datasets.errors import InstanceTwice, NothingToExport
from sweflow_datasets.folder import Folder


@dataclass(frozen=True, slots=True, repr=False)
class Task(Displayable):
    """A verified task: a line of ``tasks.jsonl`` with the folder of its build.

    Patches are unified diffs against the skeleton, functions are ids, ``lines`` those of the step's functions in the
    original. ``strength`` is the share of mutants that the tests kill, None where none were run. ``row`` is the
    line (docs/formats.md), of which most other fields are part, ``certificate`` that of ``certificates.jsonl``.
    ``order`` are the dataset's tests, which all its tasks share.
    """

    folder: Path
    row: dict[str, Any] = field(hash=False)
    certificate: dict[str, Any] = field(hash=False)
    order: tuple[str, ...] = field(hash=False, compare=False)
    instance_id: str
    step: int
    problem_statement: str
    patch: str
    test_patch: str
    test_command: str
    fail_to_pass: tuple[str, ...]
    pass_to_pass_count: int
    target_functions: tuple[str, ...]
    dependent_functions: tuple[str, ...]
    base_commit: str
    lines: int
    difficulty: float
    depth: int
    wave: int
    strength: float | None

    @property
    def pass_to_pass(self) -> tuple[str, ...]:
        """The ids that pass before and after the step."""
        return self.order[: self.pass_to_pass_count]

    def whole_row(self) -> dict[str, Any]:
        """The line with all that SWE-bench's form has: its PASS_TO_PASS are written out."""
        return whole_row(self.row, self.order)


@dataclass(frozen=True, slots=True, repr=False)
class Dataset(Displayable):
    """What verification hands on. ``summary`` holds counts that add up (docs/formats.md)."""

    tasks: tuple[Task, ...]
    rejected: tuple[Rejection, ...]
    summary: dict[str, Any] = field(hash=False)


def load_tasks(out: StrPath, licence: str = "") -> tuple[Task, ...]:
    """The verified tasks of a build. Where a ``licence`` is given, their rows have that one. Raises FileNotUsable.

    >>> [task.instance_id for task in load_tasks("calculator.sweflow")][:1]  # doctest: +SKIP
    ['calculator-5f4df0ec-0001']
    """
    folder = Folder(Path(out).resolve())
    table = read_task_table(folder.tasks, folder.tests)
    certificates = read_certificates(folder.certificates)
    missing = next((row["instance_id"] for row in table.rows if row["instance_id"] not in certificates), None)
    if missing is not None:
        raise FileNotUsable(folder.certificates, f"has no line of {missing}", AGAIN)
    said = {"license": licence} if licence else {}
    return tuple(_task(folder.root, row | said, certificates[row["instance_id"]], table.order) for row in table.rows)


def _task(folder: Path, row: dict[str, Any], certificate: dict[str, Any], order: tuple[str, ...]) -> Task:
    names = ("fail_to_pass", "target_functions", "dependent_functions")
    keys = ("FAIL_TO_PASS", "target_functions", "dependent_functions")
    plain = ("instance_id", "step", "problem_statement", "patch", "test_patch", "test_command", "base_commit")
    figures = ("pass_to_pass_count", "lines", "difficulty", "depth", "wave", "strength")
    values: dict[str, Any] = {name: row[name] for name in (*plain, *figures)}
    values |= {name: tuple(row[key]) for name, key in zip(names, keys, strict=True)}
    return Task(folder=folder, row=row, certificate=certificate, order=order, **values)


def check_instances(tasks: Iterable[tuple[str, Path]]) -> None:
    """Raises InstanceTwice where two of these tasks have one name, NothingToExport where there are none.

    A task is its instance and the folder of its build.
    """
    held: dict[str, Path] = {}
    for instance, build in tasks:
        if instance in held:
            raise InstanceTwice(instance, held[instance], build)
        held[instance] = build
    if not held:
        raise NothingToExport("the builds hold no verified task")
