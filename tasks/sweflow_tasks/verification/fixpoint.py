"""The fixpoint: trees are run in order, and what they show changes the draft, until every tree holds.

See decisions 0005 and 0007.
"""

from dataclasses import dataclass

from sweflow_tracer.progress import OnProgress

from sweflow_tasks.verification.draft import Amendments, Draft, Inputs, make_draft
from sweflow_tasks.verification.impact import Impact
from sweflow_tasks.verification.judge import Verdicts
from sweflow_tasks.verification.postpone import find_waiting
from sweflow_tasks.verification.repair import find_repair
from sweflow_tasks.verification.test_selection import select_tests
from sweflow_tasks.verification.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Fixpoint:
    """A draft that its own trees do not change any more, what led to it, and what the trees say."""

    draft: Draft
    amendments: Amendments
    verdicts: Verdicts


def find_fixpoint(
    inputs: Inputs, verifier: Verifier, amendments: Amendments, progress: OnProgress, impact: Impact | None = None
) -> Fixpoint:
    """Run the trees in order; where one shows a problem, put it right, and go on with the draft that this gives.

    The verdict rests on the first tree that has a problem, so that it does not depend on which trees ran side by
    side. A removal that costs a test is undone before a test is rejected; one that needs what comes
    later after all waits for it. Without ``impact`` no result is inherited.
    """
    while True:
        draft = make_draft(inputs, amendments)
        verdicts = verifier.run(draft, select_tests(draft, impact), progress)
        if verdicts.hold:
            return Fixpoint(draft, amendments, verdicts)
        amendments = _amended(inputs, verifier, draft, verdicts, amendments)


def _amended(
    inputs: Inputs, verifier: Verifier, draft: Draft, verdicts: Verdicts, amendments: Amendments
) -> Amendments:
    """What was found changes: all that tests do not need, and what the last tree says beside."""
    amendments = amendments.learning(verdicts.needless, verdicts.silent)
    if not verdicts.rejected:
        return amendments
    if repair := find_repair(draft, verdicts, verifier.judge_tree):
        return amendments.repairing(repair)
    if draft.by_need and (waiting := find_waiting(inputs.graph, draft, verdicts, verifier.passes_alone)):
        tests = frozenset(test.id for test in inputs.graph.tests if test.function in waiting)
        return amendments.postponing(waiting, tests)
    return amendments.rejecting(verdicts.rejected)
