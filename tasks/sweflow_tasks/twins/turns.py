"""Turns: which change of which function is tried when, and what the complete code said of it. Nothing runs here."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.values import Outcome

from sweflow_tasks.twins.draw import changed
from sweflow_tasks.twins.test_file import parsed
from sweflow_tasks.twins.values import Change, TestFunction, Twin, TwinKind
from sweflow_tasks.values import JsonObject


@dataclass(frozen=True, slots=True)
class Turn:
    """One change for each of some functions."""

    changes: Mapping[TestFunction, Change]

    @property
    def by_file(self) -> dict[str, list[TestFunction]]:
        """The functions, by file."""
        found: dict[str, list[TestFunction]] = {}
        for each in self.changes:
            found.setdefault(each.path, []).append(each)
        return found

    def tree(self, blobs: Blobs) -> Blobs:
        """The complete code with these changes."""
        return changed(blobs, ((each, change.edits) for each, change in self.changes.items()))

    def beside(self) -> Iterator[set[TestFunction]]:
        """Functions whose tests run beside each other: those of a file whose change contradicts the test."""
        alone = self.alone()
        return (group for each in self.by_file.values() if (group := set(each) - alone))

    def alone(self) -> set[TestFunction]:
        """Functions whose tests run alone: those with another input, which code may fail or not."""
        return {each for each, change in self.changes.items() if change.kind is TwinKind.INPUT}


class Turns:
    """The changes of functions that are left to try, and those that were kept.

    A turn tries one change of each function that wants more. Where a file cannot be collected with its changes, the
    one that pytest's report points to is tried alone in the next turn, and where it points to none, half of them; the
    one that is to blame is given up. Each test should have ``wanted`` twins.
    """

    def __init__(self, queues: Mapping[TestFunction, Sequence[Change]], wanted: int) -> None:
        self._queues = {each: list(queue) for each, queue in queues.items()}
        self._wanted = wanted
        self._kept: dict[TestFunction, list[Twin]] = {each: [] for each in queues}
        self._tried: Counter[TestFunction] = Counter()
        self._most: dict[str, int] = {}
        self._suspects: dict[str, TestFunction] = {}

    def next(self) -> Turn | None:
        """The functions to change next; of a file with a suspect that one alone. None where nothing is left."""
        changes: dict[TestFunction, Change] = {}
        taken: Counter[str] = Counter()
        for each, queue in self._queues.items():
            asked = self._suspects.get(each.path, each) is each
            if (
                asked
                and queue
                and self._wants(each)
                and taken[each.path] < self._most.get(each.path, len(self._queues))
            ):
                changes[each] = queue[0]
                taken[each.path] += 1
        return Turn(changes) if changes else None

    def learn(self, turn: Turn, blobs: Blobs, found: JsonObject) -> None:
        """What a session (``TwinJob``) on the tree of a turn showed."""
        there = {item[0] for item in found["items"]}
        by_file = turn.by_file
        torn = {path: group for path, group in by_file.items() if any(_is_gone(each, there) for each in group)}
        blamed = torn.keys() if all(len(group) == 1 for group in torn.values()) else set[str]()
        asked, self._suspects = self._suspects, {} if blamed else find_suspects(torn, blobs, found["errors"])
        whole = by_file.keys() - torn.keys()
        if not self._suspects:
            self._most |= {path: max(1, len(group) // 2) for path, group in torn.items() if path not in asked}
        self._most |= {path: 2 * len(by_file[path]) for path in self._most.keys() & whole - asked.keys()}
        for each in (each for path in whole | blamed for each in by_file[path]):
            change = self._queues[each].pop(0)
            self._tried[each] += 1
            fails = tuple(t for t in each.ids if t not in each.untouched and _noticed(found["ended"], each, t))
            if fails:
                self._kept[each].append(Twin(change.kind, change.edits, fails))

    def kept(self, each: TestFunction) -> tuple[Twin, ...]:
        """The changes that the complete code fails, in the order in which they were tried."""
        return tuple(self._kept[each])

    def tried(self, each: TestFunction) -> int:
        """How many changes were tried."""
        return self._tried[each]

    def _wants(self, each: TestFunction) -> bool:
        count = Counter(test for twin in self._kept[each] for test in twin.fails)
        return any(count[test] < self._wanted for test in each.ids if test not in each.untouched)


def find_suspects(
    torn: Mapping[str, Sequence[TestFunction]], blobs: Blobs, errors: Sequence[str]
) -> dict[str, TestFunction]:
    """By file that could not be collected the changed function in whose lines an error was; none, or one for each.

    A file may be torn by what it imports of another one.
    """
    found: dict[str, TestFunction] = {}
    for path, group in torn.items():
        place = re.compile(rf"^{re.escape(path)}:(\d+): ", re.MULTILINE)
        lines = {int(line) for error in errors for line in place.findall(error)}
        file = parsed(blobs[path][1])
        for text in file.functions if file is not None else ():
            last = text.line + blobs[path][1].count(b"\n", text.start, text.end)
            if any(text.line <= line <= last for line in lines):
                found.update((path, each) for each in group if each.name == text.name)
    return found if len(found) == len(torn) else {}


def _is_gone(each: TestFunction, there: Collection[str]) -> bool:
    """Whether no test of a function was collected."""
    return not any(each.names.get(test, test) in there for test in each.ids)


def _noticed(ended: Mapping[str, Sequence[str]], each: TestFunction, test: str) -> bool:
    """Whether a test failed in its own body."""
    return list(ended.get(each.names.get(test, test), ())) == [Outcome.FAILED, "call"]
