"""Judging: whose tests a session that failed speaks of."""

from types import SimpleNamespace

import pytest
from sweflow_scheduler import make_schedule
from sweflow_scheduler.connect import is_target
from sweflow_scheduler.merge_steps import merge_steps
from sweflow_tasks.verification.judge import judge
from sweflow_tasks.verification.observations import TreeRun

from tests.scheduler.test_schedule import graph, shape


def draft(ids: dict[int, tuple[str, ...]], following: int | None) -> SimpleNamespace:
    plan = SimpleNamespace(of=lambda step: ids.get(step, ()), fails={}, passes={})
    return SimpleNamespace(plan=plan, chain=SimpleNamespace(following=lambda tree: following))


@pytest.mark.parametrize(
    ("ids", "following", "blamed"),
    [
        ({3: ("t3",), 4: ("t4",)}, 4, ["t4"]),
        ({3: ("t3",)}, 4, ["t3"]),
        ({3: ("t3",)}, None, ["t3"]),
        ({1: ("t1",), 2: ("t2",)}, 4, ["t2"]),
    ],
    ids=["the following step's", "this step's", "the last tree's", "those of the last step that has any"],
)
def test_V1_a_session_that_failed_rejects_somebody_wherever_a_test_was_to_run(ids, following, blamed):
    found = judge(draft(ids, following), TreeRun(3, (), "ended with exit code 4"))
    assert [rejection.id for rejection in found.rejected] == blamed


@pytest.mark.parametrize(
    ("callers", "expected"),
    [([None], True), (["earlier"], True), (["same"], False), (["later"], False), (["unreached"], False), ([], False)],
)
def test_a_target_is_called_from_what_is_there_before_its_step(callers, expected):
    assert is_target(callers, 2, {"earlier": 1, "same": 2, "later": 3}) is expected


def test_steps_that_merge_have_targets_by_the_rule_of_the_schedule():
    """``u`` is reached by a rejected test only; its call makes ``b`` no target, in the schedule or after merging."""
    made = graph({"one": "x", "two": "ab"}, ["ab", "ub"])
    schedule = make_schedule(made)
    assert shape(schedule)[-1] == ("ba", "a")
    last = schedule.steps[-1].number
    merged = merge_steps(schedule, made, {1: last}, frozenset())
    assert shape(merged) == [("xba", "xa")]
    without = merge_steps(schedule, made, {}, frozenset({"m.py::a"}))
    assert shape(without)[-1] == ("b", "b"), "what is given from the start is there before the step"
