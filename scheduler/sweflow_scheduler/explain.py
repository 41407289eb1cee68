"""Explaining: why a step stands where it stands."""

from collections import Counter
from dataclasses import dataclass

from sweflow_rdg import RuntimeDependencyGraph

from sweflow_scheduler.errors import UnknownStep
from sweflow_scheduler.greedy import Batch
from sweflow_scheduler.schedule import Remembered, ScheduleBasis, make_basis, order_tests
from sweflow_scheduler.values import Schedule

__all__ = ["Choice", "Explanation", "Rival", "UnknownStep", "explain"]

SHOWN = 5
"""Rivals of a choice that are kept: the cheapest."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A test function that was still waiting: what it would have cost, and its calls ahead."""

    test: str
    cost: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One turn of the greedy order.

    ``test`` was taken, at a ``cost``, with ``ahead`` calls to functions developed later. ``waiting`` test functions
    were left, ``equal`` of them at the same cost. ``rivals`` are the cheapest, best first. ``joined`` are further
    test functions that the new functions satisfied.
    """

    test: str
    cost: int
    ahead: int
    waiting: int
    equal: int
    rivals: tuple[Rival, ...]
    joined: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a step stands where it stands.

    ``choices`` are the turns that made it: more than one where small steps were merged. ``needs`` gives, by earlier
    step, the functions of it that the step's tests require; ``needed_by`` are later steps that require it.
    """

    number: int
    choices: tuple[Choice, ...]
    needs: tuple[tuple[int, tuple[str, ...]], ...]
    needed_by: tuple[int, ...]
    unnoticed: tuple[tuple[str, int], ...] = ()


def explain(graph: RuntimeDependencyGraph, schedule: Schedule, number: int) -> Explanation:
    """Why step ``number`` of a graph's schedule stands where it stands. Raises UnknownStep."""
    if not 1 <= number <= len(schedule.steps):
        raise UnknownStep(number, len(schedule.steps))
    step = schedule.steps[number - 1]
    observed, rules = make_basis(graph, schedule.rules), schedule.rules
    basis, batches, _ = order_tests(graph, observed, rules, Remembered(schedule.notices))
    place = {node.id: place for place, node in enumerate(graph.nodes)}
    new = {place[function] for function in step.functions}
    done = {place[function] for earlier in schedule.steps[: number - 1] for function in earlier.functions}
    choices = []
    for batch in batches:
        if batch.new and new.issuperset(batch.new):
            choices.append(_choice(basis, batch, frozenset(done)))
            done.update(batch.new)
    return Explanation(
        number=number,
        choices=tuple(choices),
        needs=_needs(basis, schedule, number),
        needed_by=tuple(later.number for later in schedule.steps[number:] if number in later.needs),
        unnoticed=_unnoticed(schedule, number),
    )


def _unnoticed(schedule: Schedule, number: int) -> tuple[tuple[str, int], ...]:
    """By function of a step, how many test functions of earlier steps were asked and do not notice it."""
    earlier = {*schedule.ready, *(test for step in schedule.steps[: number - 1] for test in step.tests)}
    silent = Counter(n.function for n in schedule.notices if n.by is None and n.test in earlier)
    return tuple((f, silent[f]) for f in schedule.steps[number - 1].functions if silent[f])


def _choice(basis: ScheduleBasis, batch: Batch, done: frozenset[int]) -> Choice:
    pending = basis.cost.keys() - done
    waiting = sorted(
        (
            _rival(basis, test, pending)
            for test, required in basis.requirements.items()
            if not done.issuperset(required)
        ),
        key=lambda rival: (rival.cost, rival.ahead, rival.test),
    )
    cost = sum(map(basis.cost.__getitem__, batch.new))
    taken = next((rival for rival in waiting if rival.test in batch.tests and rival.cost == cost), waiting[0])
    joined = tuple(test for test in batch.tests if test != taken.test)
    others = [rival for rival in waiting if rival.test not in batch.tests]
    return Choice(
        test=taken.test,
        cost=taken.cost,
        ahead=taken.ahead,
        waiting=len(others),
        equal=sum(1 for rival in others if rival.cost == taken.cost),
        rivals=tuple(others[:SHOWN]),
        joined=joined,
    )


def _rival(basis: ScheduleBasis, test: str, pending: frozenset[int] | set[int]) -> Rival:
    new = pending.intersection(basis.requirements[test])
    ahead = sum(
        1 for caller in new for callee in basis.calls.get(caller, ()) if callee in pending and callee not in new
    )
    return Rival(test, sum(basis.cost[function] for function in new), ahead)


def _needs(basis: ScheduleBasis, schedule: Schedule, number: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    step = schedule.steps[number - 1]
    required = {basis.nodes[function].id for test in step.tests for function in basis.requirements[test]}
    return tuple(
        (needed, tuple(f for f in schedule.steps[needed - 1].functions if f in required)) for needed in step.needs
    )
