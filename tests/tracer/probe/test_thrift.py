"""What a session saves shows in no test: garbage is collected as ever while they run, and exit functions are called."""

import subprocess
from pathlib import Path

import pytest
from sweflow_tracer.runner.options import SessionOptions
from sweflow_tracer.runner.session import Session

from tests.helpers import session_on

TESTS = """\
import atexit, gc, os
from pathlib import Path
import core

def tell(*what):
    with open(Path(__file__).parent / "told.txt", "a") as file:
        print(*what, file=file)

tell("import", *gc.get_threshold())
PARENT = os.getpid()
atexit.register(lambda: tell("exit", os.getpid() == PARENT))

def test_one():
    tell("test", *gc.get_threshold())

def test_two():
    assert core.double(2) == 5
"""
CORE = "def double(number):\n    return 2 * number\n"
OFTEN = "import gc\ngc.set_threshold(123, 4, 5)\n"


def told(folder, python, options, conftest="") -> tuple[Session, dict[str, str]]:
    """A session, and what its code told: by word, the rest of the line."""
    files = {"core.py": CORE, "tests/test_core.py": TESTS, "tests/conftest.py": conftest}
    with session_on(folder, files, python, options) as (session, tree):
        lines = (tree / "tests" / "told.txt").read_text().splitlines()
    return session, dict(line.split(" ", 1) for line in lines)


@pytest.fixture
def usual(python: Path) -> str:
    """The collector's own thresholds."""
    command = [python, "-c", "import gc; print(*gc.get_threshold())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_garbage_is_collected_seldom_until_tests_are_collected_and_as_usual_while_they_run(
    tmp_path: Path, python: Path, usual: str
) -> None:
    session, lines = told(tmp_path, python, SessionOptions())
    assert [record["outcome"] for record in session.tests] == ["passed", "failed"]
    assert lines["import"] != usual
    assert lines["test"] == usual


def test_what_the_project_sets_stands(tmp_path: Path, python: Path) -> None:
    _, lines = told(tmp_path, python, SessionOptions(), OFTEN)
    assert lines["import"] == lines["test"] == "123 4 5"


@pytest.mark.slow
def test_a_session_that_records_from_the_start_is_left_alone(tmp_path: Path, python: Path, usual: str) -> None:
    _, lines = told(tmp_path, python, SessionOptions("settrace"))
    assert lines["import"] == lines["test"] == usual


@pytest.mark.slow
@pytest.mark.parametrize("options", [SessionOptions(), SessionOptions("settrace")], ids=["saving", "recording"])
def test_exit_functions_are_called_once_in_the_process_that_collected(
    tmp_path: Path, python: Path, options: SessionOptions
) -> None:
    session, lines = told(tmp_path, python, options, "import atexit\natexit.register(lambda: 1 / 0)\n")
    assert lines["exit"] == "True"
    assert session.ran
    assert session.code == 0


STANDS = """\
import pytest
from pathlib import Path

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    with open(Path(__file__).parent / "told.txt", "a") as file:
        print("stands", "location" in vars(item), item.location[1:], file=file)
"""


@pytest.mark.slow
def test_a_child_finds_looked_up_where_its_test_stands(tmp_path: Path, python: Path) -> None:
    _, saving = told(tmp_path / "saving", python, SessionOptions(), STANDS)
    _, recording = told(tmp_path / "recording", python, SessionOptions("settrace"), STANDS)
    assert (saving["stands"], recording["stands"]) == ("True (15, 'test_two')", "False (15, 'test_two')")
