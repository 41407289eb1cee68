"""A test of a group that is limited has the seconds of its own; those of other groups have the session's (H1)."""

from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.workspace import Workspace

from tests.helpers import write_repository

SLOW = """\
import time

def test_waits():
    time.sleep(1.5)

def test_works():
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pass

def test_does_not():
    pass
"""


def test_H1_only_tests_of_limited_groups_are_ended_by_their_limits(tmp_path, python):
    repo = write_repository(tmp_path / "repo", {"core.py": "", "test_slow.py": SLOW})
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    names = [f"test_slow.py::test_{name}" for name in ("waits", "works", "does_not")]
    limits = {names[0]: 0.2, names[1]: 0.2}
    options = SessionOptions(groups=[names, names], limits=limits, limited=[1])
    with Workspace("repo", tmp_path / "ledger") as workspace:
        workspace.show(blobs)
        session = run_session(Target(project, python), workspace, Launcher(), options)
    ends = {(record["group"], record["id"]): record["outcome"] for record in session.tests}
    assert [ends[0, name] for name in names] == ["passed"] * 3
    assert [ends[1, name] for name in names] == ["timed-out", "timed-out", "passed"]
