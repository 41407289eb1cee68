"""Building: strangers' build code reaches nothing, changes nothing, and leaves nothing (H1, H3)."""

import sys
import time
from pathlib import Path

import pytest
from sweflow_datasets.environments.building import build_wheels
from sweflow_datasets.environments.repository import read_repository
from sweflow_datasets.environments.values import Options
from sweflow_tracer.runner.workspace import Workspace
from sweflow_tracer.sandbox.choose import examine_one
from sweflow_tracer.sandbox.ownership import TOKEN, marked, owner

from tests.datasets.environments.small_repositories import BACKEND, write

PYTHON = Path(sys.executable).resolve()
HANG = "import time\ntime.sleep(600)\n"
WRITES = "import pathlib\nfor place in {places!r}:\n    try:\n        pathlib.Path(place).write_text('x')\n    except OSError:\n        pass\n"
CALLS = """
import socket
for place in (("127.0.0.1", {port}), ("1.1.1.1", 443)):
    try:
        socket.create_connection(place, 2).close()
        open("/proc/self/fd/2", "w").write("REACHED\\n")
    except OSError:
        pass
"""
NOTHING = "def build_wheel(folder, config_settings=None, metadata_directory=None):\n    raise SystemExit(0)\n"
LEAVES = """
import subprocess, sys
quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True, **quiet)
"""


@pytest.fixture
def build(tmp_path):
    """Builds a repository with a backend; nothing that it started lives afterwards."""
    if not examine_one("bubblewrap").works:
        pytest.skip("bubblewrap does not work here")
    wheels = tmp_path / "wheels"
    wheels.mkdir()

    def made(backend, seconds=60.0):
        repository = read_repository(write(tmp_path / "small", backend_dot_py=backend))
        options = Options(wheels=str(wheels), seconds=seconds)
        with Workspace("small", tmp_path / "ledger") as space:
            found = build_wheels(PYTHON, repository.blobs, (), "1.0", space, "bubblewrap", options)
        assert not [pid for pid, value in marked(TOKEN) if value.startswith(owner())]
        return found

    return made


def test_a_project_becomes_a_wheel(build):
    assert list(build(BACKEND + LEAVES).wheels) == ["small-1.0-py3-none-any.whl"]


def test_a_build_that_hangs_ends_in_time(build):
    started = time.monotonic()
    found = build(HANG, seconds=3.0)
    assert found.timed_out
    assert not found.wheels
    assert time.monotonic() - started < 30


def test_a_build_that_gives_nothing_is_no_build(build):
    assert not build(NOTHING).wheels


def test_what_a_build_writes_outside_is_not_there(build, tmp_path):
    places = [str(tmp_path / "mark"), str(Path.home() / "sweflow-mark"), f"{sys.prefix}/sweflow-mark"]
    found = build(WRITES.format(places=places) + BACKEND)
    assert found.wheels
    assert not [place for place in places if Path(place).exists()]


def test_a_build_reaches_neither_the_host_nor_the_world(build):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        found = build(CALLS.format(port=server.getsockname()[1]) + BACKEND)
    assert found.wheels
    assert "REACHED" not in found.log
