"""What the judge is told of a task, and the judge's own text."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sweflow_rdg.graph.roles import TEST_FILES, TEST_FOLDERS
from sweflow_tasks.execution.arguments import options_among
from sweflow_tasks.grading.protected import CONFIGURATION, FOLDERS, SUFFIXES, shadowing
from sweflow_tasks.history.git import run_git, step_ref
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.command import VARIABLES, plugin_switches

from sweflow_datasets.judging.judge import shown as shown_id

ROOT = "/testbed"
"""Where a task's tree stands in its image."""
PYTHON = "/opt/venv/bin/python"
"""The interpreter of an image, with the target's pinned requirements."""
JUDGE = Path(__file__).with_name("judge.py")


@cache
def judge_text() -> str:
    """The script, as it is written into an export."""
    return JUDGE.read_text("utf-8")


def judge_spec(
    row: Mapping[str, Any], project: Project, original: Blobs, changed: Sequence[str], *, trusted: str, candidate: str
) -> dict[str, Any]:
    """What the judge is told: a task's tests, how they run, and which files are the task's.

    ``row`` has its PASS_TO_PASS written out; ``changed`` are the paths that the step's tests change. ``trusted`` and
    ``candidate`` are folders in the container.
    """
    return {
        "root": ROOT,
        "python": PYTHON,
        "trusted": trusted,
        "candidate": candidate,
        "fail_to_pass": list(row["FAIL_TO_PASS"]),
        "pass_to_pass": list(row["PASS_TO_PASS"]),
        "options": [*plugin_switches(project.plugins), *options_among(project.arguments, original)],
        "variables": {**VARIABLES, "PYTHONHASHSEED": "0"},
        "roots": list(project.roots or (".",)),
        "timeout": row["timeout"],
        "rules": rules_of(row, project, changed),
    }


def changed_by_tests(history: Path, step: int) -> list[str]:
    """Paths that a step's tests change."""
    trees = (step_ref("skeletons", step), step_ref("tests", step))
    output = run_git(history, "diff-tree", "-r", "-z", "--name-only", *trees)
    return sorted(os.fsdecode(part) for part in output.split(b"\0") if part)


def rules_of(row: Mapping[str, Any], project: Project, changed: Sequence[str]) -> dict[str, Any]:
    """Which files are the task's and not the candidate's, as `grading/protected.py` has it."""
    named = {test.partition("::")[0] for key in ("FAIL_TO_PASS", "PASS_TO_PASS") for test in row[key]}
    return {
        "named": sorted(named | set(changed)),
        "configuration": sorted(CONFIGURATION),
        "suffixes": list(SUFFIXES),
        "folders": list(FOLDERS),
        "test_folders": sorted(TEST_FOLDERS),
        "test_files": list(TEST_FILES),
        "roots": list(project.roots or (".",)),
        "shadows": sorted(shadowing(project.requirements)),
    }


__all__ = ["PYTHON", "ROOT", "changed_by_tests", "judge_spec", "judge_text", "rules_of", "shown_id"]
