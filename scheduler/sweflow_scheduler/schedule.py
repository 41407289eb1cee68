"""Scheduling: the graph's tests in the order in which their functions could have been written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sweflow_rdg import Node, Role, RuntimeDependencyGraph
from sweflow_rdg.graph.order import Order, order_of

from sweflow_scheduler.bands import merge_small, why_unsplit
from sweflow_scheduler.difficulty import with_difficulty
from sweflow_scheduler.greedy import Batch, greedy_order
from sweflow_scheduler.requirements import Requirements, merged_requirements, observed_requirements
from sweflow_scheduler.targets import is_target
from sweflow_scheduler.values import DEFAULT, Closure, Cost, Rules, Schedule, Step


def make_schedule(graph: RuntimeDependencyGraph, rules: Rules = DEFAULT) -> Schedule:
    """Order the test functions with a stable pass into steps (S1 to S5)."""
    plan = make_plan(graph, rules)
    batches = greedy_order(plan.requirements, plan.cost, plan.calls)
    ready = tuple(test for batch in batches if not batch.new for test in batch.tests)
    developing = merge_small((batch for batch in batches if batch.new), plan.lines, rules.min_lines, rules.max_lines)
    return Schedule(rules, ready, _steps(graph, plan, developing, rules.max_lines))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the order rests on. Functions are numbers of the graph's nodes.

    ``calls`` are observed calls between functions to develop, by caller; those of the garbage collector are left
    out. ``callers`` holds every caller of such a function, -1 for the test runner.
    """

    nodes: tuple[Node, ...]
    requirements: Requirements
    cost: dict[int, int]
    calls: dict[int, set[int]]
    callers: dict[int, set[int]]
    order: Order

    def lines(self, batch: Batch) -> int:
        """Size of a batch's new functions."""
        return sum(self.nodes[function].lines for function in batch.new)


def make_plan(graph: RuntimeDependencyGraph, rules: Rules) -> Plan:
    """What is required, what it costs, and who calls whom."""
    developable = graph.developable()
    calls: dict[int, set[int]] = {}
    callers: dict[int, set[int]] = {}
    for call in graph.calls:
        if call.callee in developable and not call.collected:
            callers.setdefault(call.callee, set()).add(call.caller)
            if call.caller in developable:
                calls.setdefault(call.caller, set()).add(call.callee)
    order = order_of(sorted(developable), ((a, b) for a, callees in calls.items() for b in callees))
    requirements = observed_requirements(graph, developable)
    if rules.closure is Closure.MERGED:
        requirements = merged_requirements(requirements, order, calls)
    cost = {function: _cost(graph.nodes[function], rules.cost) for function in developable}
    return Plan(graph.nodes, requirements, cost, calls, callers, order)


def _cost(node: Node, cost: Cost) -> int:
    match cost:
        case Cost.LINES:
            return node.lines
        case Cost.COMPLEXITY:
            return node.complexity
        case Cost.FUNCTIONS:
            return 1


def _steps(graph: RuntimeDependencyGraph, plan: Plan, batches: list[Batch], most: int) -> tuple[Step, ...]:
    step_of = {function: number for number, batch in enumerate(batches, 1) for function in batch.new}
    steps: list[Step] = []
    fan_in = [0] * (len(batches) + 1)
    for number, batch in enumerate(batches, 1):
        needs = _needs(plan, batch, number, step_of)
        wave = 1 + max((steps[needed - 1].wave for needed in needs), default=0)
        steps.append(_step(graph, plan, number, batch, step_of, needs, wave, most))
        for needed in needs:
            fan_in[needed] += 1
    return with_difficulty(tuple(replace(step, fan_in=fan_in[step.number]) for step in steps))


def _needs(plan: Plan, batch: Batch, number: int, step_of: dict[int, int]) -> tuple[int, ...]:
    """Earlier steps with functions that a batch's tests require."""
    found: set[int] = set()
    for requirement in {plan.requirements[test] for test in batch.tests}:
        found.update(map(step_of.__getitem__, requirement))
    return tuple(sorted(found - {number}))


def _step(
    graph: RuntimeDependencyGraph,
    plan: Plan,
    number: int,
    batch: Batch,
    step_of: dict[int, int],
    needs: tuple[int, ...],
    wave: int,
    most: int,
) -> Step:
    nodes, order = plan.nodes, plan.order
    ordered = sorted(batch.new, key=order.key)
    targets = [function for function in ordered if is_target(_callers(plan, function), number, step_of)]
    known = set(targets)
    lines = plan.lines(batch)
    return Step(
        number=number,
        tests=batch.tests,
        functions=tuple(nodes[f].id for f in ordered),
        targets=tuple(nodes[f].id for f in targets),
        dependents=tuple(nodes[f].id for f in ordered if f not in known),
        needs=needs,
        wave=wave,
        depth=max(order.depth[f] for f in ordered),
        fan_in=0,
        lines=lines,
        complexity=sum(nodes[f].complexity for f in ordered),
        forward=_forward(plan, batch, number, step_of),
        unsplit=why_unsplit(batch, lines, most),
    )


def _callers(plan: Plan, function: int) -> Iterator[int | None]:
    """Those of a function, with None for one outside the core, and for scaffold."""
    for caller in plan.callers.get(function, ()):
        outside = caller == -1 or plan.nodes[caller].role is not Role.CORE or plan.nodes[caller].scaffold
        yield None if outside else caller


def _forward(plan: Plan, batch: Batch, number: int, step_of: dict[int, int]) -> tuple[tuple[str, str], ...]:
    """Observed calls from a batch's functions to functions of later steps."""
    return tuple(
        sorted(
            (plan.nodes[caller].id, plan.nodes[callee].id)
            for caller in batch.new
            for callee in plan.calls.get(caller, ())
            if step_of[callee] > number
        )
    )
