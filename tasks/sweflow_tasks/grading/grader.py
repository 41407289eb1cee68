"""The grader: one patch, clean trees, guarded sessions, one verdict."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from sweflow_tracer import SweflowError
from sweflow_tracer.errors import RanElsewhere, RunnerDependency, SessionFailed
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.runner.workspace import remove_listed

from sweflow_tasks.grading.patches import Refused, apply_patch
from sweflow_tasks.grading.protected import installed_modules, restore
from sweflow_tasks.grading.sessions import Seen, Sessions
from sweflow_tasks.grading.values import Verdict, VerdictKind
from sweflow_tasks.history.git import read_commit, step_ref
from sweflow_tasks.twins.draw import Drawn
from sweflow_tasks.twins.values import TwinTable
from sweflow_tasks.values import JsonObject

FEWEST_DECOYS = 3
"""Decoys that must have failed for a pass to count."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the gold patch itself shows: alarms, and tests that give no evidence. A candidate may show the same."""

    alarms: frozenset[str]
    without_evidence: frozenset[str]


class Grader:
    """Grades patches for the tasks of one dataset; any number of threads may ask at once.

    ``scratch`` is a folder for a list of scratch folders, so that those of a killed run can be removed later. ``twins``
    are those of the dataset's tests.
    ``timeout`` is in seconds for one test, ``collect`` until the tests are collected.
    """

    def __init__(
        self,
        target: Target,
        source: Blobs,
        history: Path,
        launcher: Launcher,
        scratch: Path,
        twins: TwinTable,
        timeout: float = 60.0,
        collect: float = 60.0,
    ) -> None:
        ledger = scratch / "eval.scratch"
        self._target = target
        self._history = history
        self._launcher = launcher
        self._twins = twins
        self._sessions = Sessions(target, source, launcher, ledger, twins, timeout, collect)
        self._allowed: dict[str, Allowed] = {}
        self._modules = installed_modules(target.python)
        self._lock = Lock()
        remove_listed(ledger)

    @property
    def sandbox(self) -> str:
        """The name of the sandbox in which patches run."""
        return self._launcher.sandbox.name

    @property
    def isolated(self) -> bool:
        """Whether what a patch does to its surroundings ends with its run."""
        return self._launcher.sandbox.isolated

    def grade(self, task: JsonObject, patch: str) -> Verdict:
        """The verdict on a patch for a task (a line of ``tasks.jsonl`` with its PASS_TO_PASS)."""
        started = time.monotonic()
        verdict = self._verdict(task, patch).visible()
        return replace(verdict, seconds=round(time.monotonic() - started, 3))

    def stop(self) -> None:
        """End what runs; nothing more is graded."""
        self._launcher.stop()

    def _verdict(self, task: JsonObject, patch: str) -> Verdict:
        instance = task["instance_id"]
        made = apply_patch(self._history, task["base_commit"], patch)
        if isinstance(made, Refused):
            return Verdict(instance, made.verdict, detail=made.detail)
        skeleton = read_commit(self._history, task["base_commit"])
        tests = read_commit(self._history, step_ref("tests", int(task["step"])))
        project = self._target.project
        ids = (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])
        data = self._twins.reads_of(ids)
        blobs, restored = restore(made, skeleton, tests, project.roots, project.requirements, ids, self._modules, data)
        try:
            return replace(self._judge(task, patch, blobs), restored=restored)
        except (RanElsewhere, RunnerDependency) as error:
            return Verdict(instance, VerdictKind.TAMPERED, detail=str(error), restored=restored)
        except SessionFailed as error:
            kind = VerdictKind.FAILED if error.collected else VerdictKind.NO_TESTS_RAN
            kind = VerdictKind.TIMED_OUT if error.timed_out else kind
            return Verdict(instance, kind, detail=error.problem, restored=restored, log=error.log)
        except (SweflowError, OSError) as error:
            return Verdict(instance, VerdictKind.INFRASTRUCTURE, detail=str(error), restored=restored)

    def _judge(self, task: JsonObject, patch: str, blobs: Blobs) -> Verdict:
        """The verdict of as many rounds as it takes. Gold needs one: it is what the twins were made of."""
        drawn = self._sessions.draw(task, blobs)
        found = self._judge_round(task, patch, blobs, drawn)
        rounds = self._sessions.more_rounds(task, drawn) if patch != task["patch"] else 0
        few = {**task, "PASS_TO_PASS": []}
        before = drawn.chosen
        for _ in range(rounds):
            if not found.resolved:
                break
            drawn = self._sessions.draw(few, blobs, before)
            before |= drawn.chosen
            found = self._judge_round(few, patch, blobs, drawn)
        return found

    def _judge_round(self, task: JsonObject, patch: str, blobs: Blobs, drawn: Drawn) -> Verdict:
        seen = self._sessions.run(task, blobs, drawn)
        alarms, bare = seen.alarms, seen.without_evidence
        fooled = seen.fooled & seen.passed
        if patch == task["patch"]:
            alarms, bare, fooled = frozenset(), frozenset(), frozenset()
        if alarms or bare:
            allowed = self._of_gold(task)
            alarms, bare = alarms - allowed.alarms, bare - allowed.without_evidence
        if fooled:
            fooled -= self._of_gold_beside(task, blobs, drawn).fooled
        found = verdict_of(task, seen, bare)
        guarded = [*sorted(alarms), *(f"no evidence that {test} ran to its end" for test in sorted(bare))]
        if any(decoy["outcome"] != "failed" for session in seen.sessions for decoy in session.decoys):
            guarded.append("tests that must fail did not")
        elif found.resolved and any(len(session.decoys) < FEWEST_DECOYS for session in seen.sessions):
            guarded.append("tests that must fail did not run")
        found = replace(found, fooled=tuple(sorted(fooled)), alarms=tuple(guarded), log=seen.log)
        problems = [*(f"{test} passes with another expectation, too" for test in found.fooled), *guarded]
        if not problems:
            return found
        detail = "; ".join(problems)[:1000]
        return replace(found, verdict=VerdictKind.TAMPERED, f2p_rate=0.0, p2p_rate=0.0, detail=detail)

    def _of_gold(self, task: JsonObject) -> Allowed:
        """What the gold patch shows, found out once a task."""
        with self._lock:
            known = self._allowed.get(task["instance_id"])
        if known is None:
            blobs = self._reference(task)
            seen = self._sessions.run(task, blobs, self._sessions.draw(task, blobs))
            known = Allowed(seen.alarms, seen.without_evidence)
            with self._lock:
                self._allowed[task["instance_id"]] = known
        return known

    def _of_gold_beside(self, task: JsonObject, blobs: Blobs, drawn: Drawn) -> Seen:
        """What the gold patch shows with the very test files that a candidate had."""
        gold = self._reference(task)
        sides = (
            replace(side, blobs={**gold, **{path: b for path, b in side.blobs.items() if blobs.get(path) != b}})
            for side in drawn.sides
        )
        one, two = sides
        return self._sessions.run(task, gold, replace(drawn, sides=(one, two)))

    def _reference(self, task: JsonObject) -> Blobs:
        return read_commit(self._history, step_ref("references", int(task["step"])))


