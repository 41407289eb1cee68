"""Records: what the probe says of a session, a JSON object a line. Their shapes are known here and nowhere else.

Code objects are rows of path, qualified name and first line; edges, by phase, are packed numbers of such rows
(``recording/interning.py``). A record is trusted to have its shape, except in a guarded session.
"""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

CodeRow = Sequence[Any]
Edges = dict[str, list[int]]


class BodyRow(TypedDict):
    """Where a test function stands."""

    path: str
    name: str
    line: int


class ItemRow(TypedDict):
    """A collected test; ``function`` is its id without parameters, ``body`` None where it is no Python function."""

    id: str
    function: str
    kind: str
    body: BodyRow | None
    path: str | None


class ErrorRow(TypedDict):
    """What could not be collected, with the end of pytest's report."""

    path: str
    text: str


class FailureRow(TypedDict, total=False):
    """The exception of a test: phase, type and message; ``stubs`` that it names; ``at`` is the innermost code."""

    when: str
    type: str
    message: str
    stubs: list[str]
    mentions: bool
    at: tuple[str, str, int] | None


class StartRecord(TypedDict):
    """pytest has started; ``early`` are modules of the project that were loaded before the probe."""

    kind: Literal["start"]
    python: str
    early: list[str]


class CollectedRecord(TypedDict):
    """What was collected, and called and read on the way; ``threads`` live on besides the main one."""

    kind: Literal["collected"]
    items: list[ItemRow]
    errors: list[ErrorRow]
    threads: int
    modules: list[str]
    strays: list[tuple[str, str]]
    codes: list[CodeRow]
    edges: Edges
    reads: NotRequired[list[str]]
    starts: NotRequired[bool]


class TestRecord(TypedDict):
    """A test in a group. ``codes`` go on from the ``base`` first ones that were known after collection.

    ``reruns`` are outcomes of plain runs in a record that was taken over from an earlier trace; ``table`` and ``again``
    are added by the journal.
    """

    kind: Literal["test"]
    id: str
    outcome: str
    group: NotRequired[int]
    detail: NotRequired[str]
    duration: NotRequired[float]
    failure: NotRequired[FailureRow]
    intact: NotRequired[bool]
    base: NotRequired[int]
    codes: NotRequired[list[CodeRow]]
    edges: NotRequired[Edges]
    lines: NotRequired[dict[str, list[tuple[str, int]]]]
    modules: NotRequired[list[str]]
    strays: NotRequired[list[tuple[str, str]]]
    reads: NotRequired[list[str]]
    starts: NotRequired[bool]
    evidence: NotRequired[str]
    alarms: NotRequired[list[str]]
    seal: NotRequired[str]
    reruns: NotRequired[list[str]]
    table: NotRequired[list[CodeRow]]
    again: NotRequired[bool]


class UnfitRecord(TypedDict):
    """A group whose variant could not be put in place."""

    kind: Literal["unfit"]
    group: int


class KeptRecord(TypedDict):
    """A result that another one stands for; what it says of strays holds all the same."""

    kind: Literal["kept"]
    strays: NotRequired[list[tuple[str, str]]]
    alarms: NotRequired[list[str]]


class ClosingRecord(TypedDict):
    """What the project's hooks called when the tests were over."""

    kind: Literal["closing"]
    codes: list[CodeRow]
    edges: Edges


class EndRecord(TypedDict):
    """The session is over; ``ran``: its tests ran."""

    kind: Literal["end"]
    ran: bool


class AlarmRecord(TypedDict):
    """What the code under test did to its judges, in words."""

    kind: Literal["alarm"]
    what: str


class CompiledRecord(TypedDict):
    """A module that an isolated session compiled: its place below the workspace's folder for these, and the file."""

    kind: Literal["compiled"]
    path: str
    data: str


class TurnRecord(TypedDict):
    """A session of a series is over, with this exit code (negative: signal)."""

    kind: Literal["turn"]
    code: int


class TornRecord(TypedDict):
    """A line that the probe did not write."""

    kind: Literal["torn"]
    what: str


Record = (
    StartRecord
    | CollectedRecord
    | TestRecord
    | UnfitRecord
    | KeptRecord
    | ClosingRecord
    | EndRecord
    | AlarmRecord
    | CompiledRecord
    | TurnRecord
    | TornRecord
)
KINDS = frozenset({"start", "collected", "test", "unfit", "kept", "closing", "end", "alarm", "compiled", "turn"})


def not_run(test: str) -> TestRecord:
    """The record of a test that has none."""
    return TestRecord(kind="test", id=test, outcome="not-run")


def codes_of(record: TestRecord, collected: Sequence[CodeRow]) -> list[CodeRow]:
    """The code objects that a test's edges speak of, by number less one; ``collected`` were known after collection."""
    return [*collected[: record.get("base", 0)], *record.get("codes", ())]
