"""The doctor says what is missing and what to do; cleaning removes what crashed runs left, and nothing else."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sweflow_tracer.project.interpreter import Interpreter
from sweflow_tracer.runner import leftovers
from sweflow_tracer.sandbox.choose import Availability, examine_one
from sweflow_tracer.sandbox.ownership import owner

from sweflow import doctor
from sweflow.cli.main import cli


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch):
    """Run the doctor where only plain processes work; the exit code and its checks by name."""
    none = Availability("docker", False, "no engine answers", "install and start Docker", (), ())
    monkeypatch.setattr(doctor, "examine", lambda: (none, examine_one("process")))

    def run(*arguments: str):
        done = CliRunner().invoke(cli, ["doctor", *arguments, "--json"], catch_exceptions=False, standalone_mode=False)
        found = json.loads(done.stdout)
        assert found["ok"] is (done.return_value == 0)
        return done.return_value, {check["what"]: check for check in found["checks"]}

    return run


def test_a_machine_that_has_what_it_takes(look):
    code, checks = look("--python", sys.executable)
    assert code == 0
    for what in ("python", "git", "target interpreter", "pytest there"):
        assert checks[what]["state"] == "ok"
        assert checks[what]["required"]
    assert checks["sandbox docker"]["hint"] == "install and start Docker"
    assert checks["sandbox process"]["state"] == "note"
    assert "not needed" in checks["chromium"]["found"]


def test_an_interpreter_that_is_asked_for_must_be_there(look, tmp_path):
    code, checks = look("--python", str(tmp_path / "python"))
    assert code == 1
    assert checks["target interpreter"]["state"] == "missing"
    assert "does not start" in checks["target interpreter"]["found"]
    assert checks["target interpreter"]["hint"] == "pass the path of a Python interpreter with --python"


def test_without_git_nothing_goes(look, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None if name in ("git", "dot") else sys.executable)
    code, checks = look("--python", sys.executable)
    assert code == 1
    assert checks["git"]["hint"] == "install git"
    assert not checks["dot"]["required"]


def test_plugins_that_disturb_are_named_with_what_to_do(look, monkeypatch):
    plugins = ("xdist", "pytest_cov", "hypothesispytest")
    found = Interpreter(Path("python"), "3.11.7", "9.0", (), (), (), plugins, ())
    monkeypatch.setattr(doctor, "inspect_interpreter", lambda python, root: found)
    _, checks = look()
    assert checks["plugin xdist"]["state"] == "note"
    assert "-n 0" in checks["plugin xdist"]["hint"]
    assert checks["plugin pytest_cov"]["state"] == "ok"
    assert "plugin hypothesispytest" not in checks


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder with what a crashed run left, what a living one owns, and what is none of ours."""
    monkeypatch.setattr(leftovers.tempfile, "tempdir", str(tmp_path))
    for name in ("dead_processes", "dead_containers"):
        monkeypatch.setattr(leftovers, name, list)
    for name, who in {"sweflow-0000dead": "1-0", "sweflow-0000a11e": owner()}.items():
        (tmp_path / name / "tree").mkdir(parents=True)
        (tmp_path / name / "owner").write_text(who)
    (tmp_path / "sweflow-thesis").mkdir()
    return tmp_path


def test_cleaning_removes_what_a_crashed_run_left(scratch):
    dry = CliRunner().invoke(cli, ["clean", "--dry-run", "--json"], catch_exceptions=False)
    dead = str(scratch / "sweflow-0000dead")
    assert json.loads(dry.stdout) == [{"kind": "folder", "name": dead, "state": "found"}]
    assert Path(dead).exists()
    done = CliRunner().invoke(cli, ["clean", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout) == [{"kind": "folder", "name": dead, "state": "removed"}]
    assert sorted(path.name for path in scratch.iterdir()) == ["sweflow-0000a11e", "sweflow-thesis"]
    assert CliRunner().invoke(cli, ["clean"], catch_exceptions=False).stdout == "Nothing left.\n"


def test_cleaning_says_what_it_could_not_remove(scratch, monkeypatch):
    monkeypatch.setattr("sweflow.cli.clean.remove", lambda leftover: False)
    done = CliRunner().invoke(cli, ["clean", "--json"], catch_exceptions=False, standalone_mode=False)
    assert done.return_value == 1
    assert json.loads(done.stdout)[0]["state"] == "stays"
