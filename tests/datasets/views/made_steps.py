"""Steps made by hand, for tests of views."""

from pathlib import Path

from sweflow_datasets.dataset import Task
from sweflow_datasets.views.step import StepTrees
from sweflow_datasets.views.values import Head

from tests.datasets.made_tasks import made_task

Files = dict[str, bytes | tuple[str, bytes]]


def tree(files: Files) -> dict[str, tuple[str, bytes]]:
    return {path: content if isinstance(content, tuple) else ("100644", content) for path, content in files.items()}


def made_step(before: Files, after: Files, *functions: str) -> StepTrees:
    """A step between two trees."""
    row = made_task().row | {"target_functions": list(functions)}
    names = ("instance_id", "step", "problem_statement", "patch", "test_patch", "test_command", "base_commit")
    figures = ("pass_to_pass_count", "lines", "difficulty", "depth", "wave", "strength")
    task = Task(
        folder=Path("/builds/one"),
        row=row,
        certificate={},
        order=(),
        fail_to_pass=tuple(row["FAIL_TO_PASS"]),
        target_functions=functions,
        dependent_functions=(),
        **{name: row[name] for name in (*names, *figures)},
    )
    head = Head(task.instance_id, row["repo"], task.base_commit, task.step, row["license"])
    return StepTrees(task, head, tree(before), tree(before), tree(after))
