"""The greedy order: always the test function that adds the least new code (S4).

Works on plain integers and strings, so that laws can be checked on any input.

Prices only fall. So test functions wait in buckets by price, each entering a bucket once, and only the cheapest bucket
is kept in order. Those far from being cheapest are parked and in no bucket. The work is near-linear in the total size
of the requirements: a function is taken out of each requirement that holds it once, when it is developed.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

NO_CALLS: Mapping[int, Collection[int]] = {}


@dataclass(frozen=True, slots=True)
class Batch:
    """Test functions that become satisfied together and the functions that are new with them, both sorted."""

    tests: tuple[str, ...]
    new: tuple[int, ...]


def greedy_order(
    requirements: Mapping[str, Collection[int]],
    cost: Mapping[int, int],
    calls: Mapping[int, Collection[int]] = NO_CALLS,
) -> list[Batch]:
    """Batches in order; the first may have no new function (tests that require nothing).

    Costs are 1 or more. Among test functions of equal cost the one with the fewest calls ahead wins: ``calls``, by
    caller, from its new functions to functions that are required by some test and not there yet. Then the smallest
    id wins. Raises ValueError where a cost is below 1.
    """
    groups = _group(requirements)
    required = set().union(*(requirement for requirement, _ in groups))
    if any(cost[function] < 1 for function in required):
        raise ValueError("a function's cost is at least 1")
    waiting = Waiting([requirement for requirement, _ in groups], cost, calls, required)
    order = [Batch(tests, ()) for requirement, tests in groups if not requirement]
    while (chosen := waiting.cheapest()) is not None:
        new = waiting.missing(chosen)
        complete = waiting.develop(new)
        order.append(Batch(tuple(sorted(test for number in complete for test in groups[number][1])), new))
    return order


def _group(requirements: Mapping[str, Collection[int]]) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """Equal requirements once, with their test functions; in order of the smallest of these."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for test in sorted(requirements):
        groups.setdefault(tuple(sorted(set(requirements[test]))), []).append(test)
    return [(requirement, tuple(tests)) for requirement, tests in groups.items()]


class Waiting:
    """Groups of test functions whose requirement is not there yet. A group is known by its number.

    ``required`` are all functions of the requirements.
    """

    def __init__(
        self,
        requirements: list[tuple[int, ...]],
        cost: Mapping[int, int],
        calls: Mapping[int, Collection[int]],
        required: Collection[int],
    ) -> None:
        self._requirements = list(requirements)
        self._dropped: set[tuple[int, int]] = set()
        self._cost = cost
        self._calls = calls
        self._pending = set(required)
        self._price = [sum(map(cost.__getitem__, requirement)) for requirement in requirements]
        self._users: dict[int, list[int]] = {function: [] for function in required}
        for number, requirement in enumerate(requirements):
            for function in requirement:
                self._users[function].append(number)
        self._ahead: dict[int, int] = {}
        self._watchers: dict[int, list[tuple[int, int]]] = {}
        self._arrived: dict[int, list[int]] = {}
        self._ordered: dict[int, list[tuple[int, int]]] = {}
        self._prices: list[int] = []
        self._parked = [number for number, requirement in enumerate(requirements) if requirement]
        self._limit = 1

    def cheapest(self) -> int | None:
        """The group to take next; None where none is left."""
        while self._prices or self._unpark():
            price = self._prices[0]
            bucket = self._ordered.setdefault(price, [])
            for number in self._arrived.pop(price, ()):
                if self._price[number] == price:
                    heapq.heappush(bucket, (self._count_ahead(number, price), number))
            while bucket:
                ahead, number = bucket[0]
                if self._price[number] == price and self._ahead[number] == ahead:
                    return number
                heapq.heappop(bucket)
            heapq.heappop(self._prices)
            del self._ordered[price]
        return None

    def price(self, number: int) -> int:
        """What it costs to satisfy a group."""
        return self._price[number]

    def cheapest_first(self) -> Iterator[int]:
        """The groups that are not parked, by what they cost now, those of equal cost in order of their numbers."""
        for price in sorted({*self._arrived, *self._ordered}):
            there = {*self._arrived.get(price, ()), *(number for _, number in self._ordered.get(price, ()))}
            yield from sorted(number for number in there if self._price[number] == price)

    def requirement(self, number: int) -> tuple[int, ...]:
        """What a group requires."""
        return self._requirements[number]

    def is_satisfied(self, number: int) -> bool:
        """Whether all is there that a group requires."""
        return not self._price[number]

    def drop(self, number: int, functions: Collection[int]) -> None:
        """A group requires some functions no more that are not there yet."""
        self._dropped.update((number, function) for function in functions)
        self._requirements[number] = tuple(f for f in self._requirements[number] if f not in functions)
        self._price[number] -= sum(map(self._cost.__getitem__, functions))
        if 0 < self._price[number] < self._limit:
            self._arrive([number])

    def missing(self, number: int) -> tuple[int, ...]:
        """What a group requires and is not there yet."""
        return tuple(filter(self._pending.__contains__, self._requirements[number]))

    def develop(self, new: Collection[int]) -> list[int]:
        """Put functions there; the numbers of the groups that this completes."""
        price, limit = self._price, self._limit
        touched: set[int] = set()
        for function in new:
            cost = self._cost[function]
            users = self._users.pop(function)
            if self._dropped:
                users = [number for number in users if (number, function) not in self._dropped]
            for number in users:
                price[number] -= cost
            touched.update(users)
        self._pending.difference_update(new)
        self._look_again(new)
        cheap = [number for number in touched if price[number] < limit]
        self._arrive(number for number in cheap if price[number])
        return [number for number in cheap if not price[number]]

    def _unpark(self) -> bool:
        """Put the cheapest of the parked groups into buckets, those up to twice as dear too; whether there are any.

        Every price below the limit is in a bucket. The limit at least doubles, so this is seldom called.
        """
        parked = [number for number in self._parked if self._price[number] >= self._limit]
        if not parked:
            return False
        self._limit = 2 * min(map(self._price.__getitem__, parked))
        self._arrive(number for number in parked if self._price[number] < self._limit)
        self._parked = [number for number in parked if self._price[number] >= self._limit]
        return True

    def _arrive(self, numbers: Iterable[int]) -> None:
        """Put groups into the buckets of their prices."""
        price, arrived = self._price, self._arrived
        for number in numbers:
            bucket = arrived.get(price[number])
            if bucket is None:
                arrived[price[number]] = [number]
                heapq.heappush(self._prices, price[number])
            else:
                bucket.append(number)

    def _count_ahead(self, number: int, price: int) -> int:
        """Count the calls ahead of a group, and watch what they call."""
        new = set(self.missing(number))
        ahead = [
            callee
            for function in new
            for callee in self._calls.get(function, ())
            if callee in self._pending and callee not in new
        ]
        for callee in ahead:
            self._watchers.setdefault(callee, []).append((number, price))
        self._ahead[number] = len(ahead)
        return len(ahead)

    def _look_again(self, new: Collection[int]) -> None:
        """Calls to what is there now are no calls ahead any more."""
        for function in new:
            for number, price in self._watchers.pop(function, ()):
                if self._price[number] == price:
                    self._ahead[number] -= 1
                    heapq.heappush(self._ordered[price], (self._ahead[number], number))
