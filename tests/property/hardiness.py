"""What is asked of odd cases: an answer, or one sentence; each function says which, and raises where it was neither."""

import os
from collections.abc import Callable
from pathlib import Path

from sweflow_datasets import pipeline
from sweflow_rdg import index_source
from sweflow_scheduler.format import read_schedule
from sweflow_tasks.format import TaskTable
from sweflow_tasks.grading import Verdict, VerdictKind, evaluate, read_predictions
from sweflow_tasks.json_lines import read_lines
from sweflow_tracer import SweflowError
from sweflow_tracer.format import read_project_file, read_trace
from sweflow_tracer.project.interpreter import Interpreter
from sweflow_tracer.project.project import read_project

import sweflow

from .odd import OddRepository

READ, REFUSED = "read", "refused"


def one_sentence(error: SweflowError) -> None:
    """An error keeps its promise: text with a next move, on one line once control characters are shown as such."""
    text = str(error)
    assert text
    assert len(text) < 4000, text[:200]


def read_repository(case: OddRepository, root: Path, interpreter: Interpreter) -> str:
    """Read and index a repository as a build does."""
    case.write(root)
    try:
        project, blobs = read_project(root, interpreter, (), allow_dirty=True)
    except SweflowError as error:
        one_sentence(error)
        return REFUSED
    index_source(blobs)
    assert {entry.path for entry in project.files} == set(blobs)
    assert all(not path.startswith(("/", "../")) for path in blobs)
    assert not os.path.exists("/tmp/sweflow-fuzz-ran")
    return READ


class Failing:
    """A grader that runs nothing."""

    def grade(self, task, patch: str) -> Verdict:
        return Verdict(task["instance_id"], VerdictKind.FAILED)

    def stop(self) -> None:
        pass


def grade_file(content: bytes, table: TaskTable, folder: Path) -> str:
    """Read a file of predictions and grade what it holds, twice: the second time nothing is left to do."""
    tasks = table.rows
    file, results = folder / "predictions", folder / "results.jsonl"
    file.write_bytes(content)
    results.unlink(missing_ok=True)
    try:
        found = read_predictions(str(file), tasks)
    except SweflowError as error:
        one_sentence(error)
        return REFUSED
    known = [prediction for prediction in found if any(t["instance_id"] == prediction.instance_id for t in tasks)]
    first = evaluate(table, known, Failing(), results)
    written = results.read_bytes()
    assert evaluate(table, known, Failing(), results) == first
    assert results.read_bytes() == written
    return READ


FILES: dict[str, Callable[[Path], object]] = {
    "project.json": lambda out: read_project_file(out / "project.json"),
    "options.json": pipeline.stored_options,
    "trace.json": lambda out: read_trace(out / "trace.json"),
    "graph.json": pipeline.load_graph,
    "schedule.json": lambda out: read_schedule(out / "schedule.json"),
    "tests.jsonl": sweflow.load_tasks,
    "tasks.jsonl": sweflow.load_tasks,
    "certificates.jsonl": sweflow.load_tasks,
    "rejected.jsonl": lambda out: read_lines(out / "rejected.jsonl", ("kind", "id", "reason", "detail")),
    "runs.jsonl": lambda out: sweflow.Folder(out).seconds(),
    "summary.json": lambda out: sweflow.report(out, out.parent / "report.html"),
}
"""Files of an output folder, each with what reads it."""


def read_damaged(name: str, out: Path) -> str:
    """Read a file of an output folder."""
    try:
        FILES[name](out)
    except SweflowError as error:
        one_sentence(error)
        return REFUSED
    return READ
