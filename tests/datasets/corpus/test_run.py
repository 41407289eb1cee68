"""Runs over many repositories: every poison is a line of its own, and a run that was killed loses and doubles nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweflow_datasets.corpus.events import EVENTS, read_events
from sweflow_datasets.corpus.format import read_manifest
from sweflow_datasets.corpus.journal import Journal
from sweflow_datasets.corpus.options import CorpusOptions
from sweflow_datasets.corpus.values import End, Limits, Stage
from sweflow_datasets.errors import ListNotUsable
from sweflow_tracer.errors import OutputNotUsable

import sweflow
from tests.datasets.corpus.archives import tar
from tests.datasets.corpus.repositories import write, write_list
from tests.datasets.corpus.runs import bytes_of, ended_stages, ends, left, started

LIMITS = Limits(seconds=240, memory=1 << 30, disk=200 << 20, processes=200)


@pytest.fixture(autouse=True)
def _scratch(tmp_path, monkeypatch):
    """Scratch folders of this test alone."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))


def run(listed: Path, out: Path, limits: Limits = LIMITS, workers: int = 2, **more) -> sweflow.CorpusRun:
    made = sweflow.build_all(listed, out, CorpusOptions(limits=limits, workers=workers, **more), sandbox="process")
    assert not list((out.parent / "tmp").iterdir())
    return made


@pytest.mark.slow
def test_a_list_gives_builds_a_manifest_an_index_and_events(tmp_path):
    for name in ("alpha", "beta"):
        write(tmp_path, name)
    listed = write_list(tmp_path / "list.toml", ["alpha", "beta"])
    made = run(listed, tmp_path / "out")
    assert ends(made) == {"alpha": End.DONE, "beta": End.DONE}
    assert made.verified == 4
    assert read_manifest(tmp_path / "out") == made
    alpha = made.repositories[0]
    assert (alpha.version, alpha.licence, alpha.tests, alpha.steps, alpha.environment) == ("1.0", "MIT", 2, 2, "given")
    assert alpha.cpu_seconds > 0
    assert alpha.peak_memory > 1 << 20
    assert alpha.bytes > 1000
    assert len(sweflow.load_tasks(tmp_path / "out" / "repositories" / "alpha" / "sweflow")) == alpha.verified
    assert (tmp_path / "out" / alpha.report).stat().st_size > 100_000
    assert alpha.report in (tmp_path / "out" / "index.html").read_text()
    kinds = [event["event"] for event in read_events(tmp_path / "out")]
    assert (kinds[0], kinds[-1]) == ("run-started", "run-ended")
    assert kinds.count("stage-ended") == kinds.count("stage-started") == 8
    builds = [tmp_path / "out" / result.build for result in made.repositories]
    exported = sweflow.export(builds, "jsonl", tmp_path / "dataset", sweflow.ExportOptions(licences=("MIT",)))
    assert exported.tasks == {"train": 4}
    before = started(tmp_path / "out")
    again = run(listed, tmp_path / "out")
    assert started(tmp_path / "out") == before
    assert again.dataset == made.dataset


@pytest.mark.slow
def test_what_changed_is_built_anew_and_what_did_not_is_not(tmp_path):
    for name in ("alpha", "beta"):
        write(tmp_path, name)
    listed = write_list(tmp_path / "list.toml", ["alpha", "beta"])
    run(listed, tmp_path / "out")
    before = started(tmp_path / "out")
    with (tmp_path / "beta" / "beta.py").open("a") as file:
        file.write("\n\ndef three():\n    return 3\n")
    with (tmp_path / "beta" / "tests" / "test_beta.py").open("a") as file:
        file.write("\n\ndef test_three():\n    assert beta.three() == 3\n")
    made = run(listed, tmp_path / "out")
    assert {name for name, _, _ in started(tmp_path / "out")[len(before) :]} == {"beta"}
    assert [result.verified for result in made.repositories] == [2, 3]
    assert len(list((tmp_path / "out").glob("repositories/beta/build/*.json"))) == 2  # finished work stays


@pytest.mark.slow
def test_the_manifest_is_there_while_a_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("sweflow_datasets.corpus.run.MANIFEST_EVERY", 0.0)
    for name in ("alpha", "beta"):
        write(tmp_path, name, "empty")
    seen = []

    def look(event):
        if event["event"] == "repository-ended":
            seen.append([result.end for result in read_manifest(tmp_path / "out").repositories])

    listed = write_list(tmp_path / "list.toml", ["alpha", "beta"])
    sweflow.build_all(listed, tmp_path / "out", CorpusOptions(workers=1), sandbox="process", hear=look)
    assert seen == [[End.NO_TESTS, End.UNFINISHED], [End.NO_TESTS, End.NO_TESTS]]


