"""Strangers' archives: what is unpacked lies in its folder, and what would not is refused whole."""

import pytest
from sweflow_datasets.corpus import unpack as module
from sweflow_datasets.corpus.unpack import unpack
from sweflow_datasets.errors import SourceNotFetched

from tests.datasets.corpus.archives import tar, zipped

GOOD = {"x-1.0/x.py": "x = 1\n", "x-1.0/tests/test_x.py": "def test_x():\n    pass\n"}


@pytest.mark.parametrize("make", [tar, zipped])
def test_the_one_folder_at_the_top_is_the_repository(tmp_path, make):
    unpack(make(tmp_path / "x-1.0.tar.gz", GOOD), tmp_path / "out", "x")
    assert (tmp_path / "out" / "x.py").read_text() == "x = 1\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "x-1.0.tar.gz"]


@pytest.mark.parametrize("make", [tar, zipped])
@pytest.mark.parametrize("name", ["../evil.py", "x-1.0/../../evil.py", "x-1.0/a/../evil.py", "/tmp/evil-sweflow.py"])
def test_a_path_that_leads_out_is_refused_and_nothing_is_left(tmp_path, make, name):
    place = tmp_path / "deep" / "deeper"
    place.mkdir(parents=True)
    with pytest.raises(SourceNotFetched, match="leads out of it"):
        unpack(make(tmp_path / "x-1.0.tar.gz", {**GOOD, name: "evil"}), place / "out", "x")
    assert not list(place.iterdir())
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_that_leads_out_is_refused(tmp_path):
    with pytest.raises(SourceNotFetched, match="cannot be unpacked"):
        unpack(tar(tmp_path / "x.tar.gz", GOOD, {"x-1.0/home": "../../../etc"}), tmp_path / "out", "x")
    assert not (tmp_path / "out").exists()


def test_too_much_is_refused_before_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 1000)
    with pytest.raises(SourceNotFetched, match="holds more than"):
        unpack(tar(tmp_path / "x.tar.gz", {"x/a": "1" * 600, "x/b": "1" * 600}), tmp_path / "out", "x")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00broken"])
def test_what_is_no_archive_is_said(tmp_path, content):
    (tmp_path / "x.tar.gz").write_bytes(content)
    with pytest.raises(SourceNotFetched, match="cannot be unpacked"):
        unpack(tmp_path / "x.tar.gz", tmp_path / "out", "x")
