"""The text of a failure, which only the project's hooks see, is the same where its frames are not looked up."""

import re
from pathlib import Path

import pytest
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.workspace import Workspace

from tests.helpers import write_repository

TESTS = """\
import unittest

import core, pytest

def hidden():
    __tracebackhide__ = True
    core.double(None)

def test_value():
    assert core.double(2) == 5

def test_hidden():
    hidden()

def test_cause():
    try:
        core.double(None)
    except TypeError as error:
        raise ValueError("no number") from error

def test_said():
    pytest.fail("said", pytrace=False)

def test_deep():
    core.deep(3)

class TestUnit(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(core.double(2), 5)
"""
CORE = "def double(number):\n    return 2 * number\n\ndef deep(number):\n    return deep(number)\n"
CONFTEST = """\
from pathlib import Path

import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        with open(Path(__file__).parent / "told.txt", "a") as file:
            print(item.name, repr(report.longreprtext), report.longrepr.reprcrash.lineno, file=file)
"""


def told(folder: Path, python: Path, options: SessionOptions) -> dict[str, str]:
    """What the hook of the project saw of each test that failed."""
    repo = write_repository(
        folder / "repo", {"core.py": CORE, "tests/test_core.py": TESTS, "tests/conftest.py": CONFTEST}
    )
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    with Workspace(project.folder, folder / "ledger") as workspace:
        workspace.show(blobs)
        session = run_session(Target(project, python), workspace, Launcher(), options)
        assert len(session.tests) == 6
        text = (workspace.tree / "tests" / "told.txt").read_text()
    lines = re.sub("0x[0-9a-f]+", "", text.replace(str(workspace.scratch), "")).splitlines()
    return dict(line.split(" ", 1) for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("groups", ["each", "together"])
def test_failures_have_the_text_that_they_have_where_calls_are_recorded(
    tmp_path: Path, python: Path, groups: str
) -> None:
    recorded = told(tmp_path / "recorded", python, SessionOptions("settrace", groups))
    plain = told(tmp_path / "plain", python, SessionOptions("none", groups))
    deep = [found.pop("test_deep") for found in (recorded, plain)]  # how deep it went is another matter
    assert all("Recursion detected (same locals" in text for text in deep)
    assert "assert 4 == 5" in recorded["test_value"]
    assert len(recorded) == 5
    assert plain == recorded