@pytest.mark.slow
def test_small_repositories_are_built_first(tmp_path):
    for name in ("alpha", "beta"):
        write(tmp_path, name, "empty")
    (tmp_path / "alpha" / "large.py").write_text("x = 1\n" * 1000)
    run(write_list(tmp_path / "list.toml", ["alpha", "beta"]), tmp_path / "out", workers=1)
    assert [name for name, stage, _ in started(tmp_path / "out") if stage == "build"] == ["beta", "alpha"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("poison", "end", "said"),
    [
        ("hangs", End.TIMED_OUT, "after 75 s"),
        ("forks", End.CRASHED, "processes at a time"),
        ("hoards", End.MEMORY, "MiB, and it may have"),
        ("fills", End.DISK, "MiB, and it may have 60 MiB"),
    ],
)
def test_a_poisoned_repository_is_a_line_of_its_own_and_stops_nobody_else(tmp_path, poison, end, said):
    write(tmp_path, poison, poison)
    write(tmp_path, "zeta")
    limits = Limits(seconds=75, memory=1 << 30, disk=60 << 20, processes=100)
    made = run(write_list(tmp_path / "list.toml", [poison, "zeta"]), tmp_path / "out", limits)
    assert ends(made) == {poison: end, "zeta": End.DONE}
    assert said in made.repositories[0].detail
    assert made.repositories[0].move
    assert not left(tmp_path)


@pytest.mark.slow
def test_repositories_that_flood_delete_and_have_nothing_are_lines_of_their_own(tmp_path):
    names = ["floods", "deletes", "empty", "fails"]
    for name in names:
        write(tmp_path, name, name)
    write(tmp_path, "zeta")
    tar(tmp_path / "evil-1.0.tar.gz", {"evil-1.0/a.py": "", "evil-1.0/../../../evil.py": "x = 1\n"})
    listed = write_list(tmp_path / "list.toml", [*names, "evil-1.0.tar.gz", "nowhere", "zeta"])
    made = run(listed, tmp_path / "out")
    found = ends(made)
    assert found.pop("zeta") is End.DONE
    assert found.pop("evil") is End.NOT_FETCHED
    assert found.pop("nowhere") is End.NOT_FETCHED
    assert found.pop("empty") is End.NO_TESTS
    assert found.pop("fails") is End.NOTHING_PASSES
    assert found.pop("floods") in (End.DONE, End.DISK, End.CRASHED)  # its tests may pass, behind 400 MB of noise
    assert found.pop("deletes") is not End.DONE
    assert (tmp_path / "deletes" / "deletes.py").exists()
    assert not list(tmp_path.parent.rglob("evil.py"))
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file()) < LIMITS.disk
    again = run(listed, tmp_path / "out")
    assert ends(again) == ends(made)


@pytest.mark.slow
def test_D1_D7_a_run_that_is_killed_twice_gives_the_same_bytes_and_runs_no_stage_twice(tmp_path):
    names = [f"p{number}" for number in range(4)]
    for name in names:
        write(tmp_path, name)
    listed = write_list(tmp_path / "list.toml", names)
    undisturbed = run(listed, tmp_path / "whole")
    out = tmp_path / "out"
    for kill_after in ("fetch", "build"):
        ended = ended_stages(out)
        command = [sys.executable, "-m", "sweflow", "build-all", str(listed), "--out", str(out), "--workers", "2", "-q"]
        driver = subprocess.Popen(command, stderr=subprocess.PIPE)
        until = time.monotonic() + 240
        while not any(stage == kill_after for _, stage, _ in ended_stages(out)[len(ended) :]):
            assert driver.poll() is None, driver.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.05)
        driver.send_signal(signal.SIGKILL)
        driver.communicate()
        until = time.monotonic() + 20
        while left(tmp_path) and time.monotonic() < until:
            time.sleep(0.1)
        assert not left(tmp_path)
    finished = ended_stages(out)
    assert 0 < len(finished) < 16
    made = run(listed, out)
    assert bytes_of(out) == bytes_of(tmp_path / "whole")
    assert made.dataset == undisturbed.dataset
    assert ends(made) == dict.fromkeys(names, End.DONE)
    events = read_events(out)
    assert len(ended_stages(out)) == len(set(ended_stages(out)))
    with Journal(out) as journal:
        held = [(r.repository, r.stage) for records in journal.records().values() for r in records]
    assert sorted(held) == sorted((name, stage) for name in names for stage in Stage)
    last = max(n for n, event in enumerate(events) if event["event"] == "run-started")
    begun = {(e["repository"], e["stage"], e["key"]) for e in events[last:] if e["event"] == "stage-started"}
    assert not begun & set(finished)


