"""A draft: schedule, plan and chain as they stand after what verification has found so far."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sweflow_rdg import RuntimeDependencyGraph, SourceIndex
from sweflow_scheduler import Schedule
from sweflow_scheduler.merge_steps import merge_steps
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import Target

from sweflow_tasks.masking.chain import Chain, make_chain
from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.masking.mask_policy import removable
from sweflow_tasks.values import Reason, Rejection, Repair, Subject
from sweflow_tasks.verification.plan import Plan, find_merge, make_plan


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the rooms before this one made of a repository, and what becomes of docstrings."""

    target: Target
    blobs: Blobs
    index: SourceIndex
    graph: RuntimeDependencyGraph
    schedule: Schedule
    docstrings: Docstrings = Docstrings.KEEP


@dataclass(frozen=True, slots=True)
class Amendments:
    """What was found so far and changes the draft.

    ``rejected`` are tests by id; ``repairs`` stub what was to be removed. ``unmasked`` are functions that stay in place
    from the start. ``withheld`` are files that stay away, since a masked body stands there (C4); each with what it
    holds.
    """

    rejected: Mapping[str, Rejection] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    unmasked: Mapping[str, Rejection] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)

    def rejecting(self, rejections: Iterable[Rejection]) -> "Amendments":
        """With more tests rejected."""
        return replace(self, rejected={**self.rejected, **{r.id: r for r in rejections}})

    def repairing(self, repair: Repair) -> "Amendments":
        """With one more function stubbed."""
        return replace(self, repairs=(*self.repairs, repair))


@dataclass(frozen=True, slots=True)
class Draft:
    """What there is to verify: the schedule as amended, the ids of each step, the trees.

    ``merged`` gives for a step that is no more the one that holds its functions.
    """

    schedule: Schedule
    plan: Plan
    chain: Chain
    merged: Mapping[int, int]

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
    """The draft that the amendments give. Steps that lost every FAIL_TO_PASS merge where they can."""
    graph, rejected = inputs.graph, frozenset(amendments.rejected)
    merged: dict[int, int] = {}
    while True:
        schedule = merge_steps(inputs.schedule, graph, merged, frozenset(amendments.unmasked))
        plan = make_plan(graph, schedule, rejected)
        merge = find_merge(graph, schedule, plan)
        if merge is None:
            break
        step, into = merge
        merged = {number: into if home == step else home for number, home in merged.items()} | {step: into}
    repaired = frozenset(repair.function for repair in amendments.repairs)
    chain = make_chain(
        inputs.blobs,
        inputs.index,
        graph,
        schedule,
        rejected=_gone(graph, rejected),
        withheld=frozenset(amendments.withheld),
        docstrings=inputs.docstrings,
    )
    removed = removable(inputs.index, schedule, chain.returns)
    return Draft(schedule, plan, chain.removing(removed - repaired), merged)


def _gone(graph: RuntimeDependencyGraph, rejected: frozenset[str]) -> frozenset[str]:
    """Test functions of which no id is left."""
    kept = {test.function for test in graph.tests if test.id not in rejected}
    return frozenset(test.function for test in graph.tests) - kept
