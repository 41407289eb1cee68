"""The selection: which tests run on which tree, and where a result is inherited from an earlier tree instead (V1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sweflow_tasks.values import Inherited
from sweflow_tasks.verification.draft import Draft
from sweflow_tasks.verification.impact import Impact
from sweflow_tasks.verification.plan import Plan

STRETCHES = 8
"""Into how many stretches checkpoints divide a long chain."""
SHORTEST = 4
"""Trees of a stretch, at least."""


@dataclass(frozen=True, slots=True)
class TestSelection:
    """For each tree the ids up to its step that run there together; results of the others are inherited.

    ``due`` has the trees on which not all of them run.
    """

    __test__ = False

    trees: tuple[int, ...]
    plan: Plan
    due: Mapping[int, frozenset[str]]

    def together(self, tree: int) -> frozenset[str]:
        """The ids that run on a tree."""
        return self.due[tree] if tree in self.due else frozenset(self.plan.upto(tree))

    def unseen(self, test: str, tree: int) -> tuple[int, ...]:
        """The trees on which a test's result can have changed unseen: those since it ran before, up to ``tree``."""
        place = self.trees.index(tree)
        ran = next((k for k in reversed(range(place)) if test in self.together(self.trees[k])), place - 1)
        return self.trees[ran + 1 : place + 1]


def select_tests(draft: Draft, impact: Impact | None) -> TestSelection:
    """What runs where; without ``impact`` everything runs everywhere.

    A test runs on the tree of its step, on each that differs from the one before in something that it needs, and on
    checkpoints: every so many trees, and the last one, on which everything runs.
    """
    plan, trees = draft.plan, draft.chain.trees
    if impact is None:
        return TestSelection(trees, plan, {})
    full = checkpoints(trees)
    due = {tree: tests.union(plan.of(tree)) for tree, tests in impact.changed(draft) if tree not in full}
    return TestSelection(trees, plan, {tree: tests for tree, tests in due.items() if len(tests) < plan.count(tree)})


def checkpoints(trees: tuple[int, ...]) -> frozenset[int]:
    """The trees on which everything runs."""
    stretch = max(SHORTEST, -(-len(trees) // STRETCHES))
    return frozenset((*trees[stretch::stretch], trees[-1]))


def inherited_results(draft: Draft, selection: TestSelection) -> dict[int, Inherited]:
    """By step, which results on its skeleton and its reference were inherited."""
    if not selection.due:
        return dict.fromkeys(draft.chain.steps, Inherited())
    plan, last, found = draft.plan, _LastRuns(), {}
    before, missing_before, since_before = frozenset[str](), 0, None
    for tree in selection.trees:
        ran = selection.together(tree)
        last.run(ran, tree)
        missing, since = plan.count(tree) - len(ran), last.earliest(tree)
        seen_on_both = len(ran & before) + sum(test in ran for test in plan.of(tree))
        earliest = min((k for k in (since_before, since) if k is not None), default=None)
        found[tree] = Inherited(plan.count(tree) - seen_on_both, missing_before, missing, earliest)
        before, missing_before, since_before = ran, missing, since
    return {step: found[step] for step in draft.chain.steps}


class _LastRuns:
    """On which tree each test ran last, and how many did on each."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._counts: dict[int, int] = {}

    def run(self, tests: frozenset[str], tree: int) -> None:
        """Tests run on a tree, which is later than all before."""
        for test in tests:
            if test in self._last:
                self._leave(self._last[test])
            self._last[test] = tree
        if tests:
            self._counts[tree] = len(tests)

    def earliest(self, tree: int) -> int | None:
        """The earliest tree on which a test ran last that did not run on this one; None where all did."""
        first = next(iter(self._counts), tree)
        return first if first != tree else None

    def _leave(self, tree: int) -> None:
        self._counts[tree] -= 1
        if not self._counts[tree]:
            del self._counts[tree]
