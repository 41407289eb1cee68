"""`sweflow trace` by itself: what it prints, and how it brings a trace up to date."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sweflow_tracer.errors import OutputNotUsable

import sweflow
from tests.helpers import write_repository

CORE = "def f():\n    return 1\n\ndef g():\n    return 2\n"
TESTS = "import core\n\ndef test_f():\n    assert core.f()\n\ndef test_g():\n    assert core.g()\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "repo", {"core.py": CORE, "test_core.py": TESTS})


def sessions_of(out: Path) -> list[int]:
    """How many tests each session ran."""
    rows = map(json.loads, (out / "runs.jsonl").read_text().splitlines())
    return [row["session"] for row in rows if "session" in row]


@pytest.mark.slow
def test_json_lists_what_each_test_called(repo, tmp_path):
    command = [sys.executable, "-m", "sweflow", "trace", str(repo), "--python", sys.executable]
    command += ["--out", str(tmp_path / "out"), "--reruns", "0", "--select", "test_core.py::test_f", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (test,) = json.loads(done.stdout)["tests"]
    assert test["id"] == "test_core.py::test_f"
    assert test["outcome"] == "passed"
    assert test["calls"] == ["core.py:1 f", "test_core.py:3 test_f"]


@pytest.mark.slow
def test_after_an_edit_only_the_tests_that_it_touches_are_run(repo, tmp_path, python):
    out = tmp_path / "out"
    options = sweflow.Options.of(reruns=1)
    sweflow.trace(repo, out, python=python, options=options)
    assert sessions_of(out) == [2, 2]
    sweflow.graph(out)
    (repo / "core.py").write_text(CORE.replace("return 2", "two = 2\n    return two"))
    updated = sweflow.trace(repo, out, python=python, options=options)
    assert sessions_of(out)[2:] == [1, 1]
    assert [test.reruns for test in updated.tests] == [("passed",), ("passed",)]
    assert not (out / "graph.json").exists()
    assert "two" in (out / "source" / "core.py").read_text()
    assert sweflow.trace(repo, out, python=python, options=options) == updated
    assert len(sessions_of(out)) == 4


@pytest.mark.slow
def test_a_trace_that_tasks_rest_on_is_left_alone(repo, tmp_path, python):
    out = tmp_path / "out"
    sweflow.build(repo, out, python=python)
    before = (out / "trace.json").read_bytes()
    (repo / "core.py").write_text(CORE.replace("return 2", "return 3"))
    with pytest.raises(OutputNotUsable, match="holds a build of"):
        sweflow.trace(repo, out, python=python)
    assert (out / "trace.json").read_bytes() == before
