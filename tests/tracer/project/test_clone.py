"""H1: a clone is read without its configuration, so that nothing in it runs; and what is read is what git says."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sweflow_tracer.errors import CloneNotReadable
from sweflow_tracer.project.clone import Clone, read_clone

from tests.helpers import git

NAMED = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")


def commit(repo: Path, message: str = "all") -> None:
    git(repo, "add", "-A")
    git(repo, *NAMED, "commit", "-q", "--no-verify", "-m", message)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "a.py").write_text("x = 1\n")
    (root / ".gitignore").write_text("made.py\n*.log\n")
    commit(root)
    return root


@pytest.fixture
def trap(tmp_path: Path) -> tuple[str, Callable[[], bool]]:
    """A program that leaves a file behind when it runs, and whether it did."""
    program, trace = tmp_path / "trap", tmp_path / "it-ran"
    program.write_text(f"#!/bin/sh\ntouch {trace}\ncat\n")
    program.chmod(0o755)
    return str(program), trace.exists


def read(repo: Path) -> Clone:
    found = read_clone(repo)
    assert found is not None
    return found


def test_a_clone_is_what_git_says_of_it(repo):
    git(repo, "remote", "add", "origin", "https://example.org/owner/name.git")
    (repo / "made.py").write_text("")
    (repo / "new file.py").write_text("")
    found = read(repo)
    assert found.head == git(repo, "rev-parse", "HEAD").strip()
    assert found.committed == git(repo, "show", "-s", "--format=%cI", "HEAD").strip()
    assert found.url == "https://example.org/owner/name.git"
    assert found.changes == ("new file.py",)
    assert sorted(found.tracked) == [".gitignore", "a.py", "new file.py"]
    assert found.ignored == ("made.py",)


def test_a_renamed_or_deleted_file_is_a_change(repo):
    (repo / "a.py").rename(repo / "b.py")
    git(repo, "add", "-A")
    assert sorted(read(repo).changes) == ["a.py", "b.py"]


def test_a_change_of_the_same_size_in_the_same_second_is_seen(repo):
    (repo / "a.py").write_text("x = 2\n")
    time.sleep(1.1)  # whoever copies the index now gives it a later time than the file's
    assert read(repo).changes == ("a.py",)


def test_a_folder_without_commits_or_without_git_is_no_clone(tmp_path):
    assert read_clone(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert read_clone(tmp_path) is None


def test_a_folder_inside_a_clone_is_no_clone(repo):
    (repo / "inner").mkdir()
    assert read_clone(repo / "inner") is None


def test_packed_references_a_detached_head_and_a_split_index_are_read(repo):
    git(repo, "pack-refs", "--all")
    git(repo, "update-index", "--split-index")
    assert read(repo).changes == ()
    git(repo, "checkout", "-q", "--detach")
    assert read(repo).head == git(repo, "rev-parse", "HEAD").strip()


def test_line_ends_are_compared_as_the_clone_was_checked_out(repo):
    git(repo, "config", "core.autocrlf", "true")
    (repo / "a.py").unlink()
    git(repo, "checkout", "a.py")
    os.utime(repo / "a.py", (1, 1))
    assert b"\r\n" in (repo / "a.py").read_bytes()
    assert read(repo).changes == ()


def test_a_linked_work_tree_and_a_submodule_are_clones(repo, tmp_path):
    git(repo, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert read(tmp_path / "linked").changes == ()
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repo), "below")
    assert read(repo / "below").head == read(repo).head


def test_H1_a_git_file_that_names_somebody_elses_clone_is_not_believed(repo, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").write_text(f"gitdir: {repo / '.git'}\n")
    assert read_clone(other) is None
    (other / ".git").unlink()
    (other / ".git").symlink_to(repo / ".git")
    assert read_clone(other) is None


def test_H1_nothing_is_read_through_links_in_the_git_folder(repo, tmp_path):
    branch = repo / ".git" / "refs" / "heads" / "main"
    branch.rename(tmp_path / "main")
    branch.symlink_to(tmp_path / "main")
    assert read_clone(repo) is None


def test_H1_filters_of_the_configuration_do_not_run(repo, trap):
    program, ran = trap
    git(repo, "config", "filter.x.clean", program)
    git(repo, "config", "filter.x.process", program)
    (repo / ".gitattributes").write_text("*.py filter=x\n")
    os.utime(repo / "a.py", (1, 1))
    assert read(repo).changes == (".gitattributes",)
    assert not ran()


def test_H1_filters_of_a_nested_repository_do_not_run(repo, trap):
    program, ran = trap
    inner = repo / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "b.py").write_text("")
    commit(inner)
    git(repo, *NAMED, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    git(repo, *NAMED, "commit", "-q", "-m", "with a submodule")
    git(inner, "config", "filter.x.clean", program)
    git(inner, "config", "core.fsmonitor", program)
    (inner / ".git" / "info" / "attributes").write_text("* filter=x\n")
    os.utime(inner / "b.py", (1, 1))
    read(repo)
    assert not ran()


@pytest.mark.parametrize(
    "settings",
    [
        {"core.fsmonitor": "{}"},
        {"core.sshCommand": "{}", "remote.origin.url": "ssh://example.org/x"},
        {"log.showSignature": "true", "gpg.program": "{}"},
        {"core.pager": "{}", "pager.show": "{}", "pager.status": "{}"},
        {"alias.status": "!{}", "alias.show": "!{}"},
        {"diff.external": "{}", "core.hooksPath": "."},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_H1_no_program_that_the_configuration_names_runs(repo, trap, settings):
    program, ran = trap
    signed = git(repo, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    made = git(repo, "hash-object", "-t", "commit", "-w", "--stdin", data=signed).strip()
    git(repo, "reset", "-q", "--soft", made)
    for key, value in settings.items():
        git(repo, "config", key, value.format(program))
    assert read(repo).head == made
    assert not ran()


def test_H1_settings_in_included_files_do_not_run_either(repo, trap, tmp_path):
    program, ran = trap
    (tmp_path / "more").write_text(f"[core]\n\tfsmonitor = {program}\n")
    git(repo, "config", "include.path", str(tmp_path / "more"))
    assert read(repo).changes == ()
    assert not ran()


def test_H1_a_missing_object_of_a_partial_clone_is_not_fetched(repo, trap):
    program, ran = trap
    git(repo, "config", "extensions.partialClone", "origin")
    git(repo, "config", "remote.origin.url", str(repo))
    git(repo, "config", "remote.origin.promisor", "true")
    git(repo, "config", "remote.origin.uploadpack", program)
    tree = git(repo, "rev-parse", "HEAD^{tree}").strip()
    (repo / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(CloneNotReadable):
        read_clone(repo)
    assert not ran()


def test_H1_a_pipe_in_the_git_folder_is_not_waited_for(repo):
    (repo / ".git" / "index").unlink()
    os.mkfifo(repo / ".git" / "index")
    assert set(read(repo).changes) >= {"a.py"}


def test_H2_reading_a_clone_changes_nothing_in_it(repo):
    os.utime(repo / "a.py", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in repo.rglob("*")}
    read(repo)
    assert {path: path.stat().st_mtime_ns for path in repo.rglob("*")} == before


@pytest.mark.parametrize("name", ["x" * 300, "loop", "/" + "a/" * 3000])
def test_H1_a_link_in_the_place_of_the_git_folder_is_no_clone_whatever_it_names(name, tmp_path):
    (tmp_path / ".git").symlink_to(name[:4000])
    (tmp_path / "loop").symlink_to("loop")
    assert read_clone(tmp_path) is None


def test_H1_a_git_file_that_names_no_path_is_no_clone(tmp_path):
    (tmp_path / ".git").write_bytes(b"gitdir: a\0b\n")
    assert read_clone(tmp_path) is None
