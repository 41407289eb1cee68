"""The order by need: a test requires what it notices and no more of what it calls (S6, S7).

Whether a test notices a function is found out by running it, which costs time. So nothing is asked before it matters: a
test function that is to open a step is asked about the functions that would be new with it. What it does not notice
leaves its requirement, and the cheapest is looked for again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from types import MappingProxyType

from sweflow_scheduler.greedy import NO_CALLS, Batch, Waiting

AHEAD = 256
"""Pairs that are asked about in one turn: those of the test function that is next, and of the cheapest after it."""
RIVALS = 64
"""Test functions of near-equal cost that are compared."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of test functions that were asked in order: how many notice nothing, and the id by which the next one notices.

    ``by`` is None where none is left.
    """

    silent: int
    by: str | None


Ask = Callable[[Sequence[tuple[int, tuple[str, ...]]]], Sequence[Answer]]
"""Answers questions: of a function, which of some test functions is the first to notice that it does nothing."""


@dataclass(frozen=True, slots=True)
class NeededOrder:
    """Batches in order, the first without a new function; what each test function requires in the end; the answers.

    An answer is the id by which a test function notices a function, or None.
    """

    batches: tuple[Batch, ...]
    requirements: Mapping[str, tuple[int, ...]]
    answers: Mapping[tuple[str, int], str | None]


def needed_order(
    observed: Mapping[str, Collection[int]],
    cost: Mapping[int, int],
    ask: Ask,
    calls: Mapping[int, Collection[int]] = NO_CALLS,
    sizes: Mapping[str, int] | None = None,
    slack: int = 0,
) -> NeededOrder:
    """The greedy order where a test function requires of what it calls only what it notices.

    Every function of a batch is noticed by one test function of that batch. ``sizes`` are the ids of each test
    function (one, where it does not say). ``cost`` and ``calls`` are as for ``greedy_order``. Of the test functions
    that cost at most ``slack`` percent more than the cheapest the one is taken that satisfies most ids.
    """
    return _Search(observed, cost, ask, calls, sizes or {}, slack).find()


class _Search:
    def __init__(
        self,
        observed: Mapping[str, Collection[int]],
        cost: Mapping[int, int],
        ask: Ask,
        calls: Mapping[int, Collection[int]],
        sizes: Mapping[str, int],
        slack: int,
    ) -> None:
        self._slack = slack
        self._tests = sorted(observed)
        self._ask_all = ask
        self._sizes = sizes
        requirements = [tuple(sorted(set(observed[test]))) for test in self._tests]
        self._waiting = Waiting(requirements, cost, calls, set().union(*requirements))
        self._answers: dict[tuple[int, int], str | None] = {}
        self._home: dict[int, int] = {}
        ready = [test for test, requirement in zip(self._tests, requirements, strict=True) if not requirement]
        self._batches: list[tuple[list[str], tuple[int, ...]]] = [(ready, ())]

    def find(self) -> NeededOrder:
        while (chosen := self._waiting.cheapest()) is not None:
            near = self._near(chosen)
            if unknown := [number for number in near if self._unknown(number)]:
                self._ask([*unknown, *self._next_ones(unknown)])
                continue
            new = self._waiting.missing(self._strongest(near))
            complete = self._waiting.develop(new)
            self._home.update(dict.fromkeys(new, len(self._batches)))
            self._batches.append(([self._tests[number] for number in complete], new))
        return NeededOrder(
            batches=tuple(Batch(tuple(sorted(tests)), new) for tests, new in self._batches),
            requirements=MappingProxyType(
                {test: self._waiting.requirement(number) for number, test in enumerate(self._tests)}
            ),
            answers=MappingProxyType({(self._tests[number], f): by for (number, f), by in self._answers.items()}),
        )

    def _unknown(self, number: int) -> list[int]:
        """Functions that are not there and about which a test function was not asked yet."""
        return [f for f in self._waiting.missing(number) if (number, f) not in self._answers]

    def _near(self, chosen: int) -> list[int]:
        """The cheapest, and those that cost little more, as many as are looked at."""
        if not self._slack:
            return [chosen]
        most = self._waiting.price(chosen) * (100 + self._slack) // 100
        near = takewhile(lambda number: self._waiting.price(number) <= most, self._waiting.cheapest_first())
        return [chosen, *islice((number for number in near if number != chosen), RIVALS)]

    def _strongest(self, near: list[int]) -> int:
        """Of these the one whose functions satisfy most ids, and of equals the first."""
        missing = {number: frozenset(self._waiting.missing(number)) for number in near}

        def ids(number: int) -> int:
            return sum(self._size(other) for other in near if missing[other] <= missing[number])

        return max(near, key=ids)

    def _size(self, number: int) -> int:
        return self._sizes.get(self._tests[number], 1)

    def _next_ones(self, chosen: Collection[int]) -> Iterator[int]:
        """Those that are the cheapest now, for as many pairs as are asked in one turn."""
        left = AHEAD - sum(len(self._unknown(number)) for number in chosen)
        for number in self._waiting.cheapest_first():
            if left <= 0:
                return
            if number not in chosen:
                unknown = len(self._unknown(number))
                left -= unknown
                if unknown:
                    yield number

    def _ask(self, numbers: list[int]) -> None:
        """Ask test functions about what they miss; what they do not notice leaves their requirements."""
        asked: dict[int, list[int]] = {}
        for number in numbers:
            for function in self._unknown(number):
                asked.setdefault(function, []).append(number)
        questions = [(f, tuple(self._tests[number] for number in found)) for f, found in sorted(asked.items())]
        unneeded: dict[int, set[int]] = {}
        for (function, found), answer in zip(sorted(asked.items()), self._ask_all(questions), strict=True):
            for number in islice(found, answer.silent):
                self._answers[number, function] = None
                unneeded.setdefault(number, set()).add(function)
            if answer.silent < len(found):
                self._answers[found[answer.silent], function] = answer.by
        for number, functions in sorted(unneeded.items()):
            self._waiting.drop(number, functions)
            if self._waiting.is_satisfied(number):
                home = max(map(self._home.__getitem__, self._waiting.requirement(number)), default=0)
                self._batches[home][0].append(self._tests[number])