def verdict_of(task: JsonObject, seen: Seen, bare: Iterable[str] = ()) -> Verdict:
    """The verdict that the records give, without a look at alarms. What has no record did not pass (V2)."""
    doubtful, records = frozenset(bare), seen.records
    ends = {
        test: records[test]["outcome"] if test in records else "not-run"
        for test in (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])
    }
    failing = tuple((test, end) for test, end in ends.items() if end != "passed" or test in doubtful)
    failed = {test for test, _ in failing}
    f2p = _rate(task["FAIL_TO_PASS"], failed)
    p2p = _rate(task["PASS_TO_PASS"], failed)
    if not records:
        detail = "; ".join(seen.uncollected)
        kind = VerdictKind.TIMED_OUT if seen.timed_out else VerdictKind.NO_TESTS_RAN
        return Verdict(task["instance_id"], kind, detail=f"not collected: {detail}"[:300], failing=failing)
    if not failing:
        return Verdict(task["instance_id"], VerdictKind.RESOLVED, f2p, p2p)
    late = seen.timed_out or any(end == "timed-out" for end in ends.values())
    kind = VerdictKind.TIMED_OUT if late else VerdictKind.FAILED
    first, end = failing[0]
    return Verdict(task["instance_id"], kind, f2p, p2p, f"{first}: {end}", failing)


def _rate(tests: list[str], failed: set[str]) -> float:
    return round(sum(test not in failed for test in tests) / len(tests), 6) if tests else 1.0
