"""Judging: what each result on a tree says of its test, and whose tests a session that failed speaks of."""

from types import SimpleNamespace

import pytest
from sweflow_tasks import Reason
from sweflow_tasks.noticing.trial import Noticed
from sweflow_tasks.verification.judge import Verdicts, judge, merge_verdicts
from sweflow_tasks.verification.observations import Result, TreeRun
from sweflow_tracer.values import Outcome


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


NEW, OTHER = "m.py::new", "m.py::other"
"""A function of the step that follows, and one of another step."""


def seen(test: str = "t", outcome: Outcome = Outcome.FAILED, **facts: object) -> Result:
    plain = {"apart": True, "when": "call", "error": "E", "detail": "why", "raised": (), "called": ()}
    return Result(test=test, outcome=outcome, **{**plain, **facts})  # type: ignore[arg-type]


def judged(
    results: list[Result],
    *,
    of: str,
    tree: int = 1,
    by_need: bool = False,
    placeholders: frozenset[str] = frozenset(),
    trials: tuple[Noticed, ...] = (),
) -> Verdicts:
    """The verdicts on a tree with one test, which is of its own step (``tree``), or passes or fails before the next."""
    following = None if of == "tree" else tree + 1
    plan = SimpleNamespace(
        of=lambda step: ("t",) if of == "tree" and step == tree else (),
        fails={tree + 1: ("t",) if of == "fails" else ()},
        passes={tree + 1: ("t",) if of == "passes" else ()},
    )
    chain = SimpleNamespace(following=lambda _: following, placeholders=placeholders)
    plan.meets = {"t": frozenset({NEW})}
    made = SimpleNamespace(plan=plan, chain=chain, functions=lambda step: frozenset({NEW}), by_need=by_need)
    return judge(made, TreeRun(tree, tuple(results), "", trials=trials))


ON_THE_SKELETON = {
    "a stub of the step raises": (seen(raised=(NEW,)), True),
    "a stub of the step raises below an import": (seen(raised=(NEW,), error="ImportError"), True),
    "a stub of the step is called, and something else fails": (seen(called=(NEW,), error="AssertionError"), False),
    "a stub of another step raises": (seen(raised=(OTHER,)), Reason.UNRELATED_FAILURE),
    "a stub of another step is called": (seen(called=(OTHER,)), Reason.UNRELATED_FAILURE),
    "nothing of ours is called": (seen(), Reason.UNRELATED_FAILURE),
    "an import fails although a stub was called": (seen(called=(NEW,), error="ImportError"), Reason.UNRELATED_FAILURE),
    "a fixture is missing": (seen(called=(NEW,), error="FixtureLookupError"), Reason.UNRELATED_FAILURE),
    "it passes, and a stub was called": (seen(outcome=Outcome.PASSED, called=(NEW,)), Reason.SWALLOWED),
    "it passes, and no stub was called": (seen(outcome=Outcome.PASSED), Reason.PASSES_ON_SKELETON),
    "it passes, and another step's stub was called": (
        seen(outcome=Outcome.PASSED, called=(OTHER,)),
        Reason.PASSES_ON_SKELETON,
    ),
    "it skips after a call": (seen(outcome=Outcome.SKIPPED, called=(NEW,)), Reason.SWALLOWED),
    "it fails as expected after a call": (seen(outcome=Outcome.XFAILED, called=(NEW,)), Reason.SWALLOWED),
    "it has no end": (seen(outcome=Outcome.TIMED_OUT, called=(NEW,)), Reason.TIME_OUT),
    "its process dies": (seen(outcome=Outcome.LOST, called=(NEW,)), Reason.LOST),
    "it did not run": (seen(outcome=Outcome.NOT_RUN), Reason.NOT_COLLECTED),
    "it has no result": (None, Reason.NOT_COLLECTED),
    "it ran only together with others": (seen(apart=False, raised=(NEW,)), Reason.NOT_COLLECTED),
}


@pytest.mark.parametrize(("result", "expected"), ON_THE_SKELETON.values(), ids=ON_THE_SKELETON)
def test_V1_what_a_fail_to_pass_must_do_on_the_skeleton(result, expected):
    found = judged([result] if result else [], of="fails")
    if isinstance(expected, Reason):
        assert [(r.id, r.reason) for r in found.rejected] == [("t", expected)]
        assert not found.evidence
    else:
        assert not found.rejected
        assert [(e.test, e.raised, e.functions) for e in found.evidence] == [("t", expected, (NEW,))]


