"""The port: what runs one function on many items, somewhere, in whatever order they end."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sweflow_datasets.corpus.values import UNUSED, Usage

T = TypeVar("T")
Plain = Mapping[str, Any]
"""Plain data, such as JSON holds: it comes from a process that ran strangers' code, and is believed as data only."""
Tell = Callable[[Plain], None]
"""Takes what a function says while it works."""
Work = Callable[[T, Tell], Plain]
"""A function of a module: it is found again by its name, in another process."""


class Cause(StrEnum):
    """Why an item has no result."""

    TIMED_OUT = "timed out"
    MEMORY = "memory"
    DISK = "disk"
    PROCESSES = "processes"
    CRASHED = "crashed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Returned:
    """An item whose function gave a result."""

    key: str
    value: Plain = field(hash=False)
    usage: Usage = UNUSED


@dataclass(frozen=True, slots=True)
class Broken:
    """An item that has no result; ``detail`` is what is known of why."""

    key: str
    cause: Cause
    detail: str = ""
    usage: Usage = UNUSED


Ended = Returned | Broken


class Engine(Protocol):
    """Runs a function on items, each apart from the others: what becomes of one is no other's business."""

    def map_unordered(
        self, function: Work[T], items: Iterable[T], key: Callable[[T], str]
    ) -> Generator[Ended, None, None]:
        """How each item ended, as they end; ``key`` names one.

        ``items`` is asked for the next one when there is room for it, so what gives them can stop early.
        """


def taken(waiting: Iterator[T], has_room: Callable[[], bool]) -> Iterator[T]:
    """The next items, as long as there is room for one more; the rest stays where it is.

    >>> left, room = iter("abc"), [True, True, False]
    >>> "".join(taken(left, lambda: room.pop(0))), next(left)
    ('ab', 'c')
    """
    while has_room():
        try:
            item = next(waiting)
        except StopIteration:
            return
        yield item
