"""Real projects from PyPI, built whole."""

import statistics

import pytest
from sweflow_scheduler.format import read_schedule

import sweflow
from tests.corpus.projects import folder, script
from tests.helpers import assert_adds_up


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["tabulate", "itsdangerous", "toolz"])
def test_at_least_nine_in_ten_steps_of_a_real_project_are_verified(name, tmp_path_factory):
    project = script("prepare").prepare(name, folder(tmp_path_factory))
    out = tmp_path_factory.mktemp(name) / "out"
    summary = sweflow.build(project.repo, out, python=project.python, arguments=tuple(project.args))
    assert_adds_up(summary)
    steps, functions = summary["steps"], summary["functions"]
    assert steps["verified"] >= 0.9 * steps["scheduled"]
    reached = functions["core"] - functions["scaffold"] - functions["unreached"]
    assert functions["in_tasks"] >= 0.8 * reached
    schedule = read_schedule(out / "schedule.json")
    assert statistics.median(len(step.functions) for step in schedule.steps) <= 3
