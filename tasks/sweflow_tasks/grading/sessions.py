"""The sessions of a grade: each test runs as it stands and as its twin, and no run says which is which (V8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.records import TestRecord
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.unforked import run_groups
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.values import Outcome

from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.grading.protected import is_protected
from sweflow_tasks.twins.draw import Drawn, Side, draw_sides
from sweflow_tasks.twins.values import TestFunction, Twin, TwinTable
from sweflow_tasks.values import JsonObject

FEW = 6
"""FAIL_TO_PASS that run each in a process of its own; more run beside each other, as PASS_TO_PASS do."""
ENOUGH = 3
"""Times that some FAIL_TO_PASS must have been told from its twin; a single test could be by chance."""
MOST_LOG = 8000
"""Characters of a log."""
MOST_AGAIN = 40
"""Tests that run once more, each alone, where they ended beside others as nobody expects; more say enough."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a grade saw: a record of each test as it stands, tests whose twin passed, and the sessions.

    ``plain``: there was no twin, and no disguise.
    """

    records: dict[str, TestRecord]
    fooled: frozenset[str]
    sessions: tuple[Session, ...]
    plain: bool = False

    @property
    def alarms(self) -> frozenset[str]:
        """What the code under test did to its judges, in words."""
        return frozenset(alarm for session in self.sessions for alarm in session.alarms)

    @property
    def timed_out(self) -> bool:
        """Whether a session did not end in time."""
        return any(session.timed_out for session in self.sessions)

    @property
    def uncollected(self) -> tuple[str, ...]:
        """Files that could not be collected."""
        return tuple(dict.fromkeys(error["path"] for session in self.sessions for error in session.errors))

    @property
    def log(self) -> str:
        """The last lines of what pytest printed; where twins ran, how tests as they stand failed, and nothing else.

        What pytest prints shows the texts of twins, and so may what the code under test prints.
        """
        if self.plain:
            return self.sessions[0].log
        failures = ((test, record.get("failure")) for test, record in self.records.items())
        return "".join(f"{test}: {row['type']}: {row['message']}\n" for test, row in failures if row)[:MOST_LOG]

    @property
    def passed(self) -> frozenset[str]:
        """Tests that passed as they stand."""
        return frozenset(test for test, record in self.records.items() if record["outcome"] == Outcome.PASSED)

    @property
    def without_evidence(self) -> frozenset[str]:
        """Tests that passed, although nothing shows that the trusted body ran to its end."""
        return frozenset(test for test in self.passed if self.records[test].get("evidence") != "ended")


class Sessions:
    """Runs what a grade takes. ``timeout`` is in seconds for one test, ``collect`` until the tests are collected.

    ``ledger`` is a file that lists scratch folders.
    """

    def __init__(
        self,
        target: Target,
        source: Blobs,
        launcher: Launcher,
        ledger: Path,
        twins: TwinTable,
        timeout: float,
        collect: float,
    ) -> None:
        self._target = target
        self._source = source
        self._launcher = launcher
        self._ledger = ledger
        self._twins = twins
        self._timeout = timeout
        self._collect = collect
        self._apart = frozenset(test for each in twins.functions for test in each.apart)
        self._draw = SystemRandom()

    def draw(self, task: JsonObject, blobs: Blobs, before: Collection[tuple[TestFunction, Twin]] = ()) -> Drawn:
        """The two trees of a round, of a tree in which all that is protected is the task's; other twins than before."""
        return draw_sides(self._twins, (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"]), blobs, self._draw, before)

    def more_rounds(self, task: JsonObject, drawn: Drawn) -> int:
        """How often its FAIL_TO_PASS are to be drawn again for a pass to count."""
        told = drawn.told_apart.intersection(task["FAIL_TO_PASS"])
        return -(-ENOUGH // len(told)) - 1 if told else 0

    def run(self, task: JsonObject, blobs: Blobs, drawn: Drawn) -> Seen:
        """Both sides, and the tests of neither; what ended as nobody expects beside others runs once more, alone.

        Raises what ``run_groups`` raises.
        """
        own, earlier = task["FAIL_TO_PASS"], task["PASS_TO_PASS"]
        if not self._twins.functions:
            together = [list(earlier)] if earlier else []
            session = self._session(task, blobs, [*together, list(own)], again=[len(together)])
            return Seen(_by_id(session.tests), frozenset(), (session,), plain=True)
        names = {name: test for test, name in drawn.names.items()}
        alone = self._alone(drawn, own, earlier)
        left = drawn.untouched.union(alone)
        beside = ([drawn.names[test] for test in tests if test not in left] for tests in (earlier, own))
        groups = [*filter(None, beside), *([drawn.names[test]] for test in alone)]
        found = [(side, self._session(task, side.blobs, groups)) for side in drawn.sides]
        seen = _seen(found, names)
        doubtful = [test for test in drawn.names if test not in left and _is_odd(test, seen)]
        if 0 < len(doubtful) <= MOST_AGAIN:
            for side in drawn.sides:
                found.insert(0, (side, self._session(task, side.blobs, self._once_more(drawn, side, doubtful))))
            seen = _seen(found, names)
        if drawn.untouched:
            untouched = self._session(task, blobs, [[drawn.names[test]] for test in sorted(drawn.untouched)])
            records = _by_id([{**record, "id": names.get(record["id"], record["id"])} for record in untouched.tests])
            seen = Seen({**seen.records, **records}, seen.fooled, (*seen.sessions, untouched))
        return seen

    def _alone(self, drawn: Drawn, own: Sequence[str], earlier: Sequence[str]) -> list[str]:
        """Tests that run in a process of their own each: those that do not bear company, and FAIL_TO_PASS if few."""
        alone = self._apart.union(own if len(own) <= FEW else ()) - drawn.untouched
        return [test for test in (*earlier, *own) if test in alone]

    def _once_more(self, drawn: Drawn, side: Side, doubtful: Sequence[str]) -> list[list[str]]:
        """The doubtful tests of a side among as many others, so that to run again tells nothing either."""
        asked = [test for test in doubtful if test in side.real or test in side.twins]
        others = [test for test in drawn.names if test not in asked and test not in drawn.untouched]
        chosen = [*asked, *self._draw.sample(others, min(len(others), len(doubtful)))]
        self._draw.shuffle(chosen)
        return [[drawn.names[test]] for test in chosen]

    def _session(
        self, task: JsonObject, blobs: Blobs, groups: Sequence[Sequence[str]], again: Sequence[int] = ()
    ) -> Session:
        """A guarded session. What a failed twin leaves in the tree is gone before the next group."""
        options = SessionOptions(
            groups=groups,
            again=again,
            timeout=self._timeout,
            paths=present_arguments(self._target.project.arguments, self._source, blobs),
            guard=Guarded(_trusted(task, blobs)),
            limit=float(task["timeout"]),
            collect=self._collect,
            opaque=self._twins.opaque,
            tidy=True,
        )
        with Workspace(self._target.project.folder, self._ledger) as workspace:
            return run_groups(self._target, workspace, blobs, self._launcher, options)


def _seen(found: Sequence[tuple[Side, Session]], names: Mapping[str, str]) -> Seen:
    """What sides showed; of several records of a test on one side the first counts, which is that of the last run."""
    real: dict[str, TestRecord] = {}
    twins: dict[str, TestRecord] = {}
    ended: set[tuple[int, str]] = set()
    for side, session in found:
        for record in session.tests:
            test = names.get(record["id"], record["id"])
            if (id(side), test) in ended:
                continue
            ended.add((id(side), test))
            if test in side.twins:
                twins[test] = record
            elif test in side.real and (test not in real or real[test]["outcome"] == Outcome.PASSED):
                real[test] = record
    fooled = frozenset(test for test, record in twins.items() if record["outcome"] == Outcome.PASSED)
    return Seen(real, fooled, tuple(session for _, session in found))


def _is_odd(test: str, seen: Seen) -> bool:
    """Whether a test did not pass as it stands, or passed as its twin."""
    return test in seen.fooled or test not in seen.passed


def _by_id(records: Iterable[TestRecord]) -> dict[str, TestRecord]:
    """Records by test; of several the first that did not pass."""
    found: dict[str, TestRecord] = {}
    for record in records:
        if record["id"] not in found or found[record["id"]]["outcome"] == Outcome.PASSED:
            found[record["id"]] = record
    return found


def _trusted(task: JsonObject, blobs: Blobs) -> tuple[str, ...]:
    """The files that are not code under test: what is protected by name, and those of the task's tests."""
    named = {test.partition("::")[0] for test in (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])}
    return tuple(sorted(named.union(filter(is_protected, blobs))))
