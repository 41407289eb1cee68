"""One repository of odd shapes: made test bodies, encodings, git attributes, links, and a file that cannot be collected."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.json_lines import read_lines
from sweflow_tracer.project.clone import read_clone
from sweflow_tracer.project.files import fits_git, list_files, read_blobs

import sweflow
from tests.helpers import files_of, git, whole_rows, write_repository

pytestmark = pytest.mark.slow  # the builds that most of them look at

TESTS = """\
import odd
import latin
import windows

def plain(f):
    def wrapper():
        assert f() is None
    return wrapper

def test_one():
    assert odd.one() == 1

@plain
def test_decorated():
    assert odd.two() == 22

class TestMade:
    def test_three(self):
        assert odd.three() == 333 + 0

def make(n):
    def check(self):
        assert odd.many(n) == n
    return check

for n in range(3):
    setattr(TestMade, f"test_made_{n}", make(n))

def test_latin():
    assert latin.name() == "é"

def test_windows():
    assert windows.ends() == "crlf"
"""
ODD = """\
# $Id$
def one():
    return 1

def two():
    # a little more
    return 22

def three():
    # and more
    # and more
    return 333

def many(n):
    # the longest
    # of them
    # all
    return n
"""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = tmp_path_factory.mktemp("odd") / "odd repository"
    write_repository(
        repo,
        {
            "odd.py": ODD,
            "tests/test_odd.py": TESTS,
            "tests/test_broken.py": "import nothing_of_this_name\n\ndef test_x(): pass\n",
            ".gitattributes": "*.py text eol=crlf ident\n",
            ".gitignore": "_version.py\n__pycache__\n*.pyc\n",
            "_version.py": "version = '1'\n",
            "_unused.py": "",
            "tool.sh": "#!/bin/sh\n",
        },
    )
    (repo / "latin.py").write_bytes(
        '# -*- coding: latin-1 -*-\nimport _version\ndef name():\n    return "é"'.encode("latin-1")
    )
    (repo / "windows.py").write_bytes(b'def ends():\r\n    """Doc."""\r\n    return "crlf"\r\n')
    (repo / "tool.sh").chmod(0o755)
    (repo / "link.py").symlink_to("odd.py")
    (repo / ".gitattributes").rename(repo / "attributes.later")
    command = ["git", "-C", str(repo), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "m"]):
        subprocess.run([*command, *arguments], check=True)
    (repo / "attributes.later").rename(repo / ".gitattributes")
    return repo


@pytest.fixture(scope="module")
def built(repo: Path, python: Path) -> sweflow.Folder:
    sweflow.build(repo, repo.parent / "out", python=python, allow_dirty=True)
    return sweflow.Folder(repo.parent / "out")


@pytest.fixture(scope="module")
def rows(built):
    return whole_rows(built)


def test_every_step_is_verified_whatever_its_shape(rows, built):
    names = ["latin.py::name", "odd.py::many", "odd.py::one", "odd.py::three", "odd.py::two", "windows.py::ends"]
    assert sorted(row["target_functions"] for row in rows) == [[name] for name in names]
    made = [test for row in rows for test in row["FAIL_TO_PASS"] if "test_made" in test]
    assert len(made) == 3
    assert {(row["kind"], row["reason"]) for row in read_lines(built.rejected)} == {("file", "collection-error")}


def test_a_test_behind_a_plain_decorator_is_taken_out_and_its_decorator_stays(rows, built, tmp_path):
    early = next(row for row in rows if row["target_functions"] == ["odd.py::one"])
    sweflow.checkout(built.root, early["instance_id"], tmp_path / "task")
    text = (tmp_path / "task" / "tests" / "test_odd.py").read_text()
    assert "def wrapper" in text
    assert "test_decorated" not in text


def test_C1_plain_git_apply_gives_the_reference_whatever_the_projects_attributes_say(rows, built, tmp_path):
    for row in rows:
        work = tmp_path / row["instance_id"]
        sweflow.checkout(built.root, row["instance_id"], work / "a")
        sweflow.checkout(built.root, row["instance_id"], work / "reference", sweflow.Content.REFERENCE)
        for patch in (row["test_patch"], row["patch"]):
            if patch:
                git(work / "a", "apply", data=patch)
        assert files_of(work / "a") == files_of(work / "reference")
        assert os.readlink(work / "a" / "link.py") == "odd.py"
        assert os.access(work / "a" / "tool.sh", os.X_OK)


def test_D4_the_tasks_own_command_runs_and_passes_on_the_reference(rows, built, tmp_path, python):
    row = rows[-1]
    sweflow.checkout(built.root, row["instance_id"], tmp_path / "task", sweflow.Content.REFERENCE)
    path = os.pathsep.join((str(python.parent), os.environ["PATH"]))
    command, where = f"{row['test_command']} -q -p no:cacheprovider", tmp_path / "task"
    done = subprocess.run(
        command, shell=True, cwd=where, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_ignored_files_that_the_tests_load_are_in_the_tree_and_others_are_not(built):
    assert (built.source / "_version.py").exists()
    assert not list(built.source.rglob("*.pyc"))


def test_files_that_git_does_not_know_yet_are_part_of_a_dirty_tree(repo):
    assert ".gitattributes" in {entry.path for entry in list_files(repo, read_clone(repo))}


def test_C1_the_history_ends_in_what_was_read(built, repo):
    listed = {e.path for e in list_files(built.source, None)}
    tree = git(built.history, "ls-tree", "-r", "--name-only", "main").splitlines()
    assert set(tree) == listed
    for path, (mode, content) in read_blobs(built.source, list_files(built.source, None)).items():
        if mode != "120000":
            assert (repo / path).read_bytes() == content


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        *(
            (name, False)
            for name in ("a/.git", "a/.GIT/x", "b/git~1", "a/.git ", "a/.git./x", "a/.g\u200cit", ".git::$DATA/x")
        ),
        *((name, True) for name in ("a/.gitignore", ".gitmodules", "a.git", "git", "a/.github/x.py", "git~2")),
    ],
)
def test_names_that_git_takes_into_no_tree_are_told(path, fits, tmp_path):
    assert fits_git(path, "100644") is fits
    (tmp_path / "r").mkdir()
    git(tmp_path / "r", "init", "-q")
    stream = CommitStream()
    stream.commit("refs/heads/main", "m", {path: ("100644", b"")})
    stream.send(tmp_path / "r" / ".git")
    command = ["git", "-c", "core.protectHFS=true", "-c", "core.protectNTFS=true", "read-tree", "main"]
    assert (subprocess.run(command, cwd=tmp_path / "r", capture_output=True, check=False).returncode == 0) is fits


def test_a_git_file_below_the_root_is_left_out_said_and_counted(tmp_path, python):
    """As in the source distribution of a project with a submodule."""
    files = {
        "core.py": "def f():\n    return 1\n",
        "tests/test_core.py": "import core\n\ndef test_f():\n    assert core.f()\n",
    }
    repo = write_repository(tmp_path / "repo", {**files, "tests/data/.git": "gitdir: ../../.git/modules/data\n"})
    summary = sweflow.build(repo, tmp_path / "out", python=python)
    assert summary["files"]["rejected"] == {"invalid-path": 1}
    (row,) = (json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").read_text().splitlines())
    assert (row["kind"], row["id"], row["reason"]) == ("file", "tests/data/.git", "invalid-path")
    assert summary["steps"]["verified"] == 1


def test_H1_pipes_links_and_sizes_of_strangers_neither_stop_nor_crash_a_build(tmp_path, python):
    repo = write_repository(
        tmp_path / "repo",
        {
            "core.py": "def f():\n    return 1\n",
            "test_core.py": "import core\n\ndef test_f():\n    assert core.f() == 1\n",
            "deep.py": "x = " + "[" * 3000 + "]" * 3000 + "\n",
            "setup.cfg": "[metadata]\nname = strange\n",
        },
    )
    os.mkfifo(repo / "PKG-INFO")
    (repo / "pyproject.toml").write_text("x = " + "[" * 5000 + "]" * 5000)
    (repo / "LICENSE").symlink_to("/etc/passwd")
    with (repo / "large.bin").open("wb") as file:
        file.truncate(3 << 30)
    place = os.open(repo, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(os.open("f.txt", os.O_CREAT | os.O_WRONLY, dir_fd=place))
    os.close(place)
    try:
        summary = sweflow.build(repo, tmp_path / "out", python=python, arguments=("test_core.py", "-c", os.devnull))
    finally:
        subprocess.run(["rm", "-r", repo / "d"], check=True)  # who removes temporary folders goes down them by calls
    assert summary["steps"]["verified"] == 1
    assert summary["files"]["rejected"] == {"invalid-path": 1, "too-large": 1, "unparsable-file": 1}
    task = sweflow.load_tasks(tmp_path / "out")[0]
    assert task.row["repo"] == "strange"
    assert "root:" not in (tmp_path / "out" / "project.json").read_text()
