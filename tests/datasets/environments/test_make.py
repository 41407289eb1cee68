"""The whole loop, from a folder of wheels; and what commands make of its record."""

import zipfile
from pathlib import Path

import pytest
from sweflow_datasets.environments.make import make_environment
from sweflow_datasets.environments.recorded import find_recorded, read_recorded
from sweflow_datasets.environments.values import ChangeKind, Environment, EnvironmentChange, EnvironmentStatus, Options
from sweflow_datasets.errors import ExtraMissing
from sweflow_tracer.errors import FileNotUsable, OutputNotUsable

from sweflow.cli.command import chosen_target
from tests.datasets.environments.small_repositories import wheel_of, write

MOCKER = "import pytest\n\n@pytest.fixture\ndef mocker():\n    return 1\n"


def plugin(folder: Path) -> None:
    """A wheel that is called as pytest-mock is, and brings a start-up file."""
    info = "pytest_mock-1.0.dist-info"
    files = {
        "mocking.py": MOCKER,
        "start.pth": "import os; os.abort()\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: pytest-mock\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[pytest11]\nmocking = mocking\n",
    }
    with zipfile.ZipFile(folder / "pytest_mock-1.0-py3-none-any.whl", "w") as archive:
        for name, text in {**files, f"{info}/RECORD": "".join(f"{name},,\n" for name in files)}.items():
            archive.writestr(name, text)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A repository whose tests need a plugin that nothing names, and the environment that was made for it."""
    root = tmp_path_factory.mktemp("environments")
    (root / "wheels").mkdir()
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        wheel_of(name, root / "wheels")
    plugin(root / "wheels")
    repo = write(root / "small", tests__test_mock_dot_py="def test_mock(mocker):\n    assert mocker\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(root)  # paths that users give are relative, as often as not
        made = make_environment("small", "small.env", Options(wheels="wheels", jobs=1))
    return root, repo, made


@pytest.fixture
def made(place) -> Environment:
    return place[2]


def test_one_change_after_another_leads_to_an_environment_that_passes(made):
    assert made.outcome.status is EnvironmentStatus.READY
    assert [attempt.change for attempt in made.attempts] == [None, EnvironmentChange(ChangeKind.REQUIRE, "pytest-mock")]
    assert [attempt.proof.passed for attempt in made.attempts] == [1, 2]


def test_pins_have_hashes_and_hold_neither_the_project_nor_anything_of_ours(made):
    names = [pin.partition("==")[0] for pin in made.pins]
    assert names == ["iniconfig", "packaging", "pluggy", "pygments", "pytest", "pytest-mock"]
    assert all(digests for _, digests in made.hashes)


def test_code_that_starts_with_the_interpreter_is_taken_out_and_named(made):
    assert made.startup == ("start.pth",)


def test_the_record_says_where_the_interpreter_is(place):
    root, _, made = place
    found = read_recorded(root / "small.env")
    assert found.python.exists()
    assert (found.status, found.source) == (EnvironmentStatus.READY, made.source)
    assert (root / "small.env" / "requirements.txt").read_text().count("--hash=sha256:") >= 6
    assert "pip install --no-deps -r /context/requirements.txt" in (root / "small.env" / "Dockerfile").read_text()


def test_a_command_without_python_takes_it_and_says_so(place, monkeypatch, capsys):
    root, repo, _ = place
    monkeypatch.chdir(root)
    python, arguments = chosen_target({"python": None, "quiet": False}, repo, ("tests",))
    assert python == root.resolve() / "small.env" / "venv" / "bin" / "python"
    assert arguments == ("tests",)
    assert "sweflow env made" in capsys.readouterr().err


def test_an_interpreter_that_is_named_goes_before_it(place, monkeypatch, python):
    root, repo, _ = place
    monkeypatch.chdir(root)
    assert chosen_target({"python": python, "quiet": True}, repo, ())[0] == python


def test_a_folder_of_somebody_elses_and_one_in_the_repository_are_refused(place, tmp_path):
    _, repo, _ = place
    (tmp_path / "mine.txt").touch()
    for out in (tmp_path, repo / "env"):
        with pytest.raises(OutputNotUsable):
            make_environment(repo, out)


def test_a_damaged_record_is_one_sentence(tmp_path):
    (tmp_path / "environment.toml").write_text("version = 1\n")
    with pytest.raises(FileNotUsable):
        read_recorded(tmp_path)


def test_a_repository_without_a_record_has_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_recorded(write(tmp_path / "small")) is None


def test_no_python_is_an_outcome_and_no_error(place, tmp_path):
    _, repo, _ = place
    found = make_environment(repo, tmp_path / "x.env", Options(python="3.99"))
    assert (found.outcome.status, found.outcome.cause.value) == (EnvironmentStatus.FAILED, "no-python")


def test_without_uv_the_extra_is_named(place, tmp_path, monkeypatch):
    monkeypatch.setattr("sweflow_datasets.environments.uv.uv_program", lambda: None)
    with pytest.raises(ExtraMissing, match=r"sweflow\[env\]"):
        make_environment(place[1], tmp_path / "x.env")


def test_what_works_outlasts_a_run_that_fails(place):
    """H2."""
    root, repo, _ = place
    before = (root / "small.env" / "environment.toml").read_bytes()
    found = make_environment(repo, root / "small.env", Options(python="3.99"))
    assert found.outcome.status is EnvironmentStatus.FAILED
    assert (root / "small.env" / "environment.toml").read_bytes() == before
    assert (root / "small.env" / "venv" / "bin" / "python").exists()
