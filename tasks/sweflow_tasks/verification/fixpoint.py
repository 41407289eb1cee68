"""Settling: trees are run in order, and what they show changes the draft, until every tree holds.

See decisions 0005 and 0007.
"""

from sweflow_tracer.recording.trace import Progress

from sweflow_tasks.verification.draft import Amendments, Draft, Inputs, make_draft
from sweflow_tasks.verification.impact import Needs
from sweflow_tasks.verification.judge import Verdicts
from sweflow_tasks.verification.repair import find_repair
from sweflow_tasks.verification.test_selection import make_agenda
from sweflow_tasks.verification.tree_jobs import Verifier


def settle(
    inputs: Inputs, verifier: Verifier, amendments: Amendments, progress: Progress, needs: Needs | None = None
) -> tuple[Draft, Amendments, Verdicts]:
    """Run the trees in order; where one shows a problem, put it right, and go on with the draft that this gives.

    The verdict rests on the first tree that has a problem, so that it does not depend on which trees ran side by
    side. A removal that costs a test is undone before a test is rejected. Without ``needs`` no result
    is inherited.
    """
    while True:
        draft = make_draft(inputs, amendments)
        verdicts = verifier.run(draft, make_agenda(draft, needs), progress)
        if not verdicts.rejected:
            return draft, amendments, verdicts
        repair = find_repair(draft, verdicts, verifier.judge_tree)
        amendments = amendments.repairing(repair) if repair else amendments.rejecting(verdicts.rejected)
