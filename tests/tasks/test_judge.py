"""Judging: whose tests a session that failed speaks of."""

from types import SimpleNamespace

import pytest
from sweflow_scheduler.targets import is_target
from sweflow_tasks.judge import judge
from sweflow_tasks.results import TreeRun


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


def test_a_schedule_with_its_steps_connected_anew_is_the_schedule(calculator):
    graph = stages.load_graph(calculator.root)
    schedule = stages.load_schedule(calculator.root, graph)
    extra = Call(
        next(
            n
            for n, node in enumerate(graph.nodes)
            if node.role is Role.CORE and n not in graph.developable() and not node.scaffold
        ),
        next(n for n, node in enumerate(graph.nodes) if node.id in schedule.steps[1].dependents),
        False,
        False,
        False,
    )
    more = replace(graph, calls=(*graph.calls, extra))
    merged = amend_schedule(
        make_schedule(more), more, {schedule.steps[-1].number: schedule.steps[-1].number}, frozenset()
    )
    assert [step.targets for step in merged.steps] == [step.targets for step in make_schedule(more).steps]
