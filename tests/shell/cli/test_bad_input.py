"""Bad input: one clear sentence, the next move, exit code 2, and nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import write_repository

PASSING = {"core.py": "def f(): return 1\n", "tests/test_core.py": "import core\ndef test_f(): assert core.f()\n"}


def sweflow(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sweflow", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def fails(*arguments: str) -> str:
    """The one sentence of a command that ends with exit code 2, after the one that may say which sandbox it took."""
    done = sweflow(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("sweflow: sandbox ")]
    assert len(sentences) == 1, done.stderr
    return sentences[0]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def build(tmp_path: Path, out: Path):
    """Build a repository of some files and give the error; nothing may be left in the output folder."""

    def run(files: dict[str, str], *arguments: str) -> str:
        repo = write_repository(tmp_path / "repo", files)
        sentence = fails("build", str(repo), "--python", sys.executable, "--out", str(out), *arguments)
        assert not out.exists()
        return sentence

    return run


def test_not_a_folder(out):
    assert "is not a folder with source files" in fails("build", "/nowhere/at/all", "--out", str(out))
    assert not out.exists()


def test_a_folder_without_python(tmp_path, out):
    (tmp_path / "empty").mkdir()
    assert "is not a folder with source files" in fails("build", str(tmp_path / "empty"), "--out", str(out))


@pytest.mark.slow
def test_no_tests(build):
    assert "collected no test" in build({"core.py": "x = 1\n"})


@pytest.mark.slow
def test_tests_that_cannot_be_collected_name_the_file(build):
    sentence = build({"core.py": "def f(:\n", "tests/test_core.py": "import core\ndef test_f(): pass\n"})
    assert "1 collection errors, first in tests/test_core.py" in sentence
    assert "SyntaxError" in sentence


@pytest.mark.slow
def test_tests_of_which_none_passes(build):
    sentence = build({**PASSING, "tests/test_core.py": "def test_f(): assert not 'this'\n"})
    assert "none of the 1 collected tests passes" in sentence
    assert "tests/test_core.py::test_f" in sentence


def test_an_interpreter_that_is_none(tmp_path, out):
    repo = write_repository(tmp_path / "repo", PASSING)
    assert "does not start" in fails("build", str(repo), "--python", "/nowhere/python", "--out", str(out))


def test_an_interpreter_without_pytest(tmp_path, out):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    repo = write_repository(tmp_path / "repo", PASSING)
    sentence = fails("build", str(repo), "--python", str(tmp_path / "bare" / "bin" / "python"), "--out", str(out))
    assert "has no pytest: install pytest" in sentence


def test_V4_a_project_that_pytest_itself_imports_is_refused(build):
    files = {"iniconfig/__init__.py": "def f(): return 1\n", "tests/test_x.py": "def test_x(): pass\n"}
    assert "pytest imports iniconfig" in build(files)


def test_a_dirty_git_tree(tmp_path, out):
    repo = write_repository(tmp_path / "repo", PASSING)
    git = ["git", "-C", str(repo), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "m"]):
        subprocess.run([*git, *command], check=True)
    (repo / "core.py").write_text("def f(): return 2\n")
    assert "uncommitted changes (core.py)" in fails("build", str(repo), "--out", str(out))


def test_an_output_folder_of_somebody_else(tmp_path):
    repo = write_repository(tmp_path / "repo", PASSING)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    sentence = fails("build", str(repo), "--python", sys.executable, "--out", str(tmp_path / "out"))
    assert "is not empty and holds no build" in sentence
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


def test_an_output_folder_inside_the_repository(tmp_path):
    repo = write_repository(tmp_path / "repo", PASSING)
    assert "inside the repository" in fails("build", str(repo), "--python", sys.executable, "--out", str(repo / "out"))


def test_an_output_folder_that_cannot_be_made(tmp_path):
    repo = write_repository(tmp_path / "repo", PASSING)
    (tmp_path / "file").write_text("")
    sentence = fails("build", str(repo), "--python", sys.executable, "--out", str(tmp_path / "file" / "out"))
    assert "cannot be used as the output folder" in sentence


def test_a_stage_whose_file_is_not_there(tmp_path):
    assert "is not there: run `sweflow trace REPO --out DIR` first" in fails("graph", str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_an_unknown_instance(inventory):
    assert "did you mean inventory-" in fails("checkout", str(inventory.root), "inventory-1-0001", "/tmp/never")


def test_a_checkout_into_a_folder_with_something_in_it(inventory, tmp_path):
    import json

    name = json.loads(inventory.tasks.read_text().splitlines()[0])["instance_id"]
    (tmp_path / "mine").write_text("mine")
    assert "is not an empty folder" in fails("checkout", str(inventory.root), name, str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == ["mine"]


def test_usage_errors_have_exit_code_2():
    assert sweflow("build").returncode == 2
    assert sweflow("nonsense").returncode == 2
    assert sweflow("--help").returncode == 0


@pytest.mark.slow
def test_an_empty_folder_can_be_used_again_after_bad_input(tmp_path, out):
    repo = write_repository(tmp_path / "repo", {"tests/test_core.py": "def test_f(): assert not 'this'\n"})
    out.mkdir()
    for _ in range(2):
        command = ("build", str(repo), "--python", sys.executable, "--out", str(out))
        assert "none of the 1 collected tests passes" in fails(*command)
        assert [path.name for path in out.iterdir()] == [".lock"]
