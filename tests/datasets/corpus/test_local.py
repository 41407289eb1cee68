"""The local engine: what becomes of one item is no other's business, and nothing of an item stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweflow_datasets.corpus.local import KEPT_LOG, LocalEngine
from sweflow_datasets.corpus.port import Broken, Cause, Returned
from sweflow_datasets.corpus.values import Limits
from sweflow_datasets.corpus.watching import processes

from tests.datasets.corpus.jobs import burn, double, misbehave
from tests.datasets.corpus.runs import left

ROOT = Path(__file__).parents[3]
LIMITS = Limits(seconds=60, memory=200 << 20, disk=30 << 20, processes=40)


@pytest.fixture(autouse=True)
def _found(monkeypatch, tmp_path):
    """Jobs find the functions of these tests, and their scratch folders lie in one place."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))


def run(tmp_path, hows, limits=LIMITS, workers=2, **more):
    engine = LocalEngine(
        workers, limits, lambda key: tmp_path / "out" / key.replace(" ", "-"), tmp_path / "ledger", **more
    )
    ended = {
        e.key: e for e in engine.map_unordered(misbehave, [{"how": how} for how in hows], lambda item: item["how"])
    }
    assert not list((tmp_path / "tmp").iterdir())
    return ended


def test_every_item_gives_its_result_and_what_it_said_is_heard(tmp_path):
    heard = []
    engine = LocalEngine(
        2,
        LIMITS,
        lambda key: tmp_path / key,
        tmp_path / "ledger",
        hear=lambda key, said, usage: heard.append((key, said)),
    )
    ended = list(engine.map_unordered(double, [{"value": n} for n in range(4)], lambda item: f"n{item['value']}"))
    assert all(isinstance(each, Returned) for each in ended)
    assert {each.key: each.value["doubled"] for each in ended} == {"n0": 0, "n1": 2, "n2": 4, "n3": 6}
    assert {("n0", 0), ("n1", 1), ("n2", 2), ("n3", 3)} <= {(key, said.get("halfway")) for key, said in heard}
    assert all(each.usage.seconds > 0 and each.usage.cpu_seconds > 0 for each in ended)


def test_one_that_raises_exits_or_is_killed_stops_no_other(tmp_path):
    ended = run(tmp_path, ["raise", "exit", "kill", "return"])
    assert isinstance(ended["return"], Returned)
    details = {key: each.detail for key, each in ended.items() if isinstance(each, Broken)}
    assert details == {
        "raise": "ValueError: I do not want to",
        "exit": "its process ended with exit code 3",
        "kill": "its process ended with signal 9",
    }
    assert "I do not want to" in (tmp_path / "out" / "raise" / "log.txt").read_text()


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    ended = run(tmp_path, ["hang", "return"], Limits(seconds=4, memory=LIMITS.memory, disk=LIMITS.disk))
    assert (ended["hang"].cause, isinstance(ended["return"], Returned)) == (Cause.TIMED_OUT, True)
    assert not left(tmp_path)


@pytest.mark.parametrize(("how", "cause"), [("memory", Cause.MEMORY), ("disk", Cause.DISK), ("fork", Cause.PROCESSES)])
def test_one_that_takes_too_much_is_ended_and_stops_no_other(tmp_path, how, cause):
    ended = run(tmp_path, [how, "return"])
    assert ended[how].cause is cause
    assert isinstance(ended["return"], Returned)
    assert not left(tmp_path)
    if how == "memory":
        assert LIMITS.memory < ended[how].usage.peak_memory < 10 * LIMITS.memory


def test_no_file_of_a_job_grows_beyond_its_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("sweflow_datasets.corpus.local.disk_usage", lambda folders: 0)  # or that may be first
    ended = run(tmp_path, ["big file"])
    assert "File too large" in ended["big file"].detail
    assert (tmp_path / "out" / "big-file" / "big").stat().st_size == LIMITS.disk


def test_a_log_that_is_flooded_keeps_its_end(tmp_path):
    assert isinstance(run(tmp_path, ["log"])["log"], Returned)
    assert (tmp_path / "out" / "log" / "log.txt").stat().st_size == KEPT_LOG


@pytest.mark.slow
def test_a_job_that_says_too_much_at_once_is_ended(tmp_path):
    assert run(tmp_path, ["chatter"])["chatter"].cause is Cause.CRASHED


def test_a_stop_ends_what_runs_and_begins_nothing_more(tmp_path):
    started = time.monotonic()
    asked = []

    def items():
        for number in range(5):
            asked.append(number)
            yield {"how": "hang", "number": number}

    engine = LocalEngine(
        2,
        LIMITS,
        lambda key: tmp_path / key,
        tmp_path / "ledger",
        stop=lambda: "enough" if time.monotonic() - started > 2 else "",
    )
    ended = list(engine.map_unordered(misbehave, items(), lambda item: str(item["number"])))
    assert [(each.cause, each.detail) for each in ended] == [(Cause.STOPPED, "enough")] * 2
    assert asked == [0, 1]


@pytest.mark.parametrize(("how", "with_jobs"), [("hang", False), ("wait", False), ("hang", True)])
def test_D1_jobs_end_with_the_process_that_started_them(tmp_path, how, with_jobs):
    """SIGKILL gives it no chance to clean up: the jobs see that it is gone, and take the end of nothing as a result.

    A cluster kills a process of its own together with its children: what these started goes all the same.
    """
    code = (
        "import sys, pathlib\n"
        "from sweflow_datasets.corpus.local import LocalEngine\n"
        "from sweflow_datasets.corpus.values import Limits\n"
        "from tests.datasets.corpus.jobs import misbehave\n"
        f"engine = LocalEngine(1, Limits(), lambda key: pathlib.Path({str(tmp_path)!r}) / key, pathlib.Path({str(tmp_path)!r}) / 'ledger')\n"
        f"list(engine.map_unordered(misbehave, [{{'how': {how!r}}}], lambda item: 'one'))\n"
    )
    scratch = tmp_path / "tmp"
    driver = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(scratch)})
    until = time.monotonic() + 60
    while len(left(tmp_path)) < (4 if how == "hang" else 3):
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(1)
    jobs = [seen.pid for seen in processes().values() if seen.parent == driver.pid]
    assert len(jobs) == 1
    for pid in (driver.pid, *(jobs if with_jobs else ())):
        os.kill(pid, signal.SIGKILL)
    driver.wait()
    until = time.monotonic() + 10
    while list(scratch.iterdir()) and time.monotonic() < until:
        time.sleep(0.1)
    assert not list(scratch.iterdir())
    assert not left(tmp_path)
    assert not (tmp_path / "one" / "reported").exists()


def test_D1_what_a_killed_engine_left_is_removed_by_the_next(tmp_path):
    left_over = tmp_path / "tmp" / "sweflow-0123abcd"
    left_over.mkdir()
    (left_over / "owner").write_text("1234567890-1")  # nobody who lives
    (tmp_path / "ledger").write_text(f"{left_over}\n")
    assert isinstance(run(tmp_path, ["return"])["return"], Returned)
    assert not left_over.exists()


@pytest.mark.slow
def test_the_processor_time_of_what_nobody_waited_for_counts(tmp_path):
    engine = LocalEngine(1, LIMITS, lambda key: tmp_path / key, tmp_path / "ledger")
    (ended,) = engine.map_unordered(burn, [{}], lambda item: "one")
    assert 1.4 < ended.usage.cpu_seconds < 6
