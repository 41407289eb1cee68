"""The plan: which test ids belong to which step, and which of them fail before it (FAIL_TO_PASS) or do not."""

from bisect import bisect_right
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import accumulate

from sweflow_rdg import RuntimeDependencyGraph
from sweflow_scheduler import Schedule

from sweflow_tasks.values import OrderedTest


@dataclass(frozen=True, slots=True)
class Plan:
    """Test ids by step, in collection order. ``fails[k]`` need a function of step k, ``passes[k]`` do not.

    A number that no step has any more holds nothing. ``places`` is where each id stands among all, step by step.
    ``meets`` gives the functions of its step that an id calls which fails there.
    """

    fails: tuple[tuple[str, ...], ...]
    passes: tuple[tuple[str, ...], ...]
    meets: Mapping[str, frozenset[str]] = field(repr=False, compare=False, default_factory=dict)
    places: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _ids: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_step = [self.of(step) for step in range(len(self.fails))]
        ids = tuple(test for tests in by_step for test in tests)
        object.__setattr__(self, "_ids", ids)
        object.__setattr__(self, "_starts", tuple(accumulate(map(len, by_step), initial=0)))
        object.__setattr__(self, "places", {test: place for place, test in enumerate(ids)})

    def of(self, step: int) -> tuple[str, ...]:
        """All ids of a step."""
        return (*self.fails[step], *self.passes[step])

    def step_of(self, test: str) -> int:
        """The step of an id."""
        return bisect_right(self._starts, self.places[test]) - 1

    def upto(self, step: int) -> tuple[str, ...]:
        """The ids of all steps up to one."""
        return self._ids[: self.count(step)]

    def count(self, step: int) -> int:
        """How many ids all steps up to one have."""
        return self._starts[step + 1]

    def pass_to_pass(self, step: int) -> tuple[str, ...]:
        """Ids that pass before and after a step: all of earlier steps, and its own that need nothing new."""
        return (*self._ids[: self._starts[step]], *self.passes[step])

    def order(self) -> tuple[OrderedTest, ...]:
        """All ids by step, in each those first that need nothing new: every ``pass_to_pass`` is a beginning of it."""
        pairs = enumerate(zip(self.passes, self.fails, strict=True))
        return tuple(OrderedTest(test, step) for step, both in pairs for ids in both for test in ids)

    def pass_to_pass_count(self, step: int) -> int:
        """How long ``pass_to_pass`` of a step is."""
        return self._starts[step] + len(self.passes[step])


def make_plan(
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    rejected: frozenset[str] = frozenset(),
    needless: AbstractSet[tuple[str, str]] = frozenset(),
) -> Plan:
    """The plan of a schedule without the rejected ids.

    ``needless`` are pairs of an id and a function: it calls that, and was seen to pass where it is not there.
    """
    step_of = dict.fromkeys(schedule.ready, 0)
    step_of |= {test: step.number for step in schedule.steps for test in step.tests}
    new = {0: frozenset[str]()} | {step.number: frozenset(step.functions) for step in schedule.steps}
    fails: list[list[str]] = [[] for _ in range(max(new) + 1)]
    passes: list[list[str]] = [[] for _ in fails]
    meets: dict[str, frozenset[str]] = {}
    for test in graph.tests:
        if test.rejected is not None or test.id in rejected:
            continue
        step = step_of[test.function]
        called = new[step].intersection(graph.nodes[function].id for function in test.requirement)
        needs_new = any((test.id, function) not in needless for function in called)
        (fails if needs_new else passes)[step].append(test.id)
        if needs_new:
            meets[test.id] = called
    return Plan(tuple(map(tuple, fails)), tuple(map(tuple, passes)), meets)


def find_merge(graph: RuntimeDependencyGraph, schedule: Schedule, plan: Plan) -> tuple[int, int] | None:
    """The first step without FAIL_TO_PASS whose functions a later step's accepted tests need, and that step.

    No step in between needs them, so that they can wait for it.
    """
    empty = [step for step in schedule.steps if not plan.fails[step.number]]
    if not empty:
        return None
    requires = {test.id: {graph.nodes[n].id for n in test.requirement} for test in graph.tests}
    for step in empty:
        for later in schedule.steps:
            needing = (test for test in plan.of(later.number) if requires[test].intersection(step.functions))
            if later.number > step.number and any(needing):
                return step.number, later.number
    return None
