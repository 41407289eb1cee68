"""D8: a task runs as its statement says, with one command, whatever is installed beside it."""

import json
import os
import re
import shutil
import subprocess
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner

import sweflow
from sweflow.cli.main import cli
from tests.helpers import git


@pytest.fixture(scope="module")
def installed(inventory, tmp_path_factory) -> Path:
    """The folder with the python of an environment that has the original installed, in another place."""
    root = tmp_path_factory.mktemp("installed")
    shutil.copytree(inventory.root.parent / "inventory" / "src", root / "src")
    venv.create(root / "venv", with_pip=False)
    (packages,) = (root / "venv" / "lib").glob("python*/site-packages")
    pytest_here = Path(pytest.__file__).parents[1]
    (packages / "all.pth").write_text(f"{root / 'src'}\n{pytest_here}\n")
    return root / "venv" / "bin"


def run(command: str, folder: Path, bin: Path) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join((str(bin), os.environ["PATH"]))
    quiet, env = f"{command} -p no:cacheprovider", {"PATH": path}
    return subprocess.run(quiet, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_D8_the_printed_command_fails_before_the_solution_and_passes_after_it(inventory, installed, tmp_path):
    task = sweflow.load_tasks(inventory.root)[-1]
    (said,) = re.findall(r"^    (PYTHONPATH=.*)$", task.row["problem_statement"], re.MULTILINE)
    assert said == task.row["test_command"]
    for content, passes in ((sweflow.Content.TESTS, False), (sweflow.Content.REFERENCE, True)):
        sweflow.checkout(inventory.root, task.instance_id, tmp_path / content, content)
        done = run(said, tmp_path / content, installed)
        assert (done.returncode == 0) is passes, done.stdout
        assert f"{len(task.row['FAIL_TO_PASS'])} {'passed' if passes else 'failed'}" in done.stdout


def test_D8_checkout_prints_the_same_command(inventory, tmp_path):
    task = sweflow.load_tasks(inventory.root)[0]
    command = ["checkout", str(inventory.root), task.instance_id, str(tmp_path / "task")]
    assert f"    {task.row['test_command']}\n" in CliRunner().invoke(cli, command).output
    printed = CliRunner().invoke(cli, [*command[:-1], str(tmp_path / "again"), "--json"]).output
    assert json.loads(printed)["test_command"] == task.row["test_command"]


def test_a_checkout_has_an_index_that_git_apply_believes(inventory, tmp_path):
    task = sweflow.load_tasks(inventory.root)[0]
    sweflow.checkout(inventory.root, task.instance_id, tmp_path / "task")
    git(tmp_path / "task", "apply", "--index", data=task.row["patch"])
    assert git(tmp_path / "task", "diff", "--cached", "--name-only")
