"""Gold runs: every reference tree with all its tests, several times over; whatever differs is flaky (V1)."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.project.files import Blobs, tree_digest
from sweflow_tracer.runner.options import SessionOptions
from sweflow_tracer.runner.workspace import clean_line
from sweflow_tracer.values import Outcome

from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.execution.job_pool import Run
from sweflow_tasks.values import JsonObject, Reason, Rejection, Subject
from sweflow_tasks.verification.draft import Draft, Inputs


class RunOrder(StrEnum):
    """How the tests of a run follow each other. ``ISOLATED``: each in a process of its own."""

    ORIGINAL = "original"
    SHUFFLED = "shuffled"
    ISOLATED = "isolated"


@dataclass(frozen=True, slots=True)
class GoldRun:
    """One run of a reference tree: the order, and the seed of the interpreter's hashes."""

    order: RunOrder
    hash_seed: int


def gold_runs(count: int) -> tuple[GoldRun, ...]:
    """The runs of each tree: in the suite's order, shuffled, isolated, and further ones shuffled again."""
    orders = [RunOrder.ORIGINAL, RunOrder.SHUFFLED, RunOrder.ISOLATED, *[RunOrder.SHUFFLED] * max(0, count - 3)]
    return tuple(GoldRun(order, 1000 + number) for number, order in enumerate(orders[:count]))


@dataclass(frozen=True, slots=True)
class GoldJob:
    """One run of the reference of step ``step``. ``tests`` are its FAIL_TO_PASS and PASS_TO_PASS, in suite order."""

    step: int
    run: GoldRun
    tests: tuple[str, ...]
    blobs: Blobs
    paths: tuple[str, ...]
    timeout: float

    @property
    def facts(self) -> Iterator[str]:
        """All that the outcome depends on."""
        yield from ("gold", self.run.order, str(self.run.hash_seed), str(self.timeout))
        yield from (tree_digest(self.blobs), json.dumps((self.tests, self.paths)))

    def measure(self, run: Run) -> JsonObject:
        """Tests that did not pass, with how they ended; the slowest test's seconds (``slowest``) for time limits."""
        options = SessionOptions(
            groups=self._groups(), timeout=self.timeout, seed=self.run.hash_seed, paths=self.paths, follow=False
        )
        try:
            session = run(self.blobs, options)
        except SessionFailed as error:
            if error.killed:
                raise
            return {"failed": dict.fromkeys(self.tests, f"the session {error.problem}"), "seconds": {}}
        records = {record["id"]: record for record in session.tests}
        ended = {test: _end(records.get(test)) for test in self.tests}
        seconds = {test: record.get("duration", 0.0) for test, record in records.items()}
        return {"failed": {test: end for test, end in ended.items() if end}, "seconds": seconds}

    def _groups(self) -> list[list[str]]:
        tests = list(self.tests)
        if self.run.order is RunOrder.ISOLATED:
            return [[test] for test in tests]
        if self.run.order is RunOrder.SHUFFLED:
            random.Random(self.run.hash_seed * 100_003 + self.step).shuffle(tests)
        return [tests]


def gold_jobs(inputs: Inputs, draft: Draft, runs: Sequence[GoldRun], timeout: float) -> Iterator[GoldJob]:
    """The runs of every reference tree, tree by tree."""
    order = {test.id: number for number, test in enumerate(inputs.graph.tests)}
    for step in draft.chain.steps:
        blobs = draft.chain.blobs(step, step)
        tests = tuple(sorted((*draft.plan.fails[step], *draft.plan.pass_to_pass(step)), key=order.__getitem__))
        paths = tuple(present_arguments(inputs.target.project.arguments, draft.chain.original, blobs))
        yield from (GoldJob(step, run, tests, blobs, paths, timeout) for run in runs if tests)


def flaky_of(jobs: Iterable[tuple[GoldJob, JsonObject]]) -> tuple[Rejection, ...]:
    """Tests that did not pass in some run, each with the first that says so."""
    found: dict[str, Rejection] = {}
    for job, outcome in jobs:
        for test, end in outcome["failed"].items():
            where = f"gold run {job.run.hash_seed - 999} of tree {job.step} ({job.run.order})"
            found.setdefault(test, Rejection(Subject.TEST, test, Reason.FLAKY, f"{where}: {end}"))
    return tuple(sorted(found.values()))


def _end(record: Mapping[str, object] | None) -> str:
    """How a test ended that did not pass; empty where it passed."""
    if record is None:
        return "it was not collected"
    if record["outcome"] == Outcome.PASSED:
        return ""
    failure = record.get("failure")
    text = f"{failure['type']}: {failure['message']}" if isinstance(failure, dict) else record.get("detail", "")
    return f"{record['outcome']} {clean_line(text)}".strip()
