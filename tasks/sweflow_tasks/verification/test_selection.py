"""The selection: which tests run on which tree, and where a result is inherited from an earlier tree instead (V1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sweflow_tasks.values import Inherited
from sweflow_tasks.verification.draft import Draft
from sweflow_tasks.verification.impact import Impact

STRETCHES = 8
"""Into how many stretches checkpoints divide a long chain."""
SHORTEST = 4
"""Trees of a stretch, at least."""


@dataclass(frozen=True, slots=True)
class TestSelection:
    """For each tree the ids up to its step that run there together; results of the others are inherited."""

    __test__ = False

    trees: tuple[int, ...]
    together: Mapping[int, frozenset[str]]

    def unseen(self, test: str, tree: int) -> tuple[int, ...]:
        """The trees on which a test's result can have changed unseen: those since it ran before, up to ``tree``."""
        place = self.trees.index(tree)
        ran = next((k for k in reversed(range(place)) if test in self.together[self.trees[k]]), place - 1)
        return self.trees[ran + 1 : place + 1]


def select_tests(draft: Draft, impact: Impact | None) -> TestSelection:
    """What runs where; without ``impact`` everything runs everywhere.

    A test runs on the tree of its step, on each that differs from the one before in something that it needs, and on
    checkpoints: every so many trees, and the last one, on which everything runs.
    """
    plan, trees = draft.plan, draft.chain.trees
    upto = {tree: frozenset(test for step in range(tree + 1) for test in plan.of(step)) for tree in trees}
    if impact is None:
        return TestSelection(trees, upto)
    changed = impact.changed(draft)
    full = checkpoints(trees)
    due = {tree: upto[tree] if tree in full else changed[tree].union(plan.of(tree)) for tree in trees}
    return TestSelection(trees, due)


def checkpoints(trees: tuple[int, ...]) -> frozenset[int]:
    """The trees on which everything runs."""
    stretch = max(SHORTEST, -(-len(trees) // STRETCHES))
    return frozenset((*trees[stretch::stretch], trees[-1]))


def inherited_results(draft: Draft, selection: TestSelection) -> dict[int, Inherited]:
    """By step, which results on its skeleton and its reference were inherited."""
    last: dict[str, int] = {}
    known: dict[int, dict[str, int]] = {}
    found = {}
    for tree in selection.trees:
        last |= dict.fromkeys(selection.together[tree], tree)
        known[tree] = {test: k for test, k in last.items() if k != tree}
    for step in draft.chain.steps:
        skeleton, reference = known[draft.chain.before(step)], known[step]
        trees = (*skeleton.values(), *reference.values())
        tests = skeleton.keys() | reference.keys()
        found[step] = Inherited(len(tests), len(skeleton), len(reference), min(trees, default=None))
    return found
