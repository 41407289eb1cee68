"""Builds that are repeated, interrupted and killed (D1, D2)."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sweflow

FILES = ("schedule.json", "graph.json", "tasks.jsonl", "certificates.jsonl", "twins.jsonl", "rejected.jsonl")


def dataset(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def calculator(example, python) -> tuple[Path, Path]:
    repo = example("calculator")
    sweflow.build(repo, repo.parent / "first", python=python)
    return repo, repo.parent / "first"


@pytest.mark.slow
def test_D2_two_builds_give_the_same_bytes_wherever_they_go(calculator, python, tmp_path, monkeypatch):
    repo, first = calculator
    monkeypatch.chdir(tmp_path)
    sweflow.build(repo, Path("second"), python=python, options=sweflow.Options.of(jobs=1))
    assert dataset(tmp_path / "second") == dataset(first)


def start(command: list[str], **streams: int) -> "subprocess.Popen[str]":
    """Start a command that hears Ctrl-C, even if these tests run in the background and do not."""

    def hear() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen(command, text=True, preexec_fn=hear, **streams)  # noqa: PLW1509


def run_and_kill(command: list[str], seconds: float, how: signal.Signals) -> int | None:
    """Start a build and kill it after a while; its exit code where it ended before that."""
    process = start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(how)
        process.wait(30)
        return None


def leftovers() -> list[str]:
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if "_sweflow_probe_" in line and "-m pytest" in line and "calculator" in line]


@pytest.mark.slow
def test_D1_a_build_killed_ten_times_gives_the_same_dataset_as_an_undisturbed_one(
    calculator, python, tmp_path, monkeypatch
):
    repo, first = calculator
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "sweflow", "build", str(repo), "--python", str(python), "--out", str(out), "-q"]
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    chance = random.Random(7)
    for number in range(10):
        how = signal.SIGINT if number % 3 == 2 else signal.SIGKILL
        run_and_kill(command, chance.uniform(1.0, 6.0), how)
    time.sleep(1.0)
    assert not leftovers()
    assert subprocess.run(command, check=False).returncode == 0
    assert dataset(out) == dataset(first)
    assert not (out / "work").exists()
    assert not list((tmp_path / "tmp").glob("sweflow-*"))


def test_ctrl_c_says_that_the_command_goes_on_and_leaves_no_process(example, python, tmp_path):
    repo = example("calculator")
    command = [
        sys.executable,
        "-m",
        "sweflow",
        "build",
        str(repo),
        "--python",
        str(python),
        "--out",
        str(tmp_path / "o"),
    ]
    process = start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (tmp_path / "o" / "work").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "goes on" in errors
    assert "Traceback" not in errors
    assert not leftovers()
