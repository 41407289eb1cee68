"""The plan: which test ids belong to which step, and which of them fail before it (design.md, F2P and P2P)."""

from dataclasses import dataclass
from itertools import accumulate

from sweflow_rdg import RuntimeDependencyGraph
from sweflow_scheduler import Schedule

from sweflow_tasks.values import OrderedTest


@dataclass(frozen=True, slots=True)
class Plan:
    """Test ids by step, in collection order. ``fails[k]`` need a function of step k, ``passes[k]`` do not.

    A number that no step has any more holds nothing.
    """

    fails: tuple[tuple[str, ...], ...]
    passes: tuple[tuple[str, ...], ...]

    def of(self, step: int) -> tuple[str, ...]:
        """All ids of a step."""
        return (*self.fails[step], *self.passes[step])

    def pass_to_pass(self, step: int) -> tuple[str, ...]:
        """Ids that pass before and after a step: all of earlier steps, and its own that need nothing new."""
        return (*(i for k in range(step) for i in self.of(k)), *self.passes[step])

    def order(self) -> tuple[OrderedTest, ...]:
        """All ids by step, in each those first that need nothing new: every ``pass_to_pass`` is a beginning of it."""
        pairs = enumerate(zip(self.passes, self.fails, strict=True))
        return tuple(OrderedTest(test, step) for step, both in pairs for ids in both for test in ids)

    def pass_to_pass_counts(self) -> tuple[int, ...]:
        """By step, how long its ``pass_to_pass`` is."""
        earlier = accumulate((len(self.of(step)) for step in range(len(self.fails))), initial=0)
        return tuple(before + len(own) for before, own in zip(earlier, self.passes, strict=False))


def make_plan(graph: RuntimeDependencyGraph, schedule: Schedule, rejected: frozenset[str] = frozenset()) -> Plan:
    """The plan of a schedule without the rejected ids."""
    step_of = dict.fromkeys(schedule.ready, 0)
    step_of |= {test: step.number for step in schedule.steps for test in step.tests}
    new = {0: frozenset[str]()} | {step.number: frozenset(step.functions) for step in schedule.steps}
    fails: list[list[str]] = [[] for _ in range(max(new) + 1)]
    passes: list[list[str]] = [[] for _ in fails]
    for test in graph.tests:
        if test.rejected is not None or test.id in rejected:
            continue
        step = step_of[test.function]
        needs_new = any(graph.nodes[function].id in new[step] for function in test.requirement)
        (fails if needs_new else passes)[step].append(test.id)
    return Plan(tuple(map(tuple, fails)), tuple(map(tuple, passes)))


def find_merge(graph: RuntimeDependencyGraph, schedule: Schedule, plan: Plan) -> tuple[int, int] | None:
    """The first step without FAIL_TO_PASS whose functions a later step's accepted tests need, and that step.

    No step in between needs them, so that they can wait for it.
    """
    requires = {test.id: {graph.nodes[n].id for n in test.requirement} for test in graph.tests}
    for step in schedule.steps:
        if plan.fails[step.number]:
            continue
        for later in schedule.steps:
            needing = (test for test in plan.of(later.number) if requires[test].intersection(step.functions))
            if later.number > step.number and any(needing):
                return step.number, later.number
    return None
