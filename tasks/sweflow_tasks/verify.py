"""Verification: pytest really runs on every tree of the chain, and each verdict rests on what it did (V1, V2, V3).

Tree k is the reference of step k and, with the tests of step k+1 beside it, that step's skeleton. One session a tree:
every id up to step k in one process and in shuffled order, then each id of step k and of step k+1 in a process of
its own, those of step k+1 under the recorder, so that a test that swallows a stub's exception still shows the call.
"""

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from sweflow_rdg import Reason
from sweflow_scheduler import Schedule
from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.files import Blobs, tree_digest
from sweflow_tracer.interning import unpack
from sweflow_tracer.processes import Launcher
from sweflow_tracer.session import Options, Record, Session, Target, run_session, run_unforked
from sweflow_tracer.values import Outcome
from sweflow_tracer.workspace import Workspace, clean_line, remove_listed

from sweflow_tasks.arguments import present_arguments
from sweflow_tasks.chain import Chain
from sweflow_tasks.plan import Plan
from sweflow_tasks.values import Evidence, Rejection

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What one test did on one tree: alone or together with the others.

    ``raised`` are the stubs that its exceptions name, ``called`` those that the recorder saw; ``mentions`` says
    that the message quotes a stub's, as the output of a child process does.
    """

    test: str
    alone: bool
    outcome: Outcome
    when: str
    error: str
    detail: str
    raised: tuple[str, ...]
    called: tuple[str, ...]
    mentions: bool = False


@dataclass(frozen=True, slots=True)
class TreeRun:
    """The results on tree ``number``; ``problem`` is not empty where the session itself failed."""

    number: int
    results: tuple[Result, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the runs say: tests to reject, and the evidence for those that fail where they should."""

    rejected: tuple[Rejection, ...]
    evidence: tuple[Evidence, ...]


class Verifier:
    """Runs trees, remembers what it ran in a journal file, and never runs the same thing twice (D1).

    A context manager: its workspaces, one a job, stand from one run of a chain to the next.
    """

    def __init__(
        self,
        target: Target,
        launcher: Launcher,
        journal: Path,
        *,
        jobs: int,
        timeout: float,
        on_session: Callable[[Session], None],
    ) -> None:
        self._target = target
        self._launcher = launcher
        self._journal = journal
        self._jobs = jobs
        self._timeout = timeout
        self._on_session = on_session
        self._known = _read_journal(journal)
        self._spaces: SimpleQueue[Workspace] = SimpleQueue()
        self._stack = ExitStack()

    def __enter__(self) -> "Verifier":
        ledger = self._journal.with_suffix(".scratch")
        remove_listed(ledger)
        first = self._stack.enter_context(Workspace(self._target.project.folder, ledger))
        self._spaces.put(first)
        for _ in range(self._jobs - 1):
            space = Workspace(self._target.project.folder, ledger, first.bytecode)
            self._spaces.put(self._stack.enter_context(space))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self, chain: Chain, plan: Plan, schedule: Schedule, progress: Progress) -> list[TreeRun]:
        """Run the trees in order, as far as the first on which a test is rejected; that one is the last given.

        What the journal knows is not run again. Trees ahead that were already running are finished and remembered.
        """
        runs: dict[int, TreeRun] = {}
        given = 0
        for job, run in self._in_parallel(_TreeJob(chain, plan, number) for number in range(chain.last + 1)):
            runs[job.number] = run
            progress("verify", len(runs), chain.last + 1)
            while given in runs:
                given += 1
                if judge(chain, plan, schedule, [runs[given - 1]]).rejected:
                    return [runs[number] for number in range(given)]
        return [runs[number] for number in range(given)]

    def _in_parallel(self, jobs: "Iterator[_TreeJob]") -> "Iterator[tuple[_TreeJob, TreeRun]]":
        with self._journal.open("a", encoding="utf-8") as journal, ThreadPoolExecutor(self._jobs) as pool:
            running: dict[Future[TreeRun], _TreeJob] = {}

            def finished() -> list[tuple[_TreeJob, TreeRun]]:
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                found = [(running.pop(future), future.result()) for future in done]
                for job, run in found:
                    self._known[job.key()] = run
                    journal.write(json.dumps({"key": job.key(), "run": _to_json(run)}) + "\n")
                journal.flush()
                return found

            try:
                for job in jobs:
                    known = self._known.get(job.key())
                    if known is not None:
                        yield job, known
                        continue
                    running[pool.submit(self._run_tree, job)] = job
                    if len(running) > self._jobs:
                        yield from finished()
                while running:
                    yield from finished()
            except GeneratorExit:
                while running:
                    finished()
            except BaseException:
                self._launcher.stop()
                raise

    def _run_tree(self, job: "_TreeJob") -> TreeRun:
        workspace = self._spaces.get()
        try:
            workspace.show(job.blobs())
            together, alone, traced = job.groups()
            groups = [*together, *([i] for i in (*alone, *traced))]
            if not groups:
                return TreeRun(job.number, (), "")
            first = len(together) + len(alone)
            numbers = range(first, first + len(traced))
            paths = present_arguments(self._target.project.arguments, job.chain.original, job.blobs())
            try:
                session = self._session(workspace, groups, list(numbers), job.seed, paths)
            except SessionFailed as error:
                if error.killed:
                    raise  # not the tests' fault: the build ends, and goes on from here when it is called again
                return TreeRun(job.number, (), error.problem)
            return TreeRun(job.number, tuple(_results(job, session, groups, len(together))), "")
        finally:
            self._spaces.put(workspace)

    def _session(
        self, workspace: Workspace, groups: list[list[str]], traced: list[int], seed: int, paths: list[str]
    ) -> Session:
        options = Options("settrace", groups, timeout=self._timeout, seed=seed, traced=traced, paths=paths)
        session = run_session(self._target, workspace, self._launcher, options)
        if session.needs_process:
            session = run_unforked(self._target, workspace, self._launcher, options)
        self._on_session(session)
        return session


