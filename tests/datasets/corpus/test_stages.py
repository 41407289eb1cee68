"""Stages: what has ended is known without a process for it."""

from pathlib import Path

import pytest
from sweflow_datasets.corpus.format import record_object
from sweflow_datasets.corpus.keys import build_key, environment_key, fetch_key, report_key
from sweflow_datasets.corpus.stages import RepositoryJob, finished
from sweflow_datasets.corpus.store import made_of
from sweflow_datasets.corpus.values import LIMITS, CorpusEntry, End, Local, Release, Stage, StageRecord
from sweflow_datasets.environments.values import Options as EnvironmentOptions
from sweflow_datasets.options import Options
from sweflow_tracer.format import dumps

ENTRY = CorpusEntry("one", Release("one", "1.0"))


def job(folder: Path, entry: CorpusEntry = ENTRY, until: Stage = Stage.REPORT) -> RepositoryJob:
    return RepositoryJob(entry, folder, until, Options(), EnvironmentOptions(), LIMITS, report=lambda build, file: None)


def put(folder: Path, record: StageRecord) -> StageRecord:
    """A stage as it stands when it has ended."""
    made = made_of(folder, record)
    (folder / record.stage.value).mkdir(parents=True, exist_ok=True)
    (folder / record.stage.value / f"{record.key}.json").write_text(dumps(record_object(record)))
    if record.done and record.stage is Stage.REPORT:
        made.write_text("report")
    elif record.done:
        made.mkdir()
    return record


@pytest.fixture
def ended(tmp_path):
    """All four stages."""
    fetched = StageRecord("one", Stage.FETCH, fetch_key(ENTRY), End.DONE, facts={"source": "0123", "path": "one-1.0"})
    facts = {"pins": "4567", "python": "venv/bin/python"}
    environment = StageRecord("one", Stage.ENVIRONMENT, environment_key(ENTRY, fetched), End.DONE, facts=facts)
    key = build_key(ENTRY, environment, Options())
    build = StageRecord("one", Stage.BUILD, key, End.DONE, facts={"dataset": "89ab", "verified": 1})
    report = StageRecord("one", Stage.REPORT, report_key(build), End.DONE, facts={"path": "report.html"})
    return tuple(put(tmp_path, record) for record in (fetched, environment, build, report))


def test_D1_what_has_ended_is_known_from_its_files(ended, tmp_path):
    assert finished(job(tmp_path)) == ended
    assert finished(job(tmp_path, until=Stage.FETCH)) == ended[:1]


@pytest.mark.parametrize("gone", [Stage.FETCH, Stage.ENVIRONMENT, Stage.BUILD, Stage.REPORT])
def test_where_something_that_was_made_is_gone_there_is_something_to_do(ended, tmp_path, gone):
    made_of(tmp_path, next(record for record in ended if record.stage is gone)).rename(tmp_path / "away")
    assert finished(job(tmp_path)) == ()


def test_a_stage_that_failed_is_the_last_one(ended, tmp_path):
    failed = put(tmp_path, StageRecord("one", Stage.BUILD, ended[2].key, End.NO_TESTS, "none"))
    assert finished(job(tmp_path)) == (*ended[:2], failed)


def test_files_of_this_machine_are_looked_at_by_the_job(ended, tmp_path):
    assert finished(job(tmp_path, CorpusEntry("one", Local(str(tmp_path))))) == ()
    assert finished(job(tmp_path, CorpusEntry("one", ENTRY.source, python="/usr/bin/python3"))) == ()
