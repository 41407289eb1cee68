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


@pytest.mark.corpus
def test_S6_no_task_by_need_of_a_real_project_is_solved_by_doing_nothing(tmp_path_factory):
    """By plain git, ast and pytest, all functions of each task at once and each alone."""
    project = script("prepare").prepare("itsdangerous", folder(tmp_path_factory))
    out = tmp_path_factory.mktemp("by-need") / "out"
    options = sweflow.Options.of(closure="needed")
    summary = sweflow.build(project.repo, out, python=project.python, arguments=tuple(project.args), options=options)
    assert_adds_up(summary)
    assert summary["steps"]["verified"] >= 20
    nothing = script("nothing")
    build = nothing.Build(out)
    for row in build.rows:
        found = nothing.tried(build, row, str(project.python))
        assert (found.solved, found.unnoticed) == (False, ()), found.instance
