"""Groups whose failures run again: only a pass before the first failure, or alone, is a pass; and silence is none (V1)."""

import pytest
from sweflow_tracer.runner.options import Guarded, SessionOptions
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.unforked import run_unforked

from tests.helpers import session_on

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
    with session_on(folder, files, python, options, run) as (session, tree):
        made = tree / "tests" / "ran.txt"
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
    again = ["other", "swallows", "passes"] if run is run_session else []
    recorded = {name for name in names if found[name]["edges"].get("call")}
    assert recorded == set(again or names)
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


ASSERTING = """\
import unittest
import pytest
import core

def count(name):
    with open(__file__.replace("test_core.py", "ran.txt"), "a") as file:
        file.write(name + chr(10))

def check(value):
    assert value

def test_right():
    count("right")

def test_wrong():
    count("wrong")
    assert core.one() == 2

@pytest.mark.parametrize("wanted", [1, 2])
def test_each(wanted):
    count(f"each[{wanted}]")
    assert core.one() == wanted

def test_awaits():
    count("awaits")
    with pytest.raises(ValueError):
        core.one()

class TestOfPytest:
    def test_method(self):
        count("method")
        assert core.one() == 2

class TestOfUnittest(unittest.TestCase):
    def test_equal(self):
        count("equal")
        self.assertEqual(core.one(), 2)

def test_raises():
    count("raises")
    core.raises()

def test_asserts():
    count("asserts")
    core.asserts()

def test_helped():
    count("helped")
    check(core.one() == 2)

@pytest.fixture
def broken():
    assert core.one() == 2

def test_broken(broken):
    pass
"""


@pytest.mark.parametrize("run", [run_session, pytest.param(run_unforked, marks=pytest.mark.slow)])
def test_V8_what_neither_passes_nor_fails_by_an_assertion_of_its_own_runs_once_more_alone(run, tmp_path, python):
    core = "def one():\n    return 1\n\ndef raises():\n    raise ValueError\n\ndef asserts():\n    assert False\n"
    names = ("test_right", "test_wrong", "test_each[1]", "test_each[2]", "test_awaits", "TestOfPytest::test_method")
    names += ("TestOfUnittest::test_equal", "test_raises", "test_asserts", "test_helped", "test_broken")
    tests = [f"tests/test_core.py::{name}" for name in names]
    files = {"core.py": core, "tests/test_core.py": ASSERTING}
    session, ran = sessions(run, files, tmp_path, python, SessionOptions(groups=[tests], asserting=[0]))
    found = {record["id"].partition("::")[2]: record["outcome"] for record in session.tests}
    assert len(session.tests) == len(found) == len(names)
    assert {name for name, outcome in found.items() if outcome == "passed"} == {"test_right", "test_each[1]"}
    again = ["raises", "asserts", "helped"] if run is run_session else []
    once = [name.rpartition("test_")[2] for name in names if name != "test_broken"]
    assert sorted(ran) == sorted([*once, *again])


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


@pytest.mark.slow
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
