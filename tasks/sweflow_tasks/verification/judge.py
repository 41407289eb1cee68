"""Judging: what the results on a tree say of each test (V1, V2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweflow_tracer.values import Outcome

from sweflow_tasks.values import Evidence, Reason, Rejection, Subject
from sweflow_tasks.verification.draft import Draft
from sweflow_tasks.verification.observations import Result, TreeRun

OWN_MAKING = frozenset({"ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "FixtureLookupError"})
"""Exceptions that would come of how a tree was made and not of a stub, where no stub raised them."""
_NOT_RUN = {
    Outcome.TIMED_OUT: Reason.TIME_OUT,
    Outcome.LOST: Reason.LOST,
    Outcome.NOT_RUN: Reason.NOT_COLLECTED,
}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What runs say: tests to reject, and the evidence for those that fail where they should.

    ``tree`` is the last one that was judged: the first that rejects something, where one does. ``together`` are the
    tests that failed there in the shuffled run. Where the order is by what tests need, ``needless`` and ``silent`` are
    pairs as ``Amendments`` has them, and ``solved`` steps whose tests pass with all functions of the step emptied.
    ``noticed`` gives by function of a step the FAIL_TO_PASS id that noticed it.
    """

    tree: int
    rejected: tuple[Rejection, ...]
    evidence: tuple[Evidence, ...]
    together: frozenset[str] = frozenset()
    needless: frozenset[tuple[str, str]] = frozenset()
    silent: frozenset[tuple[str, str]] = frozenset()
    solved: frozenset[int] = frozenset()
    noticed: Mapping[str, str] = field(default_factory=dict)

    @property
    def hold(self) -> bool:
        """Whether nothing was found that changes the draft."""
        return not (self.rejected or self.needless or self.silent)


def judge(draft: Draft, run: TreeRun) -> Verdicts:
    """What the results on one tree mean: for the tests so far, and as the skeleton of the step that follows."""
    plan, tree = draft.plan, run.number
    following = draft.chain.following(tree)
    if run.problem:
        rejected = (
            Rejection(Subject.TEST, test, Reason.COLLECTION_ERROR, run.problem) for test in _blamed(draft, tree)
        )
        return Verdicts(tree, tuple(sorted(rejected)), ())
    apart = {result.test: result for result in run.results if result.apart}
    found = {test: _of_tree(tree, apart.get(test), test) for test in plan.of(tree)}
    shared = [result for result in run.results if not result.apart]
    for result in shared:
        if found.get(result.test) is None:
            detail = f"in the shuffled run on tree {tree}"
            found[result.test] = _expect_pass(result, result.test, Reason.ORDER_DEPENDENT, detail)
    evidence: list[Evidence] = []
    needless: set[tuple[str, str]] = set()
    if following is not None:
        new = draft.functions(following)
        for test in plan.passes[following]:
            found[test] = _expect_pass(apart.get(test), test, Reason.FAILS_ON_SKELETON)
        for test in plan.fails[following]:
            verdict = _expect_failure(apart.get(test), test, new)
            if draft.by_need and _gets_along(apart.get(test), draft):
                needless.update((test, function) for function in plan.meets[test])
            elif isinstance(verdict, Evidence):
                evidence.append(verdict)
            else:
                found[test] = verdict
    lost = frozenset(result.test for result in shared if result.outcome is not Outcome.PASSED)
    noticed, silent, solved = _noticing(draft, run)
    return Verdicts(
        tree=tree,
        rejected=_rejections(found),
        evidence=tuple(evidence),
        together=lost,
        needless=frozenset(needless),
        silent=silent,
        solved=frozenset({tree} if solved else ()),
        noticed=noticed,
    )


def _gets_along(result: Result | None, draft: Draft) -> bool:
    """Whether a test passes without the functions of its step, of which it met placeholders at most."""
    if result is None or result.outcome is not Outcome.PASSED:
        return False
    return draft.chain.placeholders.issuperset(result.called)


