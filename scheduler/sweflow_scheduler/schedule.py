"""Scheduling: the graph's tests in the order in which their functions could have been written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sweflow_rdg import Node, RuntimeDependencyGraph
from sweflow_rdg.graph.order import CalleeOrder, order_of

from sweflow_scheduler.bands import merge_small, why_unsplit
from sweflow_scheduler.connect import connect
from sweflow_scheduler.greedy import Batch, greedy_order
from sweflow_scheduler.needed import Answer, needed_order
from sweflow_scheduler.requirements import Requirements, merged_requirements, observed_requirements
from sweflow_scheduler.values import DEFAULT, Closure, Cost, Notice, Rules, Schedule, Step


@dataclass(frozen=True, slots=True)
class ScheduleBasis:
    """What the order rests on. Functions are numbers of the graph's nodes.

    ``calls`` are observed calls between functions to develop, by caller; those of the garbage collector are left
    out.
    """

    nodes: tuple[Node, ...]
    requirements: Requirements
    cost: Mapping[int, int]
    calls: Mapping[int, set[int]]
    order: CalleeOrder

    def lines(self, batch: Batch) -> int:
        """Size of a batch's new functions."""
        return sum(self.nodes[function].lines for function in batch.new)


@dataclass(frozen=True, slots=True)
class Question:
    """Which of some test functions, in this order, is the first to notice that a function does nothing."""

    function: str
    tests: tuple[str, ...]


class Oracle(Protocol):
    """Answers by running tests on the complete code with a function's body emptied."""

    def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """An answer to each question; the same to the same question, whatever else is asked with it."""
        ...


class Remembered:
    """Answers from what is known already; what is not counts as noticed."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._known = {(notice.test, notice.function): notice.by for notice in notices}

    def ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """An answer to each question."""
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        for silent, test in enumerate(question.tests):
            if (by := self._known.get((test, question.function), test)) is not None:
                return Answer(silent, by)
        return Answer(len(question.tests), None)


def make_schedule(graph: RuntimeDependencyGraph, rules: Rules = DEFAULT, oracle: Oracle | None = None) -> Schedule:
    """Order the test functions with a stable pass into steps (S1 to S7).

    ``oracle`` is asked where the rules are by what tests need. Raises ValueError where it is missing then.
    """
    basis, batches, notices = order_tests(graph, make_basis(graph, rules), rules, oracle)
    ready = tuple(test for batch in batches if not batch.new for test in batch.tests)
    developing = merge_small((batch for batch in batches if batch.new), basis.lines, rules.min_lines, rules.max_lines)
    return Schedule(rules, ready, _steps(graph, basis, developing, rules.max_lines), notices)


def order_tests(
    graph: RuntimeDependencyGraph, basis: ScheduleBasis, rules: Rules, oracle: Oracle | None
) -> tuple[ScheduleBasis, Sequence[Batch], tuple[Notice, ...]]:
    """The batches of a basis, what of its requirements is needed, and the answers that this rests on."""
    if rules.closure is not Closure.NEEDED:
        return basis, greedy_order(basis.requirements, basis.cost, basis.calls), ()
    if oracle is None:
        raise ValueError("an order by what tests need takes an oracle")
    nodes, answers = graph.nodes, oracle.ask

    def ask(questions: Sequence[tuple[int, tuple[str, ...]]]) -> Sequence[Answer]:
        return answers([Question(nodes[function].id, tests) for function, tests in questions])

    sizes: dict[str, int] = {}
    for test in graph.tests:
        if test.rejected is None:
            sizes[test.function] = sizes.get(test.function, 0) + 1
    found = needed_order(basis.requirements, basis.cost, ask, basis.calls, sizes, rules.slack)
    notices = (Notice(test, nodes[function].id, by) for (test, function), by in found.answers.items())
    return replace(basis, requirements=found.requirements), found.batches, tuple(sorted(notices, key=_pair))


def _pair(notice: Notice) -> tuple[str, str]:
    return notice.test, notice.function


def make_basis(graph: RuntimeDependencyGraph, rules: Rules) -> ScheduleBasis:
    """What is required, what it costs, and who calls whom."""
    developable = graph.developable()
    calls: dict[int, set[int]] = {}
    for call in graph.calls:
        if call.callee in developable and call.caller in developable and not call.collected:
            calls.setdefault(call.caller, set()).add(call.callee)
    order = order_of(sorted(developable), ((a, b) for a, callees in calls.items() for b in callees))
    requirements = observed_requirements(graph, developable)
    if rules.closure is Closure.MERGED:
        requirements = merged_requirements(requirements, order, calls)
    cost = {function: _cost(graph.nodes[function], rules.cost) for function in developable}
    return ScheduleBasis(graph.nodes, requirements, cost, calls, order)


def _cost(node: Node, cost: Cost) -> int:
    match cost:
        case Cost.LINES:
            return node.lines
        case Cost.COMPLEXITY:
            return node.complexity
        case Cost.FUNCTIONS:
            return 1


def _steps(graph: RuntimeDependencyGraph, basis: ScheduleBasis, batches: list[Batch], most: int) -> tuple[Step, ...]:
    step_of = {function: number for number, batch in enumerate(batches, 1) for function in batch.new}
    return connect((_step(basis, number, batch, step_of, most) for number, batch in enumerate(batches, 1)), graph)


def _step(basis: ScheduleBasis, number: int, batch: Batch, step_of: dict[int, int], most: int) -> Step:
    """What a batch says of its step by itself; the rest is for ``connect`` to find."""
    ordered = sorted(batch.new, key=basis.order.key)
    return Step(
        number=number,
        tests=batch.tests,
        functions=tuple(basis.nodes[function].id for function in ordered),
        targets=(),
        dependents=(),
        needs=_needs(basis, batch, number, step_of),
        wave=0,
        depth=max(basis.order.depth[function] for function in ordered),
        fan_in=0,
        lines=0,
        forward=(),
        unsplit=why_unsplit(batch, basis.lines(batch), most),
    )


def _needs(basis: ScheduleBasis, batch: Batch, number: int, step_of: dict[int, int]) -> tuple[int, ...]:
    """Earlier steps with functions that a batch's tests require."""
    found: set[int] = set()
    for requirement in {basis.requirements[test] for test in batch.tests}:
        found.update(map(step_of.__getitem__, requirement))
    return tuple(sorted(found - {number}))
