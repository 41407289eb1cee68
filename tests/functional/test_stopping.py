"""H3: a signal ends every command within two seconds, and leaves no process, container or scratch folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweflow_tracer.runner.leftovers import find_leftovers

from tests.helpers import write_repository

FILES = {
    "small.py": "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
    "tests/test_small.py": """\
import pathlib
import time
import small

def wait_in(stage):
    if pathlib.Path(__file__).with_name("stage.txt").read_text() == stage:
        time.sleep(600)

def test_f():
    wait_in("trace")
    assert small.f() == 1

def test_g():
    if "NotImplementedError" in pathlib.Path(small.__file__).read_text():
        wait_in("verify")
    assert small.f() + small.g() == 3
""",
}
"""A project whose tests never end while they are traced, or on a skeleton."""
START = 300.0
"""Seconds until a command must have come as far as tests that run: some machines start a container in twenty."""
BOUND = 2.0
"""Seconds of H3. The machine that runs the tests may be busy with others of them: they get as much again."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder for all scratch folders of a command."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path


def start(home: Path, sandbox: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start a command in a process group of its own, which hears Ctrl-C whatever this process does."""

    def hear() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    command = [sys.executable, "-m", "sweflow", *map(str, arguments)]
    return subprocess.Popen(
        command,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear,  # noqa: PLW1509
        process_group=0,
        env={**os.environ, "SWEFLOW_SANDBOX": sandbox},
    )


def processes_of(home: Path) -> list[str]:
    """Command lines of processes whose environment names a scratch folder below ``home``, but for our own."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and f"{home}/".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [line for line in found if line.strip()]


def is_running_tests(home: Path) -> bool:
    """Whether some session has gone on for a while: what pytest prints stands still."""
    for log in (home / "tmp").glob("sweflow-*/run*/log.txt"):
        with contextlib.suppress(OSError):  # a session that ends meanwhile
            if "collected " in log.read_text("utf-8", "replace") and time.time() - log.stat().st_mtime > 0.5:
                return True
    return False


def stop(process: "subprocess.Popen[str]", home: Path, how: signal.Signals, *, group: bool) -> None:
    """Wait until tests run, give the signal, and see what there is two seconds later."""
    give_up = time.monotonic() + START
    while not is_running_tests(home):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.05)
    started = time.monotonic()
    (os.killpg if group else os.kill)(process.pid, how)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - started < 2 * BOUND
    assert process.returncode == 130, errors
    assert "interrupted; the same command goes on from here" in errors
    assert "Traceback" not in errors
    assert not list((home / "tmp").glob("sweflow-*"))
    assert not processes_of(home)


def command_of(stage: str, home: Path, python: Path) -> list[object]:
    """A command whose tests never end in this stage; the stages before it are done."""
    repo = write_repository(home / "repo", {**FILES, "tests/stage.txt": stage})
    build = ["build", repo, "--python", python, "--out", home / "out", "--reruns", "0"]
    if stage != "eval":
        return build
    done = subprocess.run([sys.executable, "-m", "sweflow", *map(str, build)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    row = json.loads((home / "out" / "tasks.jsonl").read_text("utf-8").splitlines()[-1])
    never = row["patch"].replace("+    return ", "+    import time; time.sleep(600); return ")
    assert never != row["patch"]
    patch = {"instance_id": row["instance_id"], "model_patch": never}
    (home / "never.jsonl").write_text(json.dumps(patch), "utf-8")
    return ["eval", home / "out", "--predictions", home / "never.jsonl"]


@pytest.mark.parametrize("stage", ["trace", "verify", pytest.param("eval", marks=pytest.mark.slow)])
def test_H3_a_signal_ends_a_command_within_two_seconds(stage, home, python):
    process = start(home, "process", *command_of(stage, home, python))
    stop(process, home, signal.SIGINT, group=False)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["trace", "verify", "eval"])
def test_H3_so_does_a_signal_to_the_whole_group_under_bubblewrap(stage, home, python, working_sandbox):
    process = start(home, working_sandbox("bubblewrap"), *command_of(stage, home, python))
    stop(process, home, signal.SIGTERM, group=True)


@pytest.mark.docker
@pytest.mark.parametrize("stage", ["trace", "verify", "eval"])
def test_H3_and_one_under_docker(stage, home, python, working_sandbox):
    process = start(home, working_sandbox("docker"), *command_of(stage, home, python))
    stop(process, home, signal.SIGTERM, group=False)
    assert not [one for one in find_leftovers() if one.kind == "container"]
