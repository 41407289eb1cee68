"""Trials: tests run with emptied functions in place, up to the first that notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.options import SessionOptions, Variant
from sweflow_tracer.runner.session import Session
from sweflow_tracer.values import Outcome

from sweflow_tasks.execution.job_pool import Run
from sweflow_tasks.masking.standing import in_place

LEAST_SECONDS = 5.0
TIMES_SLOWER = 4.0
"""With other code a test may take so many times longer, and at least so long, before it counts as endless."""


def patience(test: str, seconds: Mapping[str, float], most: float) -> float:
    """Seconds for a test with other code; ``seconds`` are those of earlier runs, ``most`` is the time-out."""
    return min(most, LEAST_SECONDS + TIMES_SLOWER * seconds.get(test, most))


@dataclass(frozen=True, slots=True)
class Trial:
    """Functions that are emptied, what stands in their place, and the ids that run so one after the other."""

    functions: tuple[str, ...]
    variants: tuple[Variant, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noticed:
    """The first of some ids that does not pass with functions emptied; None where all do."""

    functions: tuple[str, ...]
    tests: tuple[str, ...]
    by: str | None


def with_trials(options: SessionOptions, trials: Sequence[Trial], seconds: Mapping[str, float]) -> SessionOptions:
    """The options of a session in which trials run after all groups; ``seconds`` are those of tests in earlier runs."""
    groups = [] if isinstance(options.groups, str) else list(options.groups)
    return replace(
        options,
        groups=[*groups, *(trial.tests for trial in trials)],
        variants={number: trial.variants for number, trial in enumerate(trials, len(groups))},
        limits={test: patience(test, seconds, options.timeout) for trial in trials for test in trial.tests},
    )


def outcomes_of(
    run: Run, blobs: Blobs, options: SessionOptions, trials: Sequence[Trial], session: Session
) -> tuple[Noticed, ...]:
    """What the trials of a session found, which had ``options`` before they were added.

    A trial whose variants could not be put in place in a running process has a session of its own. Where nothing could
    be forked, all count as noticed: asking would take a session a test.
    """
    first = len(options.groups)
    found = _outcomes(session)
    return tuple(
        Noticed(trial.functions, trial.tests, _by(run, blobs, options, trial, found, number, session))
        for number, trial in enumerate(trials, first)
    )


def _by(
    run: Run,
    blobs: Blobs,
    options: SessionOptions,
    trial: Trial,
    found: Mapping[int, dict[str, str]],
    number: int,
    session: Session,
) -> str | None:
    if session.needs_process:
        return trial.tests[0]
    if number in session.unfit:
        alone = SessionOptions(
            groups=[trial.tests], timeout=options.timeout, seed=options.seed, paths=options.paths, follow=False
        )
        try:
            found, number = _outcomes(run(in_place(blobs, trial.variants), alone)), 0
        except SessionFailed as error:
            if error.killed:
                raise
            return trial.tests[0]
    passed = found.get(number, {})
    return next((test for test in trial.tests if passed.get(test) != Outcome.PASSED), None)


def _outcomes(session: Session) -> dict[int, dict[str, str]]:
    """Outcomes by group and test."""
    found: dict[int, dict[str, str]] = {}
    for record in session.tests:
        found.setdefault(record.get("group", 0), {})[record["id"]] = record["outcome"]
    return found
