"""What pytest's own configuration imports of a project is traced and masked like everything else (V4)."""

import os

import pytest
import sweflow_datasets.pipeline as pipeline
from sweflow_tracer.errors import RunnerDependency

import sweflow
from tests.helpers import calls_of, trace_of, write_repository

ERRORS = """\
def register(kind):
    return kind


@register
class OldWarning(UserWarning):
    pass


def warn():
    import warnings

    warnings.warn("old", OldWarning, stacklevel=1)
"""
CORE = "from pkg.errors import warn\n\n\ndef double(n):\n    return twice(n)\n\n\ndef twice(n):\n    return 2 * n\n"
TESTS = """\
import pytest
from pkg import core, errors


def test_double():
    assert core.double(2) == 4


def test_warn():
    with pytest.raises(errors.OldWarning):
        core.warn()
"""
PLUGIN = """\
from pkg.core import twice


def pytest_report_header():
    return f"twice {twice(1)}"
"""
CLASSES = "[pytest]\nfilterwarnings =\n    error::pkg.errors.OldWarning\n"
BY_OPTION = "[pytest]\naddopts = -p pkg.plugin\nfilterwarnings =\n    error::UserWarning\n"


@pytest.fixture(params=[CLASSES, BY_OPTION], ids=["classes of warnings", "a plugin by -p"])
def repo(request, tmp_path):
    files = {"pkg/__init__.py": "", "pkg/errors.py": ERRORS, "pkg/core.py": CORE, "pkg/plugin.py": PLUGIN}
    return write_repository(tmp_path / "repo", {**files, "test_core.py": TESTS, "pytest.ini": request.param})


@pytest.mark.slow
def test_V4_a_project_that_pytest_configuration_names_is_traced(repo, tmp_path, python):
    trace = trace_of(repo, python, tmp_path / "journal")
    assert [test.outcome for test in trace.tests] == ["passed", "passed"]
    assert calls_of(trace, "test_double", "call") == {
        ("test_double", "double"),
        ("double", "twice"),
        ("-", "test_double"),
    }
    imported = {trace.codes[trace.edges[edge].callee].name for edge in trace.edge_sets[trace.imports]}
    assert "register" in imported
    assert {"pkg/errors.py", "pkg/core.py"} <= set(trace.modules)


@pytest.mark.slow
def test_V4_its_steps_are_verified_and_what_it_needs_to_start_stays_in_place(repo, tmp_path, python):
    out = tmp_path / "out"
    summary = sweflow.build(repo, out, python=python, options=sweflow.Options.of(reruns=1))
    assert summary["steps"]["verified"] == summary["steps"]["scheduled"] > 0
    assert summary["tests"]["accepted"] == 2
    graph = pipeline.load_graph(out)
    assert graph.node("pkg/errors.py::register").scaffold
    task = sweflow.load_tasks(out)[-1]
    assert sweflow.grade(task, task.patch, python=python).resolved
    assert not sweflow.grade(task, None, python=python).resolved


def test_V4_what_pytest_itself_needs_is_refused(tmp_path, python):
    repo = write_repository(tmp_path / "repo", {"pluggy/__init__.py": "", "test_a.py": "def test_a(): pass\n"})
    with pytest.raises(RunnerDependency, match="pluggy"):
        trace_of(repo, python, tmp_path / "journal")
    assert os.path.exists(repo)
