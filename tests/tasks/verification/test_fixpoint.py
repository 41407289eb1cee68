"""The fixpoint: what the trees show changes the draft, until nothing does; steps merge where they lost their tests."""

from collections.abc import Callable

import pytest
from sweflow_tasks import Amendments, Draft, Reason, Rejection, make_draft
from sweflow_tasks.verification.fixpoint import find_fixpoint
from sweflow_tasks.verification.judge import Verdicts
from sweflow_tasks.verification.plan import find_merge
from sweflow_tracer.progress import silent

from .made import inputs_of, test

NOTHING = Verdicts(0, (), ())


def rejection(number: int) -> Rejection:
    return Rejection("test", test(number), Reason.SWALLOWED, "")


class Told:
    """A verifier whose trees say what it was told; it keeps the drafts that it was asked about."""

    def __init__(self, says: Callable[[Draft], Verdicts]) -> None:
        self.says = says
        self.drafts: list[Draft] = []

    def run(self, draft, selection, progress) -> Verdicts:
        self.drafts.append(draft)
        return self.says(draft)

    def judge_tree(self, draft, tree: int) -> Verdicts:
        return self.says(draft)


def steps(draft: Draft) -> list[tuple[int, str]]:
    return [(step.number, " ".join(f.rpartition("::f")[2] for f in step.functions)) for step in draft.schedule.steps]


def test_a_chain_that_holds_is_run_once_and_stays():
    inputs, start = inputs_of([set(), set()], [[0], [1]]), Amendments()
    told = Told(lambda draft: NOTHING)
    found = find_fixpoint(inputs, told, start, silent)
    assert (found.amendments, found.verdicts, len(told.drafts)) == (start, NOTHING, 1)
    assert steps(found.draft) == [(1, "0"), (2, "1")]


def test_V1_a_test_that_a_tree_rejects_leaves_and_the_chain_is_made_anew():
    def says(draft: Draft) -> Verdicts:
        return Verdicts(1, (rejection(1),), ()) if test(1) in draft.plan.of(2) else NOTHING

    told = Told(says)
    found = find_fixpoint(inputs_of([set(), set()], [[0], [1], [0, 1]]), told, Amendments(), silent)
    assert found.amendments.rejected == {test(1): rejection(1)}
    assert [test(1) in draft.plan.of(2) for draft in told.drafts] == [True, False]
    assert found.draft.plan.fails[2] == (test(2),)


def test_C2_a_removal_that_costs_a_test_is_undone_before_the_test_is_rejected():
    def says(draft: Draft) -> Verdicts:
        return Verdicts(0, (rejection(0),), ()) if "core.py::f1" in draft.chain.removed else NOTHING

    told = Told(says)
    found = find_fixpoint(inputs_of([{1}, set()], [[0]]), told, Amendments(), silent)
    assert told.drafts[0].chain.removed == {"core.py::f1"}
    assert [(repair.function, repair.test) for repair in found.amendments.repairs] == [("core.py::f1", test(0))]
    assert found.amendments.rejected == {}
    assert not found.draft.chain.removed


def test_V1_a_test_that_fails_with_and_without_a_removal_is_rejected_and_the_removal_stays():
    def says(draft: Draft) -> Verdicts:
        return Verdicts(0, (rejection(0),), ()) if test(0) in draft.plan.of(1) else NOTHING

    found = find_fixpoint(inputs_of([{1}, set()], [[0], [0]]), Told(says), Amendments(), silent)
    assert (found.amendments.repairs, set(found.amendments.rejected)) == ((), {test(0)})
    assert found.draft.chain.removed == {"core.py::f1"}


MERGES = {
    "nothing rejected": ([[0], [0, 1]], [], [(1, "0"), (2, "1")], {}),
    "the next step's test needs it": ([[0], [0, 1]], [0], [(2, "0 1")], {1: 2}),
    "a later step's test needs it": ([[0], [1], [0, 2, 2]], [0], [(2, "1"), (3, "0 2")], {1: 3}),
    "a test that needs nothing new needs it": ([[0], [1], [0, 1]], [0], [(2, "0 1")], {1: 2}),
    "another id of the step is left": ([[0], [0], [0, 1]], [0], [(1, "0"), (2, "1")], {}),
    "one merge leads to the next": ([[0], [0, 1], [0, 1, 2]], [0, 1], [(3, "0 1 2")], {1: 3, 2: 3}),
    "nobody else needs it": ([[0], [1]], [0], [(1, "0"), (2, "1")], {}),
    "nobody is left at all": ([[0], [0, 1]], [0, 1], [(1, "0"), (2, "1")], {}),
    "the last step has nowhere to go": ([[0], [0, 1]], [1], [(1, "0"), (2, "1")], {}),
}


@pytest.mark.parametrize(("needs", "rejected", "expected", "merged"), MERGES.values(), ids=MERGES)
def test_S2_a_step_without_fail_to_pass_joins_the_first_later_one_that_needs_it(needs, rejected, expected, merged):
    inputs = inputs_of([set(), set(), set()], needs)
    draft = make_draft(inputs, Amendments().rejecting(map(rejection, rejected)))
    assert steps(draft) == expected
    assert draft.merged == merged
    assert find_merge(inputs.graph, draft.schedule, draft.plan) is None


def test_S2_a_function_that_is_not_masked_leaves_its_step_and_a_step_of_nothing_else_goes():
    leak = Rejection("function", "core.py::f0", Reason.LEAK, "")
    draft = make_draft(inputs_of([set(), set()], [[0], [0, 1]]), Amendments(unmasked={"core.py::f0": leak}))
    assert steps(draft) == [(2, "1")]
    assert draft.schedule.ready == ("tests/test_one.py::test_0",)
    assert draft.plan.of(0) == (test(0),)
