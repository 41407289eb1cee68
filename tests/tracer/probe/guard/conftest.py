"""A guarded session on a small project."""

from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent

import pytest
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.workspace import Workspace

from tests.helpers import write_repository

PATH = "tests/test_core.py"
WITHOUT = ("-p", "no:hypothesispytest", "-p", "no:anyio")
"""They change what the guard holds; a grader knows so from the gold patch."""
Guard = Callable[..., Session]


@pytest.fixture
def guarded(tmp_path: Path, python: Path) -> Guard:
    """Run tests of ``tests/test_core.py`` together, on ``core.py`` and whatever other files; the guarded session."""

    def run(core: str, tests: str, *names: str, trusted: Sequence[str] = (PATH,), **files: str) -> Session:
        more = {name if "." in name else name.replace("__", "/") + ".py": text for name, text in files.items()}
        texts = {"core.py": core, PATH: tests, **more}
        repo = write_repository(tmp_path / "repo", {path: dedent(text) for path, text in texts.items()})
        project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
        groups = [[f"{PATH}::{name}" for name in names]]
        options = SessionOptions(groups=groups, paths=WITHOUT, guard=Guarded(tuple(trusted)), timeout=20.0)
        with Workspace(project.folder, tmp_path / "ledger") as workspace:
            workspace.show(blobs)
            return run_session(Target(project, python), workspace, Launcher(), options)

    return run
