"""Repair: where the removal of functions breaks a tree, the one to blame becomes a stub (C2)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sweflow_tasks.values import Rejection, Repair
from sweflow_tasks.verification.draft import Draft
from sweflow_tasks.verification.judge import Verdicts

T = TypeVar("T")
Judge = Callable[[Draft, int], Verdicts]
"""Runs one tree of a draft and says what its results mean."""


def find_repair(draft: Draft, verdicts: Verdicts, judge: Judge) -> Repair | None:
    """The function whose removal costs a test on the tree that the verdicts end with; None where none does.

    A test is lost to a removal if the tree does not reject it once every function is stubbed there.
    """
    tree = verdicts.tree
    removed = sorted(f for f in draft.chain.removed if draft.chain.code[f] > tree)
    if not removed:
        return None

    def rejected(suspects: Sequence[str]) -> dict[str, Rejection]:
        kept = draft.chain.removed.difference(removed)
        return {r.id: r for r in judge(draft.removing(kept.union(suspects)), tree).rejected}

    anyway = rejected(())
    lost = {r.id: r for r in verdicts.rejected if r.id not in anyway}
    if not lost:
        return None
    culprit = find_culprit(removed, lambda suspects: not lost.keys().isdisjoint(rejected(suspects)))
    first = lost[min(lost)]
    return Repair(culprit, tree, first.id, first.reason, first.detail)


def find_culprit(suspects: Sequence[T], breaks: Callable[[Sequence[T]], bool]) -> T:
    """The last of the shortest run of suspects, from the first on, that breaks something.

    All of them together break something, and none of them nothing. Asks about log2 of their number.
    """
    harmless, harmful = 0, len(suspects)
    while harmful - harmless > 1:
        middle = (harmless + harmful) // 2
        if breaks(suspects[:middle]):
            harmful = middle
        else:
            harmless = middle
    return suspects[harmful - 1]
