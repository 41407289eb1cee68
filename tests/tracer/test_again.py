"""Groups whose failures run again: what fails beside other tests and passes alone has passed, and nothing runs twice."""

import pytest
from sweflow_tracer.interpreter import inspect_interpreter
from sweflow_tracer.processes import Launcher
from sweflow_tracer.project import read_project
from sweflow_tracer.session import Options, Target, run_session, run_unforked
from sweflow_tracer.workspace import Workspace

from ..helpers import write_repository

TESTS = """\
import os
from pathlib import Path
import core

def count(name):
    with open(Path(__file__).parent / "ran.txt", "a") as file:
        file.write(name + chr(10))

def test_spoils():
    count("spoils")
    core.STATE.append(1)

def test_spoiled():
    count("spoiled")
    assert core.STATE == []

def test_fails():
    count("fails")
    assert False

def test_dies():
    count("dies")
    os._exit(3)

def test_last():
    count("last")
"""
NAMES = ("spoils", "spoiled", "fails", "dies", "last")


@pytest.mark.parametrize("run", [run_session, run_unforked])
def test_a_test_that_fails_beside_others_runs_once_more_alone_and_that_counts(run, tmp_path, python):
    repo = write_repository(tmp_path / "repo", {"core.py": "STATE = []\n", "tests/test_core.py": TESTS})
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    target = Target(project, python)
    tests = [f"tests/test_core.py::test_{name}" for name in NAMES]
    options = Options(groups=[tests, tests], again=[1])
    with Workspace(project.folder, tmp_path / "ledger") as workspace:
        workspace.show(blobs)
        session = run(target, workspace, Launcher(), options)
        ran = (workspace.tree / "tests" / "ran.txt").read_text().split()
    found = {(r["group"], r["id"].rpartition("_")[2]): r["outcome"] for r in session.tests}
    assert len(session.tests) == len(found) == 2 * len(NAMES)
    assert [found[0, name] for name in NAMES] == ["passed", "failed", "failed", "lost", "passed"]
    assert [found[1, name] for name in NAMES] == ["passed", "passed", "failed", "lost", "passed"]
    assert sorted(ran) == sorted([*NAMES, *NAMES, "spoiled", "fails", "dies"])
