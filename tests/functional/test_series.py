"""Verdicts do not depend on whether sessions are forked in series or start by themselves (V1)."""

import shutil
from pathlib import Path

import pytest
from sweflow_tasks.execution import job_pool

import sweflow
from tests.helpers import write_repository

LOOKS = """
import sys

import core

def test_one():
    assert core.one() == 1

def test_two():
    assert core.two() == 2

def test_three():
    assert core.three() == 3
    assert "--rootdir" in str(sys.orig_argv)
"""
CORE = "def one():\n    return 1\n\ndef two():\n    return one() + 1\n\ndef three():\n    return two() + 1\n"


@pytest.fixture
def series(monkeypatch: pytest.MonkeyPatch) -> list[list[bool]]:
    """For each series whether its sessions ran."""
    found: list[list[bool]] = []
    usual = job_pool.run_series

    def run(*arguments):
        sessions = usual(*arguments)
        found.append([session is not None for session in sessions])
        return sessions

    monkeypatch.setattr(job_pool, "run_series", run)
    return found


def verified(root: Path, to: Path) -> dict[str, bytes]:
    """The dataset of a build that is verified anew in another folder."""
    shutil.copytree(root, to)
    for name in ("tasks.jsonl", "certificates.jsonl", "twins.jsonl", "rejected.jsonl", "history.git"):
        shutil.rmtree(to / name) if (to / name).is_dir() else (to / name).unlink(missing_ok=True)
    sweflow.tasks(to)
    sweflow.verify(to, sandbox="process", jobs=1)
    return {name: (to / name).read_bytes() for name in ("tasks.jsonl", "certificates.jsonl", "rejected.jsonl")}


def test_V1_a_dataset_is_the_same_whether_sessions_are_forked(inventory, tmp_path, series, monkeypatch):
    forked = verified(inventory.root, tmp_path / "forked")
    assert len(series) > 1
    assert all(map(all, series))
    monkeypatch.setattr(job_pool, "run_series", lambda *given: [None] * len(given[-1]))
    assert verified(inventory.root, tmp_path / "apart") == forked


@pytest.mark.skipif("not hasattr(sys, 'orig_argv')")
def test_V1_where_a_test_looks_at_how_it_was_started_no_tree_is_forked(tmp_path, python, series):
    repo = write_repository(tmp_path / "repo", {"core.py": CORE, "tests/test_core.py": LOOKS})
    sweflow.build(repo, tmp_path / "out", python=python, options=sweflow.Options(jobs=1), sandbox="process")
    tests = {test for task in sweflow.load_tasks(tmp_path / "out") for test in task.fail_to_pass}
    assert tests == {f"tests/test_core.py::test_{name}" for name in ("one", "two", "three")}
    assert series == [[True]]  # in which the test did not pass


LEANING = {
    "core.py": CORE,
    "tests/test_a.py": "import wsgiref.util\nimport core\n\ndef test_three():\n    assert core.three() == 3\n",
    "tests/test_b.py": "import wsgiref\nimport core\n\nassert wsgiref.util\n\ndef test_one():\n    assert core.one() == 1\n",
    "tests/test_c.py": "import wsgiref.util\nimport core\n\ndef test_ready():\n    pass\n\n"
    "def test_two():\n    assert core.two() == 2\n",
}


@pytest.mark.slow
def test_V1_what_all_sessions_import_is_not_loaded_before_their_first_file(tmp_path, python):
    repo = write_repository(tmp_path / "repo", LEANING)  # test_b.py needs a file before it, which comes later
    sweflow.build(repo, tmp_path / "out", python=python, options=sweflow.Options(jobs=1), sandbox="process")
    tasks = list(sweflow.load_tasks(tmp_path / "out"))
    assert "tests/test_c.py::test_two" in {test for task in tasks for test in task.fail_to_pass}
    assert all(sweflow.grade(task, task.patch, "process").resolved for task in tasks)