@dataclass(frozen=True, slots=True)
class _TreeJob:
    """One tree to run: its files, and the ids to run on it."""

    chain: Chain
    plan: Plan
    number: int

    @property
    def seed(self) -> int:
        return self.number + 1

    def blobs(self) -> Blobs:
        return self.chain.blobs(self.number, min(self.number + 1, self.chain.last))

    def groups(self) -> tuple[list[list[str]], list[str], list[str]]:
        """Ids to run together, alone, and alone under the recorder."""
        k = self.number
        earlier = [i for step in range(k + 1) for i in (*self.plan.fails[step], *self.plan.passes[step])]
        random.Random(k).shuffle(earlier)
        following = k + 1 <= self.chain.last
        alone = [*self.plan.fails[k], *self.plan.passes[k], *(self.plan.passes[k + 1] if following else ())]
        traced = list(self.plan.fails[k + 1]) if following else []
        return [earlier] if earlier else [], alone, traced

    def key(self) -> str:
        """What the run depends on: every byte of the tree, the ids, the seed."""
        parts = [tree_digest(self.blobs()), json.dumps(self.groups()), str(self.seed)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def judge(chain: Chain, plan: Plan, schedule: Schedule, runs: list[TreeRun]) -> Verdicts:
    """What the runs mean for each test id."""
    rejected: dict[str, Rejection] = {}
    evidence: list[Evidence] = []
    for run in runs:
        k = run.number
        alone = {result.test: result for result in run.results if result.alone}
        together = {result.test: result for result in run.results if not result.alone}
        if run.problem:
            following = (*plan.fails[k + 1], *plan.passes[k + 1]) if k < chain.last else ()
            for test in following or (*plan.fails[k], *plan.passes[k]):
                rejected.setdefault(test, Rejection("test", test, Reason.COLLECTION_ERROR, run.problem))
            continue
        for test in (*plan.fails[k], *plan.passes[k]):
            _expect_pass(rejected, alone.get(test), test, Reason.FAILS_ON_REFERENCE if k else Reason.FAILS_ON_SKELETON)
        for test, result in together.items():
            if result.outcome is not Outcome.PASSED and test not in rejected:
                _expect_pass(rejected, result, test, Reason.ORDER_DEPENDENT, f"in the shuffled run on tree {k}")
        if k < chain.last:
            new = frozenset(schedule.steps[k].functions)
            for test in plan.passes[k + 1]:
                _expect_pass(rejected, alone.get(test), test, Reason.FAILS_ON_SKELETON)
            for test in plan.fails[k + 1]:
                verdict = _expect_failure(alone.get(test), test, new)
                if isinstance(verdict, Evidence):
                    evidence.append(verdict)
                else:
                    rejected.setdefault(test, verdict)
    return Verdicts(tuple(sorted(rejected.values())), tuple(e for e in evidence if e.test not in rejected))


_NOT_RUN = {
    Outcome.TIMED_OUT: Reason.TIME_OUT,
    Outcome.LOST: Reason.LOST,
    Outcome.NOT_RUN: Reason.NOT_COLLECTED,
}


def _expect_pass(
    rejected: dict[str, Rejection], result: Result | None, test: str, reason: Reason, where: str = ""
) -> None:
    if result is None:
        rejected.setdefault(test, Rejection("test", test, Reason.NOT_COLLECTED, "no result"))
    elif result.outcome is not Outcome.PASSED:
        reason = _NOT_RUN.get(result.outcome, reason)
        if result.mentions and not result.raised:
            reason = Reason.UNTRACED_SUBPROCESS
        detail = f"{where} {result.error}: {result.detail}".strip(": ")
        rejected.setdefault(test, Rejection("test", test, reason, detail))


def _expect_failure(result: Result | None, test: str, new: frozenset[str]) -> Evidence | Rejection:
    """Evidence that a test fails on the skeleton because of the step's functions, or why it is none (V1)."""
    if result is None:
        return Rejection("test", test, Reason.NOT_COLLECTED, "no result on the skeleton")
    if result.outcome in _NOT_RUN:
        return Rejection("test", test, _NOT_RUN[result.outcome], f"on the skeleton: {result.detail}")
    raised = tuple(sorted(new.intersection(result.raised)))
    called = tuple(sorted(new.intersection(result.called)))
    if result.outcome is not Outcome.FAILED:
        reason = Reason.SWALLOWED if called else Reason.PASSES_ON_SKELETON
        return Rejection("test", test, reason, f"{result.outcome} on the skeleton")
    if not raised and not called:
        return Rejection("test", test, Reason.UNRELATED_FAILURE, f"{result.error}: {result.detail}"[:300])
    return Evidence(test, result.when, result.error, bool(raised), raised or called)


def _results(job: _TreeJob, session: Session, groups: list[list[str]], together: int) -> Iterator[Result]:
    """A result for each id of each group; an id without a record is not run, never a pass (V2)."""
    records = {(record["group"], record["id"]): record for record in session.tests}
    step = job.number + 1
    new = tuple(f for f, at in job.chain.code.items() if at == step)
    places = job.chain.first_lines(new, job.number)
    codes = session.collected.get("codes", [])
    for number, group in enumerate(groups):
        for test in group:
            record = records.get((number, test), {"outcome": "not-run"})
            failure = record.get("failure", {})
            yield Result(
                test=test,
                alone=number >= together,
                outcome=Outcome(record["outcome"]),
                when=failure.get("when", ""),
                error=failure.get("type", ""),
                detail=clean_line(record.get("detail") or failure.get("message", "")),
                raised=tuple(failure.get("stubs", ())),
                called=tuple(sorted(_called(record, codes, places))),
                mentions=failure.get("mentions", False),
            )


def _called(record: Record, codes: list[list[Any]], places: dict[tuple[str, int], str]) -> set[str]:
    """Functions of the step whose stub the test called, by file and first line in the masked tree."""
    table = [*codes[: record.get("base", 0)], *record.get("codes", ())]
    callees = {unpack(edge)[1] for edges in record.get("edges", {}).values() for edge in edges}
    found = (places.get((table[n - 1][0], table[n - 1][2])) for n in callees)
    return {function for function in found if function is not None}


def _read_journal(path: Path) -> dict[str, TreeRun]:
    if not path.exists():
        return {}
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        os.truncate(path, len(whole))
    return {entry["key"]: _from_json(entry["run"]) for entry in map(json.loads, whole.splitlines())}


def _to_json(run: TreeRun) -> Record:
    return {"number": run.number, "problem": run.problem, "results": [asdict(r) for r in run.results]}


def _from_json(data: Record) -> TreeRun:
    results = tuple(
        Result(
            **{
                **row,
                "outcome": Outcome(row["outcome"]),
                "raised": tuple(row["raised"]),
                "called": tuple(row["called"]),
            }
        )
        for row in data["results"]
    )
    return TreeRun(data["number"], results, data["problem"])
