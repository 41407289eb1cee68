"""Fetching: folders stay where they are, archives and commits are brought, and none of it runs anything of theirs."""

import hashlib

import pytest
from sweflow_datasets.corpus.fetch import fetch
from sweflow_datasets.corpus.values import Commit, CorpusEntry, Local
from sweflow_datasets.errors import SourceNotFetched
from sweflow_tracer.errors import NotARepository

from tests.datasets.corpus.archives import tar
from tests.helpers import git


@pytest.fixture
def remote(tmp_path):
    """A repository with two commits, and a filter that would leave a mark where the user has it."""
    root = tmp_path / "remote"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for number in (1, 2):
        (root / "x.py").write_text(f"x = {number}\n")
        (root / ".gitattributes").write_text("*.py filter=evil\n")
        git(root, "add", ".")
        git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", str(number))
    return root


def test_a_folder_is_used_where_it_is(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.py").write_text("x = 1\n")
    facts = fetch(CorpusEntry("a", Local(str(tmp_path / "a"))), tmp_path / "out", None)
    assert (facts["path"], facts["python_bytes"]) == (str(tmp_path / "a"), 6)
    assert not (tmp_path / "out").exists()


def test_an_archive_is_unpacked(tmp_path):
    archive = tar(tmp_path / "a-1.0.tar.gz", {"a-1.0/a.py": "x = 1\n"})
    (tmp_path / "out").mkdir()
    facts = fetch(CorpusEntry("a", Local(str(archive))), tmp_path / "out", None)
    assert facts["path"] == "a"
    assert (tmp_path / "out" / "a" / "a.py").read_text() == "x = 1\n"
    other = fetch(CorpusEntry("b", Local(str(archive))), tmp_path / "out", None)
    assert other["source"] == facts["source"]


def test_a_commit_is_checked_out_that_is_not_the_last(tmp_path, remote, monkeypatch):
    first = git(remote, "rev-list", "--max-parents=0", "HEAD").strip()
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[filter "evil"]\n\tsmudge = touch {tmp_path}/ran; cat\n\trequired = true\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    out = tmp_path / "out"
    out.mkdir()
    facts = fetch(CorpusEntry("remote", Commit(f"file://{remote}", first)), out, None)
    assert (out / "remote" / "x.py").read_text() == "x = 1\n"
    assert facts["source"] == first
    assert not (tmp_path / "ran").exists()
    assert [path.name for path in out.iterdir()] == ["remote"]


def test_a_commit_that_is_not_there_leaves_nothing(tmp_path, remote):
    out = tmp_path / "out"
    out.mkdir()
    for url in (f"file://{remote}", f"file://{tmp_path}/none"):
        with pytest.raises(SourceNotFetched, match="has the commit"):
            fetch(CorpusEntry("remote", Commit(url, "0" * 40)), out, None)
    assert not list(out.iterdir())


def test_what_holds_no_python_or_is_not_there_is_said(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(NotARepository):
        fetch(CorpusEntry("a", Local(str(tmp_path / "a"))), tmp_path / "out", None)
    with pytest.raises(SourceNotFetched, match="there is nothing"):
        fetch(CorpusEntry("b", Local(str(tmp_path / "b"))), tmp_path / "out", None)


def test_a_digest_is_of_the_files_and_not_of_where_they_lie(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("x = 1\n")
    found = {fetch(CorpusEntry("a", Local(str(tmp_path / n))), tmp_path, None)["source"] for n in ("one", "two")}
    assert len(found) == 1
    assert len(found.pop()) == len(hashlib.sha256().hexdigest())
