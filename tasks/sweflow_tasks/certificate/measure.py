"""Measuring: gold runs until the draft is free of flaky tests, then a trial of every task's tests."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sweflow_tracer.progress import OnProgress, Progress

from sweflow_tasks.certificate.gold import RunOrder, flaky_of, gold_jobs, gold_runs
from sweflow_tasks.certificate.options import CertificateOptions
from sweflow_tasks.certificate.trial import TrialJob, trial_of
from sweflow_tasks.certificate.values import Full, FunctionFigures
from sweflow_tasks.execution.job_pool import JobPool
from sweflow_tasks.values import JsonObject, Rejection
from sweflow_tasks.verification.draft import Amendments, Draft, Inputs
from sweflow_tasks.verification.fixpoint import Fixpoint


@dataclass(frozen=True, slots=True)
class Proven:
    """A draft that every gold run agrees with. ``seconds`` are those of each test, ``flaky`` the tests that left."""

    fixpoint: Fixpoint
    seconds: Mapping[str, float]
    flaky: tuple[Rejection, ...]


class Measuring:
    """Measures drafts of one repository on a pool. ``timeout`` is in seconds for one test."""

    def __init__(
        self, inputs: Inputs, pool: JobPool, options: CertificateOptions, timeout: float, progress: OnProgress
    ) -> None:
        self._inputs = inputs
        self._pool = pool
        self._options = options
        self._timeout = timeout
        self._progress = progress
        self._runs = gold_runs(options.gold_runs)

    def prove(self, find: Callable[[Amendments], Fixpoint], start: Amendments) -> Proven:
        """Find the fixpoint, run every reference tree, reject what is flaky, and again until nothing is."""
        gone: tuple[Rejection, ...] = ()
        fixpoint = find(start)
        while True:
            flaky, seconds = self._run_gold(fixpoint.draft)
            if not flaky:
                return Proven(fixpoint, seconds, gone)
            gone += flaky
            fixpoint = find(fixpoint.amendments.rejecting(flaky))

    def _run_gold(self, draft: Draft) -> tuple[tuple[Rejection, ...], dict[str, float]]:
        jobs = list(gold_jobs(self._inputs, draft, self._runs, self._timeout))
        found = self._pool.measure(jobs, lambda done: self._progress(Progress("gold", done, len(jobs))))
        seconds: dict[str, float] = {}
        for job, outcome in zip(jobs, found, strict=True):
            if job.run.order is not RunOrder.ISOLATED:
                for test, spent in outcome["seconds"].items():
                    seconds[test] = max(spent, seconds.get(test, 0.0))
        return flaky_of(zip(jobs, found, strict=True)), seconds

    def measure(self, proven: Proven, steps: Iterable[int]) -> dict[int, Full]:
        """What is to be said of each of these steps."""
        draft, wanted = proven.fixpoint.draft, list(steps)
        options = self._options

        def trial(step: int) -> TrialJob:
            return trial_of(self._inputs, draft, step, options.mutants, proven.seconds, self._timeout)

        self._progress(Progress("strength", 0, len(wanted)))
        jobs = [trial(step) for step in wanted]
        found = self._pool.measure(jobs, lambda done: self._progress(Progress("strength", done, len(jobs))))
        home = {test: step.number for step in draft.schedule.steps for test in step.tests}
        functions = {test.id: test.function for test in self._inputs.graph.tests}
        flaky: dict[int, list[str]] = {}
        for rejection in proven.flaky:
            flaky.setdefault(home.get(functions[rejection.id], 0), []).append(rejection.id)
        return {
            job.step: Full(self._runs, tuple(sorted(flaky.get(job.step, ()))), _figures(job, outcome))
            for job, outcome in zip(jobs, found, strict=True)
        }


def _figures(job: TrialJob, outcome: JsonObject) -> tuple[FunctionFigures, ...]:
    found = []
    for function, changes in job.changes.items():
        answers = list(zip(changes, outcome["killed"][function], strict=True))
        survivors = tuple(c.mutant for c, killed in answers if c.mutant is not None and not killed)
        mutants = sum(1 for change in changes if change.mutant is not None)
        lines = outcome["lines"][function]
        found.append(
            FunctionFigures(
                function=function,
                killed=mutants - len(survivors),
                mutants=mutants,
                survivors=survivors,
                stub_killed=all(killed for change, killed in answers if change.mutant is None),
                executed=tuple(lines["executed"]),
                lines=lines["total"],
            )
        )
    return tuple(found)
