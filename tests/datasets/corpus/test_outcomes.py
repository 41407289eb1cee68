"""What errors and broken jobs mean for a repository, and when a failure is not the last word."""

import errno

import pytest
from sweflow_datasets.corpus.keys import build_key, environment_key, fetch_key, report_key
from sweflow_datasets.corpus.outcomes import end_of_environment, end_of_error, is_final, record_of_broken
from sweflow_datasets.corpus.port import Broken, Cause
from sweflow_datasets.corpus.results import dataset_of, result_of
from sweflow_datasets.corpus.values import (
    MOVES,
    CorpusEntry,
    End,
    Limits,
    Release,
    RepositoryResult,
    Stage,
    StageRecord,
    Usage,
)
from sweflow_datasets.environments.values import EnvironmentCause, EnvironmentStatus, Outcome
from sweflow_datasets.errors import SourceNotFetched
from sweflow_datasets.options import Options
from sweflow_tracer.errors import (
    NothingCollected,
    NothingPasses,
    RunnerDependency,
    SandboxFailed,
    SessionFailed,
)
from sweflow_tracer.sandbox.port import DEFAULT_LIMITS

ENTRY = CorpusEntry("a", Release("a", "1.0"))
FETCHED = StageRecord("a", Stage.FETCH, "f", End.DONE, facts={"source": "s", "python_bytes": 1})
MADE = StageRecord("a", Stage.ENVIRONMENT, "e", End.DONE, facts={"status": "ready", "version": "3.12.1", "pins": "p"})
BUILT = {"version": "1.0", "licence": "", "tests": 3, "accepted": 2, "steps": 2, "reasons": {}, "dataset": "d"}


@pytest.mark.parametrize(
    ("stage", "error", "end"),
    [
        (Stage.FETCH, SourceNotFetched("a", "x", "y"), End.NOT_FETCHED),
        (Stage.BUILD, NothingCollected("x"), End.NO_TESTS),
        (Stage.BUILD, NothingPasses(3, "t", "x"), End.NOTHING_PASSES),
        (Stage.BUILD, RunnerDependency(("pluggy",)), End.REFUSED),
        (Stage.BUILD, SessionFailed("x", "", timed_out=True), End.TIMED_OUT),
        (Stage.BUILD, SessionFailed("x", ""), End.CRASHED),
        (Stage.ENVIRONMENT, SandboxFailed("docker", "x", "y"), End.CRASHED),
        (Stage.BUILD, OSError(errno.ENOSPC, "No space left"), End.DISK),
        (Stage.BUILD, OSError(errno.EFBIG, "File too large"), End.DISK),
    ],
)
def test_an_error_that_tells_of_the_repository_is_an_end(stage, error, end):
    assert end_of_error(stage, error)[0] is end


@pytest.mark.parametrize("error", [KeyError("x"), OSError(errno.EACCES, "no")])
def test_an_error_of_this_program_stays_one(error):
    with pytest.raises(type(error)):
        end_of_error(Stage.BUILD, error)


def test_an_environment_without_tests_is_told_from_one_that_failed():
    assert end_of_environment(Outcome(EnvironmentStatus.FAILED, EnvironmentCause.NO_TESTS))[0] is End.NO_TESTS
    found = end_of_environment(Outcome(EnvironmentStatus.FAILED, EnvironmentCause.NETWORK, "asked for x"))
    assert found == (End.ENVIRONMENT, "network: asked for x")


@pytest.mark.parametrize(
    ("cause", "more"),
    [
        (Cause.TIMED_OUT, Limits(seconds=20)),
        (Cause.MEMORY, Limits(seconds=10, memory=200)),
        (Cause.DISK, Limits(seconds=10, disk=200)),
    ],
)
def test_what_had_too_little_is_tried_again_with_more(cause, more):
    had = Limits(seconds=10, memory=100, disk=100)
    record = record_of_broken("a", Stage.BUILD, "k", Broken("a", cause, "x", Usage(9.0, 8.0, 7, 6)), had)
    assert (record.seconds, record.cpu_seconds, record.peak_memory, record.bytes) == (9.0, 8.0, 7, 6)
    assert is_final(record, had)
    assert not is_final(record, more)