def _noticing(draft: Draft, run: TreeRun) -> tuple[dict[str, str], frozenset[tuple[str, str]], bool]:
    """Who noticed each function of a tree's step, pairs in which it was not, and whether nobody noticed all at once."""
    noticed: dict[str, str] = {}
    silent: set[tuple[str, str]] = set()
    solved = False
    for trial in run.trials:
        if len(trial.functions) == 1 and trial.by is not None:
            noticed[trial.functions[0]] = trial.by
        elif len(trial.functions) == 1:
            silent.update((test, trial.functions[0]) for test in trial.tests)
        if trial.by is None and draft.functions(run.number).issubset(trial.functions):
            solved = True
    return noticed, frozenset(silent), solved


def _blamed(draft: Draft, tree: int) -> tuple[str, ...]:
    """The tests of a session that failed: those that came last. A tree on which nothing ran shows nothing (V1)."""
    following = draft.chain.following(tree)
    steps = [*(() if following is None else (following,)), *range(tree, -1, -1)]
    return next((tests for tests in map(draft.plan.of, steps) if tests), ())


def merge_verdicts(parts: list[Verdicts]) -> Verdicts:
    """The verdicts of several trees, in order, as one."""
    rejected = tuple(sorted(rejection for part in parts for rejection in part.rejected))
    gone = {rejection.id for rejection in rejected}
    return Verdicts(
        tree=parts[-1].tree,
        rejected=rejected,
        evidence=tuple(evidence for part in parts for evidence in part.evidence if evidence.test not in gone),
        needless=frozenset[tuple[str, str]]().union(*(part.needless for part in parts)),
        silent=frozenset[tuple[str, str]]().union(*(part.silent for part in parts)),
        solved=frozenset[int]().union(*(part.solved for part in parts)),
        noticed={function: test for part in parts for function, test in part.noticed.items()},
    )


def _rejections(found: Mapping[str, Rejection | None]) -> tuple[Rejection, ...]:
    return tuple(sorted(rejection for rejection in found.values() if rejection is not None))


def _of_tree(tree: int, result: Result | None, test: str) -> Rejection | None:
    return _expect_pass(result, test, Reason.FAILS_ON_REFERENCE if tree else Reason.FAILS_ON_SKELETON)


def _expect_pass(result: Result | None, test: str, reason: Reason, where: str = "") -> Rejection | None:
    if result is None:
        return Rejection(Subject.TEST, test, Reason.NOT_COLLECTED, "no result")
    if result.outcome is Outcome.PASSED:
        return None
    reason = _NOT_RUN.get(result.outcome, reason)
    if result.mentions and not result.raised:
        reason = Reason.UNTRACED_SUBPROCESS
    return Rejection(Subject.TEST, test, reason, f"{where} {result.error}: {result.detail}".strip(": "))


def _expect_failure(result: Result | None, test: str, new: frozenset[str]) -> Evidence | Rejection:
    """Evidence that a test fails on the skeleton because of the step's functions, or why it is none (V1)."""
    if result is None:
        return Rejection(Subject.TEST, test, Reason.NOT_COLLECTED, "no result on the skeleton")
    if result.outcome in _NOT_RUN:
        return Rejection(Subject.TEST, test, _NOT_RUN[result.outcome], f"on the skeleton: {result.detail}")
    raised = tuple(sorted(new.intersection(result.raised)))
    called = tuple(sorted(new.intersection(result.called)))
    if result.outcome is not Outcome.FAILED:
        reason = Reason.SWALLOWED if called else Reason.PASSES_ON_SKELETON
        return Rejection(Subject.TEST, test, reason, f"{result.outcome} on the skeleton")
    if not raised and (not called or result.error in OWN_MAKING):
        return Rejection(Subject.TEST, test, Reason.UNRELATED_FAILURE, f"{result.error}: {result.detail}"[:300])
    return Evidence(test, result.when, result.error, bool(raised), raised or called, result.origin, result.at)
