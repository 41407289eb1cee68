"""Tasks made by hand, for tests of exports."""

from pathlib import Path
from typing import Any

from sweflow_datasets.export.values import ExportTask

LONG = "def area(width, height):\n    if width < 0 or height < 0:\n        raise ValueError(width, height)\n    total = width * height\n    for side in (width, height):\n        total += side % 3\n    return total\n"


def patch_of(code: str, path: str = "pack/code.py", line: int = 7) -> str:
    """A patch that puts code where a stub was."""
    added = code.removesuffix("\n").split("\n")
    lines = [f"+{line}" for line in added]
    head = f"diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\n--- a/{path}\n+++ b/{path}\n"
    return (
        f"{head}@@ -{line},2 +{line},{len(added) + 1} @@ def before():\n before = 1\n-    raise NotImplementedError\n"
        + "".join(f"{line}\n" for line in lines)
    )


def made_task(
    repo: str = "o/one", step: int = 1, *, code: str = "return 1", full: bool = False, split: str = "train", **row: Any
) -> ExportTask:
    """A task of a repository, with members of its row as given."""
    instance = f"{repo.replace('/', '__')}-5f4df0ec-{step:04d}"
    whole: dict[str, Any] = {
        "instance_id": instance,
        "repo": repo,
        "version": "1.0",
        "base_commit": "b" * 40,
        "patch": patch_of(code),
        "test_patch": patch_of("def test_it():\n    assert True", "tests/test_code.py"),
        "problem_statement": "Write it.",
        "hints_text": "",
        "created_at": "2026-01-02T03:04:05Z",
        "environment_setup_commit": "5f4df0ec" * 5,
        "FAIL_TO_PASS": [f"tests/test_code.py::test_{step}"],
        "PASS_TO_PASS": [f"tests/test_code.py::test_{n}" for n in range(1, step)],
        "pass_to_pass_count": step - 1,
        "format_version": 7,
        "step": step,
        "target_functions": [f"pack/code.py::f{step}"],
        "dependent_functions": [],
        "removed_functions": [],
        "placeholder_functions": [],
        "underspecified": [],
        "later": [],
        "depth": 1,
        "wave": 1,
        "lines": 3 * step,
        "difficulty": 0.5,
        "functions": 1,
        "strength": 0.75 if full else None,
        "twins": 1,
        "test_command": "python -m pytest",
        "environment": {"python": "3.11.7", "requirements": ["pytest==9.2.0"], "variables": {"TZ": "UTC"}},
        "timeout": 1800.0,
        "license": "MIT",
    }
    certificate: dict[str, Any] = {
        "instance_id": instance,
        "level": "full" if full else "basic",
        "leaks": [],
        "gold": {"flaky": ["tests/test_code.py::test_dice"] if full else [], "runs": []},
        "necessity": {"unnoticed": ["pack/code.py::f"] if full else []},
        "strength": {"killed": 3, "total": 4} if full else {"killed": 0, "total": 0},
    }
    return ExportTask(Path("/builds") / repo, {**whole, **row}, certificate, split)
