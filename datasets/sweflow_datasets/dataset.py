"""The dataset of a build's folder: its verified tasks as values with attributes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweflow_tasks import Rejection
from sweflow_tasks.format import read_tasks
from sweflow_tracer.displayable import Displayable
from sweflow_tracer.paths import StrPath

from sweflow_datasets.folder import Folder


@dataclass(frozen=True, slots=True, repr=False)
class Task(Displayable):
    """A verified task: a line of ``tasks.jsonl`` with the folder of its build.

    Patches are unified diffs against the skeleton, functions are ids, ``lines`` those of the step's functions in the
    original. ``strength`` is the share of mutants that the tests notice, None where none were run. ``row`` is the whole
    line (docs/formats.md), of which the other fields are part.
    """

    folder: Path
    row: dict[str, Any] = field(hash=False)
    instance_id: str
    step: int
    problem_statement: str
    patch: str
    test_patch: str
    test_command: str
    fail_to_pass: tuple[str, ...]
    pass_to_pass: tuple[str, ...]
    target_functions: tuple[str, ...]
    dependent_functions: tuple[str, ...]
    base_commit: str
    lines: int
    difficulty: float
    depth: int
    wave: int
    strength: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Dataset(Displayable):
    """What verification hands on. ``summary`` holds counts that add up (docs/formats.md)."""

    tasks: tuple[Task, ...]
    rejected: tuple[Rejection, ...]
    summary: dict[str, Any] = field(hash=False)


def load_tasks(out: StrPath) -> tuple[Task, ...]:
    """The verified tasks of a build. Raises FileNotUsable.

    >>> [task.instance_id for task in load_tasks("calculator.sweflow")][:1]  # doctest: +SKIP
    ['calculator-5f4df0ec-0001']
    """
    folder = Path(out).resolve()
    return tuple(task_of(folder, row) for row in read_tasks(Folder(folder).tasks))


def task_of(folder: Path, row: dict[str, Any]) -> Task:
    """A line of ``tasks.jsonl`` as a task."""
    names = ("fail_to_pass", "pass_to_pass", "target_functions", "dependent_functions")
    keys = ("FAIL_TO_PASS", "PASS_TO_PASS", "target_functions", "dependent_functions")
    plain = ("instance_id", "step", "problem_statement", "patch", "test_patch", "test_command", "base_commit")
    figures = ("lines", "difficulty", "depth", "wave", "strength")
    values: dict[str, Any] = {name: row[name] for name in (*plain, *figures)}
    values |= {name: tuple(row[key]) for name, key in zip(names, keys, strict=True)}
    return Task(folder=folder, row=row, **values)
