"""Outcomes: what an error, a broken job or a finished build means for a repository."""

import errno

from sweflow_tracer import SweflowError
from sweflow_tracer.errors import NothingCollected, NothingPasses, SandboxFailed, SessionFailed

from sweflow_datasets.corpus.port import Broken, Cause
from sweflow_datasets.corpus.values import End, Limits, Stage, StageRecord
from sweflow_datasets.environments.values import EnvironmentCause, Outcome

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BROKEN = {
    Cause.TIMED_OUT: End.TIMED_OUT,
    Cause.MEMORY: End.MEMORY,
    Cause.DISK: End.DISK,
    Cause.PROCESSES: End.CRASHED,
    Cause.CRASHED: End.CRASHED,
    Cause.STOPPED: End.UNFINISHED,
}
LONGEST = 600
"""Characters of a detail."""


def end_of_error(stage: Stage, error: Exception) -> tuple[End, str]:
    """How a stage ended that raised an error, and the sentence; an error of ours is raised again."""
    detail = " ".join(str(error).split())[:LONGEST]
    if isinstance(error, OSError):
        if error.errno in FULL:
            return End.DISK, detail
        raise error
    if not isinstance(error, SweflowError):
        raise error
    if stage is Stage.FETCH:
        return End.NOT_FETCHED, detail
    if isinstance(error, SessionFailed) and error.timed_out:
        return End.TIMED_OUT, detail
    if isinstance(error, SandboxFailed | SessionFailed):
        return End.CRASHED, detail
    if isinstance(error, NothingCollected):
        return End.NO_TESTS, detail
    return (End.NOTHING_PASSES if isinstance(error, NothingPasses) else End.REFUSED), detail


def end_of_environment(outcome: Outcome) -> tuple[End, str]:
    """How the stage ended that gave an environment in which no test passes, and why."""
    why = f"{outcome.cause.value}{': ' if outcome.detail else ''}{outcome.detail}"
    end = End.NO_TESTS if outcome.cause is EnvironmentCause.NO_TESTS else End.ENVIRONMENT
    return end, why[:LONGEST]


def is_final(record: StageRecord, limits: Limits) -> bool:
    """Whether a stage that ended so is not tried again: one that had less than it may have now is."""
    had = record.facts.get("limit")
    now = {End.TIMED_OUT: limits.seconds, End.MEMORY: limits.memory, End.DISK: limits.disk}.get(record.end)
    return record.end is not End.UNFINISHED and (now is None or had is None or had >= now)


def record_of_broken(repository: str, stage: Stage, key: str, broken: Broken, limits: Limits) -> StageRecord:
    """The record of the stage in which a job broke; what was too little for it stands among the facts."""
    had = {Cause.TIMED_OUT: limits.seconds, Cause.MEMORY: limits.memory, Cause.DISK: limits.disk}.get(broken.cause)
    facts = {} if had is None else {"limit": had}
    usage = broken.usage
    return StageRecord(
        repository, stage, key, BROKEN[broken.cause], broken.detail[:LONGEST], round(usage.seconds, 1),
        round(usage.cpu_seconds, 1), usage.peak_memory, usage.bytes, facts,
    )  # fmt: skip