def test_a_crash_is_final_and_what_a_budget_ended_is_not():
    for cause, final in ((Cause.CRASHED, True), (Cause.PROCESSES, True), (Cause.STOPPED, False)):
        assert is_final(record_of_broken("a", Stage.BUILD, "k", Broken("a", cause), Limits()), Limits()) is final


def test_every_end_that_is_not_as_hoped_has_a_next_move():
    assert set(MOVES) == set(End) - {End.DONE}


@pytest.mark.parametrize(
    ("records", "end"),
    [
        ([], End.NOT_BEGUN),
        ([FETCHED], End.UNFINISHED),
        ([FETCHED, MADE], End.UNFINISHED),
        ([FETCHED, StageRecord("a", Stage.ENVIRONMENT, "e", End.ENVIRONMENT, "network")], End.ENVIRONMENT),
        ([FETCHED, MADE, StageRecord("a", Stage.BUILD, "b", End.DONE, facts={**BUILT, "verified": 2})], End.DONE),
        ([FETCHED, MADE, StageRecord("a", Stage.BUILD, "b", End.DONE, facts={**BUILT, "verified": 0})], End.NO_TASKS),
    ],
)
def test_a_repository_ends_as_its_last_stage_did(records, end):
    assert result_of(ENTRY, records, Usage()).end is end


def test_a_result_has_the_figures_of_its_stages_and_the_licence_of_the_list_where_metadata_say_nothing():
    built = StageRecord("a", Stage.BUILD, "b", End.DONE, facts={**BUILT, "verified": 2, "reasons": {"swallowed": 1}})
    entry = CorpusEntry("a", Release("a", "1.0"), licence="MIT")
    found = result_of(entry, [FETCHED, MADE, built], Usage(5.04, 4.0, 3, 2))
    assert (found.licence, found.verified, found.reasons, found.build) == (
        "MIT",
        2,
        (("swallowed", 1),),
        "repositories/a/build/b",
    )
    assert (found.seconds, found.python, found.source) == (5.0, "3.12.1", "s")


def test_D7_the_dataset_of_a_run_does_not_depend_on_order_or_on_what_failed():
    one = RepositoryResult("one", End.DONE, verified=1, dataset="x")
    two = RepositoryResult("two", End.DONE, verified=1, dataset="y")
    failed = RepositoryResult("three", End.CRASHED)
    assert dataset_of([one, two]) == dataset_of([two, failed, one])
    assert dataset_of([one]) != dataset_of([one, two])


def test_a_key_changes_with_what_a_stage_takes_in_and_with_nothing_else():
    moved = CorpusEntry("a", Release("a", "1.0"), place="elsewhere", licence="MIT")
    assert fetch_key(ENTRY) == fetch_key(moved) != fetch_key(CorpusEntry("a", Release("a", "1.1")))
    assert environment_key(ENTRY, FETCHED) == environment_key(moved, FETCHED)
    other = StageRecord("a", Stage.FETCH, "f", End.DONE, facts={"source": "t"})
    for entry, fetched in (
        (ENTRY, other),
        (CorpusEntry("a", ENTRY.source, python="3.11"), FETCHED),
        (CorpusEntry("a", ENTRY.source, requirements=("x",)), FETCHED),
        (CorpusEntry("a", ENTRY.source, arguments=("tests",)), FETCHED),
    ):
        assert environment_key(entry, fetched) != environment_key(ENTRY, FETCHED)
    assert build_key(ENTRY, MADE, Options(jobs=1)) == build_key(ENTRY, MADE, Options(jobs=2))
    assert build_key(ENTRY, MADE, Options()) != build_key(ENTRY, MADE, Options.of(closure="needed"))
    built = StageRecord("a", Stage.BUILD, "b", End.DONE, facts={"dataset": "d"})
    assert report_key(built) != report_key(StageRecord("a", Stage.BUILD, "b", End.DONE, facts={"dataset": "e"}))


def test_a_session_that_holds_all_that_a_sandbox_allows_leaves_its_repository_a_gigabyte():
    assert Limits().memory >= DEFAULT_LIMITS.memory + (1 << 30)