MUST_PASS = {
    "it passes": ([seen(outcome=Outcome.PASSED)], None),
    "it fails": ([seen()], Reason.FAILS_ON_REFERENCE),
    "it is skipped": ([seen(outcome=Outcome.SKIPPED)], Reason.FAILS_ON_REFERENCE),
    "a child quotes a stub that nobody saw raise": ([seen(mentions=True)], Reason.UNTRACED_SUBPROCESS),
    "a stub raises, and its message is quoted": ([seen(mentions=True, raised=(NEW,))], Reason.FAILS_ON_REFERENCE),
    "it has no end": ([seen(outcome=Outcome.TIMED_OUT)], Reason.TIME_OUT),
    "its process dies": ([seen(outcome=Outcome.LOST)], Reason.LOST),
    "it did not run": ([seen(outcome=Outcome.NOT_RUN)], Reason.NOT_COLLECTED),
    "it has no result": ([], Reason.NOT_COLLECTED),
    "it passes apart and fails with others": (
        [seen(outcome=Outcome.PASSED), seen(apart=False)],
        Reason.ORDER_DEPENDENT,
    ),
    "it passes apart and with others": (
        [seen(outcome=Outcome.PASSED), seen(outcome=Outcome.PASSED, apart=False)],
        None,
    ),
    "it fails in both": ([seen(), seen(apart=False)], Reason.FAILS_ON_REFERENCE),
}


@pytest.mark.parametrize(("results", "expected"), MUST_PASS.values(), ids=MUST_PASS)
def test_V2_what_a_test_must_do_on_the_reference_of_its_step(results, expected):
    found = judged(results, of="tree")
    assert [r.reason for r in found.rejected] == ([] if expected is None else [expected])
    assert found.together == frozenset(r.test for r in results if not r.apart and r.outcome is not Outcome.PASSED)


def test_V1_before_the_first_step_there_is_only_a_skeleton():
    (found,) = judged([seen()], of="tree", tree=0).rejected
    assert found.reason is Reason.FAILS_ON_SKELETON
    (found,) = judged([seen()], of="passes").rejected
    assert found.reason is Reason.FAILS_ON_SKELETON


def test_the_evidence_of_a_test_that_a_later_tree_rejects_is_gone():
    first, second = judged([seen(raised=(NEW,))], of="fails"), judged([seen()], of="tree", tree=2)
    merged = merge_verdicts([first, second])
    assert (merged.tree, len(merged.rejected), merged.evidence) == (2, 1, ())


BY_NEED = {
    "it passes, and called nothing of the step": (seen(outcome=Outcome.PASSED), True),
    "it passes, and called a placeholder": (seen(outcome=Outcome.PASSED, called=(NEW,)), True),
    "it fails after a call of a placeholder": (seen(called=(NEW,)), False),
}


@pytest.mark.parametrize(("result", "needless"), BY_NEED.values(), ids=BY_NEED)
def test_S6_what_passes_without_the_placeholders_of_its_step_does_not_need_them(result, needless):
    found = judged([result], of="fails", by_need=True, placeholders=frozenset({NEW}))
    assert not found.rejected
    assert found.needless == ({("t", NEW)} if needless else set())
    assert [e.raised for e in found.evidence] == ([] if needless else [False])
    assert found.hold is not needless


def test_S6_a_stub_that_a_test_swallows_is_no_placeholder():
    (found,) = judged([seen(outcome=Outcome.PASSED, called=(NEW,))], of="fails", by_need=True).rejected
    assert found.reason is Reason.SWALLOWED


TRIALS = {
    "one function, noticed": ([Noticed((NEW,), ("t",), "t")], {NEW: "t"}, set(), set()),
    "one function, not noticed": ([Noticed((NEW,), ("t", "u"), None)], {}, {("t", NEW), ("u", NEW)}, {1}),
    "all at once, not noticed": (
        [Noticed((NEW,), ("t",), "t"), Noticed((NEW, OTHER), ("t",), None)],
        {NEW: "t"},
        set(),
        {1},
    ),
}


@pytest.mark.parametrize(("trials", "noticed", "silent", "solved"), TRIALS.values(), ids=TRIALS)
def test_S6_what_the_trials_of_a_tree_say(trials, noticed, silent, solved):
    found = judged([seen(outcome=Outcome.PASSED)], of="tree", by_need=True, trials=tuple(trials))
    assert (found.noticed, found.silent, found.solved) == (noticed, silent, solved)
    assert found.hold is not bool(silent)
