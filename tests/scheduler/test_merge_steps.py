"""Steps that join later ones."""

from sweflow_scheduler import make_schedule
from sweflow_scheduler.merge_steps import merge_steps

from tests.scheduler.test_schedule import graph, shape


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
