"""Settings: command line before environment before file before default, and clear errors for what is no setting."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sweflow.cli.group import Commands
from sweflow.cli.main import cli
from sweflow.cli.settings import find_settings, settings_of
from sweflow.errors import SettingsNotUsable


def wrong(folder: Path, text: str, file: str = "sweflow.toml") -> str:
    """The sentence about a file with this text."""
    (folder / file).write_text(text)
    with pytest.raises(SettingsNotUsable) as error:
        settings_of(find_settings(folder), cli.commands)
    assert str(error.value).startswith(str(folder / file))
    return str(error.value)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no variables of ours but those that a test sets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SWEFLOW_SANDBOX", raising=False)
    return tmp_path


@pytest.fixture
def small() -> click.Group:
    """A group with one command that prints what it was given."""

    @click.group(cls=Commands)
    def group() -> None:
        pass

    @group.command()
    @click.argument("repo")
    @click.option("--jobs", type=click.IntRange(0), default=0)
    @click.option("--python", type=click.Path(path_type=Path))
    @click.option("--sandbox", default="auto")
    @click.option("--select", multiple=True)
    def trace(repo: str, **given: object) -> None:
        print(json.dumps(given, default=str))

    return group


def run(group: click.Group, *arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_command_line_goes_before_the_environment_before_the_file_before_the_default(here, small, monkeypatch):
    assert run(small, "trace", ".")["jobs"] == 0
    (here / "sweflow.toml").write_text("jobs = 2\n")
    assert run(small, "trace", ".")["jobs"] == 2
    (here / "sweflow.toml").write_text("jobs = 2\n[trace]\njobs = 3\n")
    assert run(small, "trace", ".")["jobs"] == 3
    monkeypatch.setenv("SWEFLOW_JOBS", "4")
    assert run(small, "trace", ".")["jobs"] == 4
    monkeypatch.setenv("SWEFLOW_TRACE_JOBS", "5")
    assert run(small, "trace", ".")["jobs"] == 5
    assert run(small, "trace", ".", "--jobs", "6")["jobs"] == 6


def test_a_pyproject_is_read_where_there_is_no_file_of_our_own(here, small):
    (here / "pyproject.toml").write_text("[tool.sweflow.trace]\nselect = ['a', 'b']\n")
    assert run(small, "trace", ".")["select"] == ["a", "b"]
    (here / "sweflow.toml").write_text("jobs = 1\n")
    assert run(small, "trace", ".")["select"] == []


def test_a_pyproject_that_is_none_of_ours_may_be_broken(here, small):
    (here / "pyproject.toml").write_text("[project\n")
    assert run(small, "trace", ".")["jobs"] == 0


def test_the_file_is_that_of_the_repository_and_paths_start_from_it(here, small, capsys):
    (here / "repo").mkdir()
    (here / "repo" / "sweflow.toml").write_text("jobs = 2\n")
    assert run(small, "trace", "repo")["jobs"] == 2
    (here / "sweflow.toml").write_text("python = 'venv/bin/python'\n")
    assert run(small, "trace", ".")["python"] == "venv/bin/python"
    (here / "sweflow.toml").write_text("python = 'python3.13'\n")
    assert run(small, "trace", ".")["python"] == "python3.13"


def test_V7_a_repository_elsewhere_decides_neither_sandbox_nor_interpreter(here, small):
    (here / "repo").mkdir()
    (here / "repo" / "sweflow.toml").write_text("sandbox = 'process'\npython = './trap'\njobs = 2\n")
    done = CliRunner().invoke(small, ["trace", "repo"], catch_exceptions=False)
    assert json.loads(done.stdout) == {"jobs": 2, "python": None, "sandbox": "auto", "select": []}
    assert "sets sandbox, which only the file of the working directory may" in done.stderr


def test_an_unknown_key_has_a_place_and_a_suggestion(tmp_path):
    assert wrong(tmp_path, "pyton = 'x'\n").endswith("has an unknown key pyton: did you mean python?")
    assert wrong(tmp_path, "[build]\nrerun = 1\n").endswith("unknown key build.rerun: did you mean reruns?")
    assert wrong(tmp_path, "[biuld]\n").endswith("unknown table [biuld]: did you mean build?")


def test_a_value_of_a_wrong_type_says_what_is_wanted(tmp_path):
    assert wrong(tmp_path, "jobs = '2'\n").endswith("sets jobs to '2', and it is a whole number: give a whole number.")
    assert "give true or false" in wrong(tmp_path, "allow-dirty = 1\n")
    assert "give a list of strings" in wrong(tmp_path, "[trace]\nselect = 'tests'\n")
    assert "'threads' is not one of 'fork', 'process', 'none'" in wrong(tmp_path, "isolation = 'threads'\n")
    assert "sets build.jobs to -1" in wrong(tmp_path, "[build]\njobs = -1\n")


def test_out_means_another_thing_on_each_command(tmp_path):
    assert "such as [build] out" in wrong(tmp_path, "out = 'x'\n")


def test_a_file_that_is_no_toml_has_a_line(tmp_path):
    assert "is no TOML" in wrong(tmp_path, "jobs 2\n")
    assert "line 1" in wrong(tmp_path, "jobs 2\n")


def test_config_says_what_came_from_where(here, monkeypatch):
    (here / "sweflow.toml").write_text("jobs = 2\n[verify]\njobs = 3\n")
    monkeypatch.setenv("SWEFLOW_TIMEOUT", "7")
    rows = json.loads(CliRunner().invoke(cli, ["config", "--json"], catch_exceptions=False).stdout)
    found = {(row["option"], row["value"], row["source"], tuple(row["commands"])) for row in rows}
    assert ("jobs", "2", "sweflow.toml", ("build", "trace", "schedule", "env", "build-all")) in found
    assert ("jobs", "3", "sweflow.toml", ("verify",)) in found
    assert ("timeout", "7", "environment SWEFLOW_TIMEOUT", ("build", "trace", "env")) in found
    assert not any(source == "default" for _, _, source, _ in found)
    every = json.loads(CliRunner().invoke(cli, ["config", "--show", "--json"], catch_exceptions=False).stdout)
    assert {"option": "engine", "value": "auto", "source": "default", "commands": ["build", "trace"]} in every
