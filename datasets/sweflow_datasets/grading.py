"""Grading from a build's folder: one patch for a training loop, or a file of predictions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sweflow_tasks.attacks import ATTACKS, AttackOutcome, run_attacks
from sweflow_tasks.errors import UnknownInstance
from sweflow_tasks.format import TaskTable, read_task_table
from sweflow_tasks.grading import Grader, Verdict, evaluate, evaluation_report, read_predictions
from sweflow_tasks.grading.report import REPORT_VERSION
from sweflow_tasks.twins.format import read_twins
from sweflow_tracer.format import read_project_file, write_document
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, silent
from sweflow_tracer.runner.launching import open_launcher
from sweflow_tracer.runner.options import Target

from sweflow_datasets.caches import index_cache
from sweflow_datasets.dataset import Task
from sweflow_datasets.folder import Folder, locked
from sweflow_datasets.pipeline import absolute, stored_options


def grade(task: Task, patch: str | None, sandbox: str | None = None, *, python: StrPath | None = None) -> Verdict:
    """Grade one patch in a clean tree; any number of threads may call this at once.

    ``patch`` is a unified diff against the task's skeleton, None an empty one, as ``null`` is in a file of predictions;
    ``sandbox`` as for ``trace``. Raises SweflowError where the folder or the sandbox cannot be used.

    >>> task, *_ = load_tasks("calculator.sweflow")  # doctest: +SKIP
    >>> grade(task, task.patch).reward  # doctest: +SKIP
    1.0
    """
    with grader_of(task.folder, sandbox, python) as grader:
        return grader.grade(task.whole_row(), patch or "")


def evaluate_predictions(
    out: StrPath,
    predictions: StrPath,
    results: StrPath | None = None,
    *,
    sandbox: str | None = None,
    python: StrPath | None = None,
    workers: int = 1,
    progress: OnProgress = silent,
) -> dict[str, Any]:
    """Grade predictions (a file, ``gold`` or ``empty``) into ``results.jsonl`` and ``report.json``; the report.

    ``results`` is a folder (default: ``eval`` in the build's). Predictions that have a verdict there are not graded
    again. Two at once need two folders; the build's may be read-only then. Predictions for no task of the build are
    named in ``unknown_ids``. Raises SweflowError.
    """
    table = _table(out)
    tasks = table.rows
    wanted = read_predictions(os.fspath(predictions), tasks)
    into = Path(results or Path(out) / "eval")
    ids = {task["instance_id"] for task in tasks}
    known = [prediction for prediction in wanted if prediction.instance_id in ids]
    with locked(into), grader_of(out, sandbox, python, scratch=into) as grader:
        found = evaluate(table, known, grader, into / "results.jsonl", workers=workers, progress=progress)
        unknown = sorted({prediction.instance_id for prediction in wanted} - ids)
        report = {**evaluation_report(tasks, found), "unknown_ids": unknown, "sandbox": grader.sandbox}
        write_document(into / "report.json", "report", REPORT_VERSION, report)
    return report


def attack(
    out: StrPath,
    instance: str | None = None,
    *,
    sandbox: str | None = None,
    python: StrPath | None = None,
    progress: OnProgress = silent,
) -> tuple[AttackOutcome, ...]:
    """Grade every known attack on one task (default: the middle one), and the gold patch after them (V6).

    Attacks that use up the host are run only in a sandbox that isolates. Raises SweflowError.
    """
    table = _table(out)
    rows = {row["instance_id"]: row for row in table.rows}
    chosen = instance or next(iter(list(rows)[len(rows) // 2 :]), "")
    if chosen not in rows:
        raise UnknownInstance(chosen, tuple(rows))
    with grader_of(out, sandbox, python) as grader:
        run = run_attacks(
            table.whole(rows[chosen]), Folder(out).history, grader, ATTACKS, harmful=grader.isolated, progress=progress
        )
        return tuple(run)


def _table(out: StrPath) -> TaskTable:
    return read_task_table(Folder(out).tasks, Folder(out).tests)


@contextmanager
def grader_of(
    out: StrPath,
    sandbox: str | None = None,
    python: StrPath | None = None,
    timeout: float | None = None,
    collect: float = 60.0,
    scratch: Path | None = None,
) -> Iterator[Grader]:
    """A grader for the tasks of a build's folder.

    ``timeout`` is in seconds for one test (default: the build's), ``collect`` until the tests are collected.
    ``scratch`` is where scratch folders are listed (default: the build's folder, the user's cache where that cannot be
    written).
    """
    folder = Folder(out)
    project, interpreter = read_project_file(folder.project)
    folder.check_history()
    target = Target(project, absolute(python or interpreter))
    with open_launcher(sandbox, target) as launcher:
        source, limit = folder.read_source(project), timeout or stored_options(out).timeout
        place = scratch or (folder.root if os.access(folder.root, os.W_OK) else index_cache().parent)
        place.mkdir(parents=True, exist_ok=True)
        twins = read_twins(folder.twins)
        yield Grader(target, source, folder.history, launcher, place, twins, limit, collect)
