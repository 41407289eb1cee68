"""A draft: schedule, plan and chain as they stand after what verification has found so far."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sweflow_rdg import RuntimeDependencyGraph, SourceIndex
from sweflow_scheduler import Closure, Schedule
from sweflow_scheduler.merge_steps import merge_steps
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import Target

from sweflow_tasks.masking.chain import Chain, make_chain
from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.masking.mask_policy import removable
from sweflow_tasks.values import Reason, Rejection, Repair, Subject
from sweflow_tasks.verification.placeholders import find_homeless, find_placeholders
from sweflow_tasks.verification.plan import Plan, find_merge, make_plan

UNNOTICED = "no accepted test notices it"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the rooms before this one made of a repository, and what becomes of docstrings.

    ``seconds`` are those of tests, by id, as far as they are known.
    """

    target: Target
    blobs: Blobs
    index: SourceIndex
    graph: RuntimeDependencyGraph
    schedule: Schedule
    docstrings: Docstrings = Docstrings.KEEP
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amendments:
    """What was found so far and changes the draft.

    ``rejected`` are tests by id; ``repairs`` stub what was to be removed. ``unmasked`` are functions that stay in place
    from the start. ``withheld`` are files that stay away, since a masked body stands there (C4); each with what it
    holds. Where the order is by what tests need: ``needless`` are pairs of an id and a function of its step
    without which it passes, ``silent`` pairs of an id and a function that it does not notice on the tree of
    its step, and ``waiting`` test functions that pass from a later step on only, with that step.
    """

    rejected: Mapping[str, Rejection] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    unmasked: Mapping[str, Rejection] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)
    needless: frozenset[tuple[str, str]] = frozenset()
    silent: frozenset[tuple[str, str]] = frozenset()
    waiting: Mapping[str, int] = field(default_factory=dict)

    def rejecting(self, rejections: Iterable[Rejection]) -> "Amendments":
        """With more tests rejected."""
        return replace(self, rejected={**self.rejected, **{r.id: r for r in rejections}})

    def repairing(self, repair: Repair) -> "Amendments":
        """With one more function stubbed."""
        return replace(self, repairs=(*self.repairs, repair))

    def postponing(self, waiting: Mapping[str, int], tests: frozenset[str]) -> "Amendments":
        """With test functions that wait for a later step; what their ids (``tests``) need is to be found out again."""
        needless = frozenset(pair for pair in self.needless if pair[0] not in tests)
        return replace(self, waiting={**self.waiting, **waiting}, needless=needless)

    def learning(self, needless: Iterable[tuple[str, str]], silent: Iterable[tuple[str, str]]) -> "Amendments":
        """With more of what tests do not need."""
        return replace(self, needless=self.needless.union(needless), silent=self.silent.union(silent))


@dataclass(frozen=True, slots=True)
class Draft:
    """What there is to verify: the schedule as amended, the ids of each step, the trees.

    ``unmasked`` are functions that stay in place from the start, and why.
    """

    schedule: Schedule
    plan: Plan
    chain: Chain
    unmasked: Mapping[str, Rejection]

    @property
    def by_need(self) -> bool:
        """Whether the order is by what tests need, and not by all that they call."""
        return self.schedule.rules.closure is Closure.NEEDED

    def functions(self, step: int) -> frozenset[str]:
        """The new functions of a step."""
        place = bisect_left(self.schedule.steps, step, key=lambda other: other.number)
        return frozenset(self.schedule.steps[place].functions)

    def removing(self, removed: frozenset[str]) -> "Draft":
        """The same with other functions removed."""
        return replace(self, chain=self.chain.removing(removed))


def unstable(graph: RuntimeDependencyGraph) -> tuple[Rejection, ...]:
    """The tests without a stable pass, as rejections."""
    return tuple(
        Rejection(Subject.TEST, test.id, Reason(test.rejected), test.detail)
        for test in graph.tests
        if test.rejected is not None
    )


def make_draft(inputs: Inputs, amendments: Amendments) -> Draft:
    """The draft that the amendments give. Steps that lost every FAIL_TO_PASS merge where they can.

    Where the order is by what tests need, each function that no FAIL_TO_PASS test of its step can notice goes on to the
    next one that has such a test by itself.
    """
    graph, rejected = inputs.graph, frozenset(amendments.rejected)
    arrange = _arranged_by_need if inputs.schedule.rules.closure is Closure.NEEDED else _arranged_by_calls
    schedule, plan, unmasked = arrange(inputs, amendments)
    placeholders = find_placeholders(graph, schedule, plan)
    repaired = frozenset(repair.function for repair in amendments.repairs)
    chain = make_chain(
        inputs.blobs,
        inputs.index,
        graph,
        schedule,
        rejected=_gone(graph, rejected),
        withheld=frozenset(amendments.withheld),
        docstrings=inputs.docstrings,
        placeholders=placeholders,
    )
    removed = removable(inputs.index, schedule, chain.returns)
    return Draft(schedule, plan, chain.removing(removed - repaired - placeholders), unmasked)


_Arranged = tuple[Schedule, Plan, Mapping[str, Rejection]]


def _arranged_by_calls(inputs: Inputs, amendments: Amendments) -> _Arranged:
    graph, unmasked = inputs.graph, frozenset(amendments.unmasked)
    merged: dict[int, int] = {}
    while True:
        schedule = merge_steps(inputs.schedule, graph, merged, unmasked)
        plan = make_plan(graph, schedule, frozenset(amendments.rejected))
        merge = find_merge(graph, schedule, plan)
        if merge is None:
            return schedule, plan, amendments.unmasked
        step, into = merge
        merged = {number: into if home == step else home for number, home in merged.items()} | {step: into}


def _arranged_by_need(inputs: Inputs, amendments: Amendments) -> _Arranged:
    graph, unmasked, moved = inputs.graph, dict(amendments.unmasked), dict(amendments.waiting)
    silent = {(n.test, n.function) for n in inputs.schedule.notices if n.by is None}
    unnoticed = amendments.needless | amendments.silent
    while True:
        schedule = merge_steps(inputs.schedule, graph, {}, frozenset(unmasked), moved)
        plan = make_plan(graph, schedule, frozenset(amendments.rejected), amendments.needless)
        homeless = find_homeless(graph, schedule, plan, silent, unnoticed)
        if not homeless:
            return schedule, plan, unmasked
        for function, home in homeless.items():
            if home is not None:
                moved[function] = home
            else:
                unmasked[function] = Rejection(Subject.FUNCTION, function, Reason.PSEUDO_TESTED, UNNOTICED)


def _gone(graph: RuntimeDependencyGraph, rejected: frozenset[str]) -> frozenset[str]:
    """Test functions of which no id is left."""
    kept = {test.function for test in graph.tests if test.id not in rejected}
    return frozenset(test.function for test in graph.tests) - kept
