"""The greedy order: always the test function that adds the least new code (S4).

Works on plain integers and strings, so that laws can be checked on any input.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """Test functions that become satisfied together and the functions that are new with them."""

    tests: tuple[str, ...]
    new: frozenset[int]


def greedy_order(
    requirements: Mapping[str, frozenset[int]],
    cost: Mapping[int, int],
    forward: Callable[[frozenset[int], frozenset[int]], int] = lambda new, done: 0,
) -> list[Batch]:
    """Batches in order; the first may have no new function (tests that require nothing).

    ``forward(new, done)`` counts the calls that would point ahead; among equal costs the fewest win, then the
    smallest test id. Requirements that are equal are handled once; the work is near-linear in their total size.
    """
    groups = _group(requirements)
    missing = [set(requirement) for requirement, _ in groups]
    price = [sum(cost[function] for function in requirement) for requirement, _ in groups]
    users: dict[int, list[int]] = {}
    for number, (requirement, _) in enumerate(groups):
        for function in requirement:
            users.setdefault(function, []).append(number)
    heap = [(price[number], groups[number][1][0], number) for number in range(len(groups))]
    heapq.heapify(heap)
    done: set[int] = set()
    satisfied = [False] * len(groups)
    order: list[Batch] = []
    while heap:
        chosen = _choose(heap, price, satisfied, missing, done, forward)
        if chosen is None:
            break
        new = frozenset(missing[chosen])
        touched = {number for function in new for number in users[function]} | {chosen}
        for function in new:
            for number in users[function]:
                missing[number].discard(function)
                price[number] -= cost[function]
        complete = sorted(number for number in touched if not missing[number] and not satisfied[number])
        for number in touched:
            if missing[number]:
                heapq.heappush(heap, (price[number], groups[number][1][0], number))
        for number in complete:
            satisfied[number] = True
        done |= new
        order.append(Batch(tuple(sorted(test for number in complete for test in groups[number][1])), new))
    return order


def _group(requirements: Mapping[str, frozenset[int]]) -> list[tuple[frozenset[int], list[str]]]:
    groups: dict[frozenset[int], list[str]] = {}
    for test in sorted(requirements):
        groups.setdefault(requirements[test], []).append(test)
    return sorted(groups.items(), key=lambda group: group[1][0])


def _choose(
    heap: list[tuple[int, str, int]],
    price: list[int],
    satisfied: list[bool],
    missing: list[set[int]],
    done: set[int],
    forward: Callable[[frozenset[int], frozenset[int]], int],
) -> int | None:
    """Pop the cheapest group, and among the equally cheap the one with the fewest calls ahead."""
    ties: list[tuple[int, str, int]] = []
    while heap and (not ties or heap[0][0] == ties[0][0]):
        entry = heapq.heappop(heap)
        if not satisfied[entry[2]] and entry[0] == price[entry[2]] and entry not in ties:
            ties.append(entry)
    if not ties:
        return None
    best = ties[0]
    if len(ties) > 1:
        finished = frozenset(done)
        best = min(ties, key=lambda tie: (forward(frozenset(missing[tie[2]]), finished), tie))
    for entry in ties:
        if entry is not best:
            heapq.heappush(heap, entry)
    return best[2]