@pytest.mark.slow
def test_H3_a_signal_ends_a_run_at_once_with_nothing_left(tmp_path):
    write(tmp_path, "hangs", "hangs")
    listed = write_list(tmp_path / "list.toml", ["hangs"])
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sweflow", "build-all", str(listed), "--out", str(out), "-q"]
    driver = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not (out / EVENTS).exists() or ("hangs", "build") not in {(n, stage) for n, stage, _ in started(out)}:
        assert driver.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(3)
    began = time.monotonic()
    driver.send_signal(signal.SIGTERM)
    _, said = driver.communicate(timeout=30)
    assert time.monotonic() - began < 4  # the bound of two seconds, on a machine that runs other tests
    assert driver.returncode == 130, said
    assert "the same command goes on from here" in said
    assert not left(tmp_path)
    assert not list((tmp_path / "tmp").iterdir())
    assert read_manifest(out).repositories[0].end is End.UNFINISHED


@pytest.mark.slow
def test_budgets_end_a_run_in_good_order_and_the_next_goes_on(tmp_path):
    names = [f"p{number}" for number in range(4)]
    for name in names:
        write(tmp_path, name)
    listed = write_list(tmp_path / "list.toml", names)
    first = sweflow.build_all(listed, tmp_path / "out", CorpusOptions(max_tasks=1, workers=1), sandbox="process")
    assert first.stopped == "--max-tasks 1"
    assert list(ends(first).values()) == [End.DONE, *[End.UNFINISHED] * 3]
    second = sweflow.build_all(listed, tmp_path / "out", CorpusOptions(max_seconds=0, workers=1), sandbox="process")
    assert second.stopped == "--max-seconds 0"
    assert set(ends(second).values()) == {End.NOT_BEGUN}  # folders: whether they changed was not looked at
    third = sweflow.build_all(listed, tmp_path / "out", CorpusOptions(max_disk=1000, workers=1), sandbox="process")
    assert third.stopped == "--max-disk 1000"
    last = sweflow.build_all(listed, tmp_path / "out", CorpusOptions(workers=1), sandbox="process")
    assert set(ends(last).values()) == {End.DONE}
    assert [name for name, stage, _ in started(tmp_path / "out") if stage == "build"] == names


@pytest.mark.slow
def test_a_failure_is_final_until_its_limit_is_raised_or_it_is_to_be_tried_again(tmp_path):
    write(tmp_path, "hangs", "hangs")
    write(tmp_path, "empty", "empty")
    listed = write_list(tmp_path / "list.toml", ["hangs", "empty"])

    def builds() -> list[str]:
        return [name for name, stage, _ in started(tmp_path / "out") if stage == "build"]

    short = Limits(seconds=30, memory=LIMITS.memory, disk=LIMITS.disk)
    run(listed, tmp_path / "out", short)
    assert sorted(builds()) == ["empty", "hangs"]
    run(listed, tmp_path / "out", short)
    assert sorted(builds()) == ["empty", "hangs"]
    run(listed, tmp_path / "out", Limits(seconds=32, memory=LIMITS.memory, disk=LIMITS.disk))
    assert sorted(builds()) == ["empty", "hangs", "hangs"]
    made = run(listed, tmp_path / "out", short, retry=True)
    assert sorted(builds()) == ["empty", "empty", "hangs", "hangs", "hangs"]
    assert ends(made) == {"hangs": End.TIMED_OUT, "empty": End.NO_TESTS}


def test_a_folder_that_holds_something_else_and_a_bad_list_are_refused_before_anything_runs(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    write(tmp_path, "alpha")
    listed = write_list(tmp_path / "list.toml", ["alpha"])
    with pytest.raises(OutputNotUsable, match="it holds something else"):
        sweflow.build_all(listed, tmp_path / "out", sandbox="process")
    (tmp_path / "bad.txt").write_text("alpha\n")
    with pytest.raises(ListNotUsable):
        sweflow.build_all(tmp_path / "bad.txt", tmp_path / "new", sandbox="process")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_the_command_prints_a_table_or_json_and_has_its_exit_codes(tmp_path):
    write(tmp_path, "alpha")
    write(tmp_path, "empty", "empty")
    listed = write_list(tmp_path / "list.toml", ["alpha", "empty"])

    def command(*more: str) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-m", "sweflow", "build-all", str(listed), "--out", str(tmp_path / "out"), *more]
        return subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ})

    done = command("--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["ends"] == {"done": 1, "no tests": 1}
    assert made["totals"]["verified"] == 2
    table = command()
    assert (table.returncode, "no tests" in table.stdout, "2 verified tasks" in table.stdout) == (0, True, True)
    ended = command("--max-seconds", "0")
    assert (ended.returncode, "ended by --max-seconds 0" in ended.stderr) == (1, True)
    wrong = command("--max-disk", "much")
    assert (wrong.returncode, "is no size" in wrong.stderr) == (2, True)
