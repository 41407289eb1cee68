"""Options of the tracer: repeat, select, follow; and what it says where a test takes its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sweflow_tracer import Outcome
from sweflow_tracer.project.interpreter import PROBE
from sweflow_tracer.recording.journal import Journal

from tests.helpers import calls_of, trace_of, write_repository

CORE = """\
import os

def first():
    pass

def second():
    pass

def by_seed():
    first() if os.environ["PYTHONHASHSEED"] == "0" else second()

def deep():
    return deep()
"""
TESTS = """\
import ctypes, os, subprocess, sys
import pytest
import core

def test_same():
    core.first()

def test_varies():
    core.by_seed()

def test_fails_in_the_second_run():
    assert os.environ["PYTHONHASHSEED"] == "0"

def test_switches_tracing_off():
    ctypes.pythonapi.PyEval_SetTrace(ctypes.c_void_p(), None)
    core.first()

def test_recursion_to_the_limit():
    with pytest.raises(RecursionError):
        core.deep()
    core.first()

def test_child():
    subprocess.run([sys.executable, "-c", "import core; core.second()"], check=True)
"""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_repository(tmp_path_factory.mktemp("options") / "repo", {"core.py": CORE, "test_core.py": TESTS})


@pytest.mark.slow
def test_repeated_runs_are_united_and_what_varies_is_told(repo, python, tmp_path):
    trace = trace_of(repo, python, tmp_path, repeat=2, select=("test_core.py",))
    tests = {test.id.rpartition("::")[2]: test for test in trace.tests}
    assert {trace.codes[code].name for code in tests["test_varies"].varying} == {"first", "second"}
    assert tests["test_same"].varying == ()
    assert calls_of(trace, "test_varies", "call") >= {("by_seed", "first"), ("by_seed", "second")}
    assert tests["test_fails_in_the_second_run"].repeats == (Outcome.FAILED,)


@pytest.mark.slow
def test_selected_tests_alone_are_collected_and_run(repo, python, tmp_path):
    trace = trace_of(repo, python, tmp_path, select=("test_core.py::test_same",))
    assert [test.id for test in trace.tests] == ["test_core.py::test_same"]


@pytest.mark.slow
def test_processes_are_not_followed_where_nobody_wants_it(repo, python, tmp_path):
    select = ("test_core.py::test_child",)
    assert ("test_child", "second") in calls_of(trace_of(repo, python, tmp_path / "a", select=select), "test_child")
    without = trace_of(repo, python, tmp_path / "b", select=select, follow=False)
    assert not any(callee == "second" for _, callee in calls_of(without, "test_child"))


def start_with_hook(path: Path, code: str) -> str:
    """Standard output of an interpreter that starts with the probe's hook before ``path``."""
    environment = {"PYTHONPATH": os.pathsep.join((str(PROBE / "hook"), str(path))), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_T5_the_start_up_hook_makes_room_for_the_targets_own_sitecustomize(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nMINE = True\nsys.times = getattr(sys, 'times', 0) + 1\n")
    code = "import sys, sitecustomize; print(sys.times, sitecustomize.MINE, any(p.endswith('hook') for p in sys.path))"
    assert start_with_hook(tmp_path, code).split() == ["1", "True", "False"]


def test_T5_without_a_sitecustomize_of_the_targets_own_it_is_as_if_there_were_none(tmp_path):
    code = "import sys; print('sitecustomize' in sys.modules, any(p.endswith('hook') for p in sys.path))"
    assert start_with_hook(tmp_path, code).split() == ["False", "False"]


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring cannot be displaced")
def test_T2_a_test_that_switches_the_tracer_off_says_so_and_the_next_is_traced(repo, python, tmp_path):
    trace = trace_of(repo, python, tmp_path, isolation="none")
    displaced = {test.id.rpartition("::")[2] for test in trace.tests if test.displaced}
    assert displaced >= {"test_switches_tracing_off"}
    assert "test_same" not in displaced
    assert "test_child" not in displaced
    assert ("test_child", "second") in calls_of(trace, "test_child")
    seen = ("test_recursion_to_the_limit", "first") in calls_of(trace, "test_recursion_to_the_limit")
    assert seen or "test_recursion_to_the_limit" in displaced


def test_D1_a_torn_last_line_of_a_journal_is_passed_over(tmp_path):
    journal = Journal(tmp_path)
    journal.write("trace", [{"kind": "test", "id": "a", "outcome": "passed"}])
    with journal.segments("trace")[0].open("a") as file:
        file.write('{"kind": "test", "id": "b", "outc')
    assert set(journal.load("trace").tests) == {"a"}
