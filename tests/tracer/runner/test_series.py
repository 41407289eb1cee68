"""A session of a series is as one of its own: the same tree, the same records, and nothing of the session before."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.series import Turn, run_series
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.sandbox import open_sandbox

from tests.helpers import write_repository

FILES = {
    "core.py": "def value():\n    return 1\n",
    "parts/extra.py": "",
    "tests/test_core.py": "import core\n\ndef test_value():\n    assert core.value() == 1\n",
}
VALUE = "tests/test_core.py::test_value"
SANDBOXES = [
    "process",
    pytest.param("bubblewrap", marks=pytest.mark.slow),
    pytest.param("docker", marks=[pytest.mark.slow, pytest.mark.docker]),
]
Trees = Callable[..., list[Session | None]]


def blobs_of(files: dict[str, str]) -> Blobs:
    return {path: ("100644", text.encode()) for path, text in files.items()}


def turn(files: dict[str, str | None], *groups: list[str], **options: object) -> Turn:
    """The small repository with these files, None for one that is gone, and the groups that run on it."""
    there = {path: text for path, text in {**FILES, **files}.items() if text is not None}
    wanted = {"groups": groups or [[VALUE]], "paths": ["tests"], "timeout": 20.0, **options}
    return blobs_of(there), SessionOptions(**wanted)  # type: ignore[arg-type]


@pytest.fixture(params=SANDBOXES)
def ran(request: pytest.FixtureRequest, tmp_path: Path, working_sandbox: Callable[[str], str]) -> Trees:
    """Runs turns as a series, or each by itself."""
    python = Path(sys.executable)
    repo = write_repository(tmp_path / "repo", FILES)
    project, _ = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    name = request.param if request.param == "process" else working_sandbox(request.param)
    target, launcher = Target(project, python), Launcher(open_sandbox(name, python))

    def run(turns: list[Turn], *, apart: bool = False) -> list[Session | None]:
        with Workspace(project.folder, tmp_path / "ledger") as workspace:
            if not apart:
                return run_series(target, workspace, launcher, turns)
            found: list[Session | None] = []
            for blobs, options in turns:
                workspace.show(blobs)
                found.append(run_session(target, workspace, launcher, options))
            return found

    return run


def said(session: Session | None) -> list[tuple[object, ...]]:
    """What the records of a session say, but for durations."""
    assert session is not None
    return [
        (record["id"], record["outcome"], record["group"], record["edges"], record["codes"], record.get("detail"))
        for record in session.tests
    ]


def outcomes(session: Session | None) -> list[str]:
    return [str(what) for _, what, *_ in said(session)]


def test_V1_it_says_what_sessions_of_their_own_say(ran: Trees):
    other = FILES["core.py"].replace("1", "2")
    more = "import os\nimport parts.extra\n\ndef test_more():\n    assert os.access('run', os.X_OK)\n"
    added = {"tests/test_more.py": more, "run": "#!/bin/sh\n"}
    both = [[VALUE], ["tests/test_more.py::test_more"]]
    recorded = {"engine": "settrace", "traced": [0], "seed": 3}
    turns = [
        turn({}, **recorded),
        turn({"core.py": other}, **recorded),  # as large, and in the same second
        turn(added, *both, **recorded),
        turn({**added, "parts/extra.py": None}, *both, **recorded),
        turn({}, **recorded),
    ]
    for blobs, _ in turns:
        if "run" in blobs:
            blobs["run"] = ("100755", blobs["run"][1])  # type: ignore[index]
    series = ran(turns)
    assert [said(session) for session in series] == [said(session) for session in ran(turns, apart=True)]
    assert [outcomes(session) for session in series] == [
        ["passed"],
        ["failed"],
        ["passed", "passed"],
        ["passed"],  # the other file cannot be collected
        ["passed"],
    ]


LEAVES = """
import os, subprocess, sys, tempfile, time

MARK = "sweflow-" + "leftover"
PLACES = [".", os.path.expanduser("~"), tempfile.gettempdir(), "/dev/shm"]

def left():
    found = [place for place in PLACES if os.path.exists(os.path.join(place, MARK))]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid) as file:
                found += [pid] * (MARK in file.read())
        except OSError:
            pass
    return found

def stays():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", MARK], start_new_session=True)

FOUND = left()
stays()

def test_finds_nothing():
    assert FOUND == []
    with open("core.py") as file:
        assert "return 1" in file.read()

def test_leaves():
    stays()
    for place in PLACES[:WRITTEN]:
        with open(os.path.join(place, MARK), "w"):
            pass
    with open("core.py", "a") as file:
        file.write("raise ValueError")
    os.unlink("parts/extra.py")
    until = time.monotonic() + 10
    while len(left()) < WRITTEN + 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(left()) == WRITTEN + 2
"""


def test_V1_what_a_session_left_is_gone_before_the_next(ran: Trees, request: pytest.FixtureRequest):
    written = 3 if "process" in request.node.name else 4  # a plain process has no /dev/shm of its own
    leaves = {"tests/test_core.py": LEAVES.replace("WRITTEN", str(written))}
    groups = [["tests/test_core.py::test_finds_nothing"], ["tests/test_core.py::test_leaves"]]
    assert [outcomes(session) for session in ran([turn(leaves, *groups)] * 3)] == [["passed", "passed"]] * 3


@pytest.mark.parametrize(
    "broken",
    [
        {"tests/conftest.py": "import os\nos._exit(3)\n"},
        {
            "tests/conftest.py": "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
        },
        {"tests/conftest.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"},
    ],
    ids=["exit", "thread", "killed"],
)
def test_what_is_no_session_is_to_run_by_itself(ran: Trees, broken: dict[str, str]):
    one, two, three = ran([turn({}), turn(broken), turn({})])
    assert (outcomes(one), two, outcomes(three)) == (["passed"], None, ["passed"])


def test_a_session_that_ends_the_series_costs_the_others_nothing_but_the_series(ran: Trees):
    kills = "import os, signal\n\ndef test_value():\n    parent = open('/proc/%d/stat' % os.getppid()).read()\n"
    kills += "    os.kill(int(parent.rpartition(')')[2].split()[1]), signal.SIGKILL)\n"
    one, two, three = ran([turn({}), turn({"tests/test_core.py": kills}), turn({})])
    assert (outcomes(one), two, three) == (["passed"], None, None)


def test_each_session_has_its_own_log(ran: Trees):
    one, two = ran([turn({}), turn({"tests/test_two.py": "def test_two():\n    pass\n"})])
    assert one is not None
    assert two is not None
    assert ("collected 1 item" in one.log, "collected 2 items" in one.log) == (True, False)
    assert ("collected 1 item" in two.log, "collected 2 items" in two.log) == (False, True)
