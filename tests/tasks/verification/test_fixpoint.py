"""The fixpoint: what the trees show changes the draft, until nothing does; steps merge where they lost their tests."""

from collections.abc import Callable

import pytest
from sweflow_tasks import Amendments, Draft, Reason, Rejection, make_draft
from sweflow_tasks.verification.fixpoint import find_fixpoint
from sweflow_tasks.verification.judge import Verdicts
from sweflow_tasks.verification.plan import find_merge
from sweflow_tracer.progress import silent

from .made import by_need, inputs_of, test

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

    def passes_alone(self, draft, tree: int, tests) -> bool:
        raise AssertionError("asked by need only")

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
    homes = {s.number: {draft.chain.code[f] for f in s.functions} for s in inputs.schedule.steps}
    assert {step: home for step, (home,) in homes.items() if home != step} == merged
    assert find_merge(inputs.graph, draft.schedule, draft.plan) is None


def test_S2_a_function_that_is_not_masked_leaves_its_step_and_a_step_of_nothing_else_goes():
    leak = Rejection("function", "core.py::f0", Reason.LEAK, "")
    draft = make_draft(inputs_of([set(), set()], [[0], [0, 1]]), Amendments(unmasked={"core.py::f0": leak}))
    assert steps(draft) == [(2, "1")]
    assert draft.schedule.ready == ("tests/test_one.py::test_0",)
    assert draft.plan.of(0) == (test(0),)


def f(*numbers: int) -> tuple[str, ...]:
    return tuple(f"core.py::f{number}" for number in numbers)


def test_S7_a_function_whose_test_is_rejected_goes_on_alone_to_the_next_that_may_notice_it():
    """``f1`` and ``f2`` are new with test 1, which leaves; test 2 notices the one, test 3 the other."""
    inputs = by_need([[0], [0, 1, 2], [1, 3], [2, 4]], [[0], [0, 1, 2], [1, 3], [2, 4]])
    assert steps(make_draft(inputs, Amendments())) == [(1, "0"), (2, "1 2"), (3, "3"), (4, "4")]
    draft = make_draft(inputs, Amendments().rejecting([rejection(1)]))
    assert steps(draft) == [(1, "0"), (3, "1 3"), (4, "2 4")]
    assert draft.unmasked == {}


def test_S6_a_function_that_its_tests_do_not_notice_on_their_tree_moves_or_stays_in_place():
    inputs = by_need([[0, 1], [0, 1, 2]], [[0, 1], [0, 1, 2]])
    silent = {(test(0), *f(1))}
    draft = make_draft(inputs, Amendments().learning((), silent))
    assert steps(draft) == [(1, "0"), (2, "1 2")]
    assert draft.chain.placeholders == set(f(1)), "test 0 calls it before it is there"
    draft = make_draft(inputs, Amendments().learning((), {*silent, (test(1), *f(1))}))
    assert steps(draft) == [(1, "0"), (2, "2")]
    assert {function: r.reason for function, r in draft.unmasked.items()} == {f(1)[0]: Reason.PSEUDO_TESTED}
    assert not draft.chain.placeholders


def test_a_test_that_passes_without_the_new_functions_is_pass_to_pass():
    inputs = by_need([[0], [0]], [[0], [0]])
    assert make_draft(inputs, Amendments()).plan.fails[1] == (test(0), test(1))
    plan = make_draft(inputs, Amendments().learning({(test(1), *f(0))}, ())).plan
    assert (plan.fails[1], plan.passes[1]) == ((test(0),), (test(1),))


def test_S7_a_test_that_misses_several_functions_together_waits_for_the_first_tree_on_which_it_passes():
    """Test 0 needs ``f0`` and, as its tree shows, one of ``f1`` and ``f2``, which come later."""
    inputs = by_need([[0, 1, 2], [1, 3, 4], [2, 5, 6]], [[0], [1, 3, 4], [2, 5, 6]])
    asked = []

    class Waiting(Told):
        def passes_alone(self, draft, tree: int, tests) -> bool:
            asked.append((tree, tests))
            return tree >= 3

    def says(draft: Draft) -> Verdicts:
        return Verdicts(1, (rejection(0),), ()) if draft.plan.step_of(test(0)) < 3 else NOTHING

    found = find_fixpoint(inputs, Waiting(says), Amendments(), silent)
    assert found.amendments.rejected == {}
    assert found.amendments.waiting == {"tests/test_one.py::test_0": 3}
    assert steps(found.draft) == [(2, "1 3 4"), (3, "0 2 5 6")]
    assert found.draft.plan.fails[3] == (test(0), test(2))
    assert asked == [(3, (test(0),)), (2, (test(0),))]


def test_V1_a_test_that_passes_nowhere_later_is_rejected_though_it_calls_what_comes_later():
    class Failing(Told):
        def passes_alone(self, draft, tree: int, tests) -> bool:
            return False

    def says(draft: Draft) -> Verdicts:
        return Verdicts(1, (rejection(0),), ()) if test(0) in draft.plan.of(1) else NOTHING

    inputs = by_need([[0, 1], [0], [1]], [[0], [0], [1]])
    found = find_fixpoint(inputs, Failing(says), Amendments(), silent)
    assert set(found.amendments.rejected) == {test(0)}
    assert found.amendments.waiting == {}


def test_C2_what_an_earlier_test_calls_and_does_not_need_is_a_placeholder_and_never_removed():
    inputs = by_need([[0, 1], [1, 2]], [[0], [1, 2]])
    draft = make_draft(inputs, Amendments())
    assert draft.chain.placeholders == set(f(1))
    text = draft.chain.blobs(1, 1)["core.py"][1].decode()
    assert "def f1(a):\n    pass  # sweflow: 'core.py::f1'\n" in text
    assert "NotImplementedError" in draft.chain.blobs(0, 0)["core.py"][1].decode()
    assert draft.chain.blobs(2, 2)["core.py"] == inputs.blobs["core.py"]
