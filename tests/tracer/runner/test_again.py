"""Groups whose failures run again: only a pass before the first failure, or alone, is a pass; and silence is none (V1)."""

import pytest
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.unforked import run_unforked
from sweflow_tracer.runner.workspace import Workspace

from tests.helpers import write_repository

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
    if core.STATE:
        core.LEFT.append(1)
    assert core.STATE == []

def test_needs():
    count("needs")
    assert core.LEFT

def test_fails():
    count("fails")
    assert False

def test_dies():
    count("dies")
    os._exit(3)

def test_last():
    count("last")
"""
NAMES = ("spoils", "spoiled", "needs", "fails", "dies", "last")
SLOW = """\
import pytest, time

@pytest.mark.parametrize("n", range(13))
def test_fails(n):
    time.sleep(0.9)
    assert False
"""


def sessions(run, files, folder, python, options):
    """Run on a project with these files; the session and the tree's files that tests made."""
    repo = write_repository(folder / "repo", files)
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    with Workspace(project.folder, folder / "ledger") as workspace:
        workspace.show(blobs)
        session = run(Target(project, python), workspace, Launcher(), options)
        made = workspace.tree / "tests" / "ran.txt"
        return session, made.read_text().split() if made.exists() else []


STUBS = """\
import core

def count(name):
    with open(__file__.replace("test_core.py", "ran.txt"), "a") as file:
        file.write(name + chr(10))

def test_new():
    count("new")
    core.new()

def test_other():
    count("other")
    core.other()

def test_swallows():
    count("swallows")
    try:
        core.new()
    except NotImplementedError:
        core.LEFT.append(1)

def test_passes():
    count("passes")
    assert not core.LEFT

def test_chained():
    count("chained")
    try:
        core.new()
    except NotImplementedError as error:
        raise ValueError("no") from error
"""


@pytest.mark.parametrize("run", [run_session, pytest.param(run_unforked, marks=pytest.mark.slow)])
def test_V1_what_fails_by_none_of_the_stubs_runs_once_more_alone_and_that_counts(run, tmp_path, python):
    body = "".join(
        f"def {name}():\n    raise NotImplementedError('sweflow: core.py::{name}')\n" for name in ("new", "other")
    )
    names = ("new", "other", "swallows", "passes", "chained")
    tests = [f"tests/test_core.py::test_{name}" for name in names]
    files = {"core.py": f"LEFT = []\n{body}", "tests/test_core.py": STUBS}
    options = SessionOptions("settrace", groups=[tests], traced=[0], stubs={0: ["core.py::new"]})
    session, ran = sessions(run, files, tmp_path, python, options)
    found = {r["id"].rpartition("_")[2]: r for r in session.tests}
    assert len(session.tests) == len(found) == len(names)
    assert [found[name]["outcome"] for name in names] == ["failed", "failed", "passed", "passed", "failed"]
    assert all(found[name]["edges"]["call"] for name in names if name != "passes")
    again = ["other", "swallows", "passes"] if run is run_session else []
    assert sorted(ran) == sorted([*names, *again])


@pytest.mark.parametrize("run", [run_session, pytest.param(run_unforked, marks=pytest.mark.slow)])
def test_V1_from_the_first_failure_on_each_test_runs_once_more_alone_and_that_counts(run, tmp_path, python):
    files = {"core.py": "STATE = []\nLEFT = []\n", "tests/test_core.py": TESTS}
    tests = [f"tests/test_core.py::test_{name}" for name in NAMES]
    session, ran = sessions(run, files, tmp_path, python, SessionOptions(groups=[tests, tests], again=[1]))
    found = {(r["group"], r["id"].rpartition("_")[2]): r["outcome"] for r in session.tests}
    assert len(session.tests) == len(found) == 2 * len(NAMES)
    assert [found[0, name] for name in NAMES] == ["passed", "failed", "passed", "failed", "lost", "passed"]
    assert [found[1, name] for name in NAMES] == ["passed", "passed", "failed", "failed", "lost", "passed"]
    assert sorted(ran) == sorted([*NAMES, *NAMES, *NAMES[1:]])


CHANGES = """\
import json
LOADS = json.loads

def change():
    json.loads = lambda text: 1

def restore():
    json.loads = LOADS
"""
RESTORED = """\
import core

def test_change():
    core.change()

def test_restore():
    core.restore()
"""


@pytest.mark.parametrize("run", [run_session, run_unforked])
def test_V6_what_a_later_test_of_the_group_puts_right_is_seen_all_the_same(run, tmp_path, python):
    tests = [f"tests/test_core.py::test_{name}" for name in ("change", "restore")]
    options = SessionOptions(groups=[tests], again=[0], guard=Guarded(("tests/test_core.py",)))
    session, _ = sessions(run, {"core.py": CHANGES, "tests/test_core.py": RESTORED}, tmp_path, python, options)
    assert [record["outcome"] for record in session.tests] == ["passed"] * 2
    assert "changes json.loads" in session.alarms


@pytest.mark.slow
def test_V3_failures_that_are_kept_back_are_not_taken_for_a_hang(tmp_path, python):
    tests = [f"tests/test_core.py::test_fails[{n}]" for n in range(13)]
    options = SessionOptions(groups=[tests], again=[0], timeout=1.0)
    session, _ = sessions(run_session, {"core.py": "", "tests/test_core.py": SLOW}, tmp_path, python, options)
    assert [record["outcome"] for record in session.tests] == ["failed"] * 13
