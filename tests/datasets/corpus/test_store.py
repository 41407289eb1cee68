"""The store: what one machine built, another one takes, whole or not at all."""

import tarfile

import pytest
from sweflow_datasets.corpus.format import read_manifest
from sweflow_datasets.corpus.options import CorpusOptions
from sweflow_datasets.corpus.store import Store, made_of
from sweflow_datasets.corpus.values import End, Stage, StageRecord
from sweflow_datasets.errors import PlaceNotUsable

import sweflow
from tests.datasets.corpus.repositories import write, write_list
from tests.datasets.corpus.runs import bytes_of, started

BUILD = StageRecord("one", Stage.BUILD, "0123", End.DONE, facts={"verified": 2})


def test_what_a_stage_made_is_taken_as_it_was(tmp_path):
    store = Store((tmp_path / "store").as_uri())
    made = made_of(tmp_path / "here", BUILD)
    (made / "below").mkdir(parents=True)
    (made / "below" / "file").write_bytes(b"\0\xff")
    assert not store.has(BUILD)
    store.keep(BUILD, tmp_path / "here")
    assert store.has(BUILD)
    assert store.take("one", Stage.BUILD, "0123", tmp_path / "there") == BUILD
    assert (tmp_path / "there" / "build" / "0123" / "below" / "file").read_bytes() == b"\0\xff"
    assert sorted(path.name for path in (tmp_path / "there" / "build").iterdir()) == ["0123", "0123.json"]
    assert store.take("one", Stage.BUILD, "other", tmp_path / "there") is None


def test_an_archive_without_its_record_is_not_there(tmp_path):
    store = Store(str(tmp_path / "store"))
    made_of(tmp_path / "here", BUILD).mkdir(parents=True)
    store.keep(BUILD, tmp_path / "here")
    (tmp_path / "store" / "one" / "build" / "0123.json").unlink()
    assert store.take("one", Stage.BUILD, "0123", tmp_path / "there") is None
    assert not (tmp_path / "there").exists()


def test_an_archive_that_leads_out_of_its_place_is_refused(tmp_path):
    store = Store(str(tmp_path / "store"))
    made_of(tmp_path / "here", BUILD).mkdir(parents=True)
    store.keep(BUILD, tmp_path / "here")
    (tmp_path / "x").write_text("x")
    with tarfile.open(tmp_path / "store" / "one" / "build" / "0123.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "x", "../../../x")
    with pytest.raises(PlaceNotUsable):
        store.take("one", Stage.BUILD, "0123", tmp_path / "there")
    assert not made_of(tmp_path / "there", BUILD).exists()


@pytest.mark.slow
def test_D7_a_run_in_another_folder_with_the_same_store_builds_nothing_and_is_the_same(tmp_path):
    for name in ("alpha", "beta"):
        write(tmp_path, name)
    listed = write_list(tmp_path / "list.toml", ["alpha", "beta"])
    options = CorpusOptions(workers=2, store=str(tmp_path / "store"))
    first = sweflow.build_all(listed, tmp_path / "one", options, sandbox="process")
    second = sweflow.build_all(listed, tmp_path / "two", options, sandbox="process")
    assert {stage for _, stage, _ in started(tmp_path / "two")} == {"fetch", "environment"}
    assert second.dataset == first.dataset
    assert bytes_of(tmp_path / "two") == bytes_of(tmp_path / "one")
    assert read_manifest(tmp_path / "two").verified == 4
    assert len(sweflow.load_tasks(tmp_path / "two" / "repositories" / "beta" / "sweflow")) == 2
    assert (tmp_path / "two" / "repositories" / "beta" / "report.html").stat().st_size > 100_000


def test_a_store_that_cannot_be_written_is_said_before_anything_runs(tmp_path):
    write(tmp_path, "alpha")
    listed = write_list(tmp_path / "list.toml", ["alpha"])
    with pytest.raises(PlaceNotUsable, match="nosuch"):
        sweflow.build_all(listed, tmp_path / "out", CorpusOptions(store="nosuch://place"), sandbox="process")
    assert not (tmp_path / "out").exists()
