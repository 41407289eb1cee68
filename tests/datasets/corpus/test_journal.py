"""The journal: what was written is there for the next run, once."""

import pytest
from sweflow_datasets.corpus.journal import JOURNAL, Journal
from sweflow_datasets.corpus.values import End, Stage, StageRecord, Usage
from sweflow_tracer.errors import FileNotUsable

DONE = StageRecord("a", Stage.FETCH, "k1", End.DONE, "", 1.5, 0.5, 10, 20, {"source": "x", "python_bytes": 3})
FAILED = StageRecord("a", Stage.BUILD, "k2", End.TIMED_OUT, "after 5 s", 5.0)


def test_what_is_recorded_is_there_for_the_next_run(tmp_path):
    with Journal(tmp_path) as journal:
        journal.record(DONE)
        journal.record(FAILED)
    with Journal(tmp_path) as journal:
        assert set(journal.records()["a"]) == {DONE, FAILED}
        assert {r.stage: dict(r.facts) for r in journal.records()["a"]}[Stage.FETCH] == DONE.facts
        assert journal._base.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_D1_a_stage_with_one_key_is_there_once(tmp_path):
    with Journal(tmp_path) as journal:
        journal.record(FAILED)
        journal.record(StageRecord("a", Stage.BUILD, "k2", End.DONE))
        (record,) = journal.records()["a"]
        assert record.end is End.DONE
        journal.forget([record])
        assert not journal.records()


def test_usage_adds_up_over_the_jobs_of_a_repository(tmp_path):
    with Journal(tmp_path) as journal:
        journal.used("a", Usage(2.0, 1.0, 100, 50))
        journal.used("b", Usage(9.0, 9.0, 9, 9))
        journal.used("a", Usage(3.0, 1.5, 80, 40))
        assert journal.usage()["a"] == Usage(5.0, 2.5, 100, 40)


def test_a_file_that_is_no_journal_or_of_another_version_is_refused(tmp_path):
    (tmp_path / JOURNAL).write_bytes(b"no database" * 100)
    with pytest.raises(FileNotUsable, match="is no journal"):
        Journal(tmp_path)
    (tmp_path / JOURNAL).unlink()
    with Journal(tmp_path) as journal:
        journal._base.execute("PRAGMA user_version=9")
    with pytest.raises(FileNotUsable, match="format version 9"):
        Journal(tmp_path)
