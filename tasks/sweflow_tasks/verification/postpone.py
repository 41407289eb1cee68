"""Postponement: a test that fails where functions are missing that it does not need alone waits for the first of them.

Two functions may be noticed together though neither is alone: one of them is needed then (S7).
"""

from collections.abc import Callable, Mapping

from sweflow_rdg import RuntimeDependencyGraph

from sweflow_tasks.values import Subject
from sweflow_tasks.verification.draft import Draft
from sweflow_tasks.verification.judge import Verdicts

Passing = Callable[[Draft, int, tuple[str, ...]], bool]
"""Runs some ids on a tree of a draft by themselves, and says whether all of them pass."""


def find_waiting(
    graph: RuntimeDependencyGraph, draft: Draft, verdicts: Verdicts, passing: Passing
) -> Mapping[str, int]:
    """The test functions that were rejected for functions that come later, each with the step from which on it passes.

    Between the tree that the verdicts end with and the last of those functions, steps are halved. It is taken that what
    passes on one tree passes on the later ones.
    """
    rejected = {rejection.id for rejection in verdicts.rejected if rejection.kind == Subject.TEST}
    guilty = {test.function for test in graph.tests if test.id in rejected}
    ids: dict[str, list[str]] = {}
    pending: dict[str, set[int]] = {}
    for test in graph.tests:
        if test.function in guilty and test.id in draft.plan.places:
            home = max(verdicts.tree, draft.plan.step_of(test.id))
            comes = (draft.chain.code.get(graph.nodes[number].id, 0) for number in test.requirement)
            ids.setdefault(test.function, []).append(test.id)
            pending.setdefault(test.function, set()).update(step for step in comes if step > home)
    found = {}
    for function in sorted(ids):
        steps, tests = sorted(pending[function]), tuple(ids[function])
        if not steps or not passing(draft, steps[-1], tests):
            continue
        failing, passes = -1, len(steps) - 1
        while passes - failing > 1:
            middle = (failing + passes) // 2
            if passing(draft, steps[middle], tests):
                passes = middle
            else:
                failing = middle
        found[function] = steps[passes]
    return found
