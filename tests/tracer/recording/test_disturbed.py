"""Tests that the tracer itself makes fail are not blamed on the project, and scripts of Python are followed."""

import pytest
from sweflow_rdg import TestReason, build_graph, index_source
from sweflow_tracer import Outcome
from sweflow_tracer.project.files import list_files, read_blobs

from tests.helpers import calls_of, trace_of, write_repository

FILES = {
    "core.py": "def used():\n    return 1\n",
    "test_core.py": """\
import os
import subprocess
import sys
import threading
import core

def test_sees_the_tracer():
    core.used()
    if sys.version_info >= (3, 12):
        assert all(sys.monitoring.get_tool(number) is None for number in range(6))
    else:
        assert type(sys.settrace).__name__ == "builtin_function_or_method"

def test_fails():
    assert core.used() == 2

def test_asks_for_the_trace_function_of_threads():
    assert core.used() and sys.gettrace() is None and threading.gettrace() is None

def test_script(tmp_path):
    script = tmp_path / "tool"
    script.write_text(f"#!{sys.executable}\\nimport core\\ncore.used()\\n")
    script.chmod(0o755)
    subprocess.run([str(script)], check=True, env={"PYTHONPATH": os.getcwd()})
""",
}


@pytest.fixture(scope="module")
def traced(tmp_path_factory, python):
    folder = tmp_path_factory.mktemp("disturbed")
    repo = write_repository(folder / "repo", FILES)
    trace = trace_of(repo, python, folder / "journal", reruns=1)
    return trace, build_graph(trace, index_source(read_blobs(repo, list_files(repo, None))))


def test_V4_what_fails_with_the_tracer_and_passes_without_is_not_the_projects_failure(traced):
    trace, graph = traced
    failed = [test.id.partition("::")[2] for test in trace.tests if test.outcome is not Outcome.PASSED]
    assert failed == ["test_sees_the_tracer", "test_fails"]
    rejected = {test.id.partition("::")[2]: (test.rejected, test.detail) for test in graph.tests if test.rejected}
    assert {name: reason for name, (reason, _) in rejected.items()} == {
        "test_sees_the_tracer": TestReason.TRACER_DISPLACED,
        "test_fails": TestReason.FAILING,
    }
    assert rejected["test_sees_the_tracer"][1].startswith("passes without the tracer; with it: ")


def test_T3_a_script_with_an_environment_of_its_own_is_followed(traced):
    assert ("test_script", "used") in calls_of(traced[0], "test_script")
