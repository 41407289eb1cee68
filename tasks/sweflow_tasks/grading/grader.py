"""The grader: one patch, one clean tree, one guarded session, one verdict."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from sweflow_tracer import SweflowError
from sweflow_tracer.errors import RanElsewhere, RunnerDependency, SessionFailed
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.records import TestRecord
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.unforked import run_groups
from sweflow_tracer.runner.workspace import Workspace, remove_listed

from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.grading.patches import Refused, apply_patch
from sweflow_tasks.grading.protected import installed_modules, is_protected, restore
from sweflow_tasks.grading.values import Verdict, VerdictKind
from sweflow_tasks.history.git import read_commit
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

    ``scratch`` is a folder for a list of scratch folders, so that those of a killed run can be removed later.
    ``timeout`` is in seconds for one test, ``collect`` until the tests are collected.
    """

    def __init__(
        self,
        target: Target,
        source: Blobs,
        history: Path,
        launcher: Launcher,
        scratch: Path,
        timeout: float = 60.0,
        collect: float = 60.0,
    ) -> None:
        self._target = target
        self._source = source
        self._history = history
        self._launcher = launcher
        self._ledger = scratch / "eval.scratch"
        self._timeout = timeout
        self._collect = collect
        self._allowed: dict[str, Allowed] = {}
        self._modules = installed_modules(target.python)
        self._lock = Lock()
        remove_listed(self._ledger)

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
        verdict = self._verdict(task, patch)
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
        tests = read_commit(self._history, f"refs/tests/{int(task['step']):04d}")
        project = self._target.project
        ids = (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])
        blobs, restored = restore(made, skeleton, tests, project.roots, project.requirements, ids, self._modules)
        try:
            session = self._run(task, blobs)
        except (RanElsewhere, RunnerDependency) as error:
            return Verdict(instance, VerdictKind.TAMPERED, detail=str(error), restored=restored)
        except SessionFailed as error:
            kind = VerdictKind.FAILED if error.collected else VerdictKind.NO_TESTS_RAN
            kind = VerdictKind.TIMED_OUT if error.timed_out else kind
            return Verdict(instance, kind, detail=error.problem, restored=restored, log=error.log)
        except SweflowError as error:
            return Verdict(instance, VerdictKind.INFRASTRUCTURE, detail=str(error), restored=restored)
        return replace(self._judge(task, patch, session), restored=restored, log=session.log)

    def _run(self, task: JsonObject, blobs: Blobs) -> Session:
        """A guarded session on a tree in which all that is protected is the task's."""
        together = [list(task["PASS_TO_PASS"])] if task["PASS_TO_PASS"] else []
        options = SessionOptions(
            groups=[*together, list(task["FAIL_TO_PASS"])],
            again=[len(together)],
            timeout=self._timeout,
            paths=present_arguments(self._target.project.arguments, self._source, blobs),
            guard=Guarded(_trusted(task, blobs)),
            limit=float(task["timeout"]),
            collect=self._collect,
        )
        with Workspace(self._target.project.folder, self._ledger) as workspace:
            return run_groups(self._target, workspace, blobs, self._launcher, options)

    def _judge(self, task: JsonObject, patch: str, session: Session) -> Verdict:
        records = _by_id(session.tests)
        alarms, bare = frozenset(session.alarms), _without_evidence(records.values())
        if patch == task["patch"]:
            alarms, bare = frozenset(), frozenset()
        if alarms or bare:
            allowed = self._of_gold(task)
            alarms, bare = alarms - allowed.alarms, bare - allowed.without_evidence
        found = verdict_of(task, records, session, bare)
        problems = [*sorted(alarms), *(f"no evidence that {test} ran to its end" for test in sorted(bare))]
        if session.decoys and any(decoy["outcome"] != "failed" for decoy in session.decoys):
            problems.append("tests that must fail did not")
        elif found.resolved and len(session.decoys) < FEWEST_DECOYS:
            problems.append("tests that must fail did not run")
        if problems:
            detail = "; ".join(problems)[:1000]
            return Verdict(task["instance_id"], VerdictKind.TAMPERED, detail=detail, failing=found.failing)
        return found

    def _of_gold(self, task: JsonObject) -> Allowed:
        """What the gold patch shows, found out once a task."""
        with self._lock:
            known = self._allowed.get(task["instance_id"])
        if known is None:
            blobs = read_commit(self._history, f"refs/references/{int(task['step']):04d}")
            session = self._run(task, blobs)
            known = Allowed(frozenset(session.alarms), _without_evidence(_by_id(session.tests).values()))
            with self._lock:
                self._allowed[task["instance_id"]] = known
        return known


def verdict_of(task: JsonObject, records: dict[str, TestRecord], session: Session, bare: Iterable[str] = ()) -> Verdict:
    """The verdict that the records give, without a look at alarms. What has no record did not pass (V2)."""
    doubtful = frozenset(bare)
    ends = {
        test: records[test]["outcome"] if test in records else "not-run"
        for test in (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])
    }
    failing = tuple((test, end) for test, end in ends.items() if end != "passed" or test in doubtful)
    failed = {test for test, _ in failing}
    f2p = _rate(task["FAIL_TO_PASS"], failed)
    p2p = _rate(task["PASS_TO_PASS"], failed)
    if not records:
        detail = "; ".join(error["path"] for error in session.errors)
        kind = VerdictKind.TIMED_OUT if session.timed_out else VerdictKind.NO_TESTS_RAN
        return Verdict(task["instance_id"], kind, detail=f"not collected: {detail}"[:300], failing=failing)
    if not failing:
        return Verdict(task["instance_id"], VerdictKind.RESOLVED, f2p, p2p)
    late = session.timed_out or any(end == "timed-out" for end in ends.values())
    kind = VerdictKind.TIMED_OUT if late else VerdictKind.FAILED
    first, end = failing[0]
    return Verdict(task["instance_id"], kind, f2p, p2p, f"{first}: {end}", failing)


def _trusted(task: JsonObject, blobs: Blobs) -> tuple[str, ...]:
    """The files that are not code under test: what is protected by name, and those of the task's tests."""
    named = {test.partition("::")[0] for test in (*task["FAIL_TO_PASS"], *task["PASS_TO_PASS"])}
    return tuple(sorted(named.union(filter(is_protected, blobs))))


def _by_id(records: Iterable[TestRecord]) -> dict[str, TestRecord]:
    """Records by test; of several the first that did not pass."""
    found: dict[str, TestRecord] = {}
    for record in records:
        if record["id"] not in found or found[record["id"]]["outcome"] == "passed":
            found[record["id"]] = record
    return found


def _without_evidence(records: Iterable[TestRecord]) -> frozenset[str]:
    """Tests that passed, although nothing shows that the trusted body ran to its end."""
    return frozenset(r["id"] for r in records if r["outcome"] == "passed" and r.get("evidence") != "ended")


def _rate(tests: list[str], failed: set[str]) -> float:
    return round(sum(test not in failed for test in tests) / len(tests), 6) if tests else 1.0
