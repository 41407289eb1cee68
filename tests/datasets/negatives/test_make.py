"""Negatives are graded like anybody's patches, kept once a behaviour, and never graded twice."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweflow_datasets.negatives import Attempt, Kind, Label, NegativeOptions, make_negatives
from sweflow_datasets.negatives.make import different
from sweflow_tasks.errors import UnknownInstance
from sweflow_tasks.grading import Verdict, VerdictKind

import sweflow


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def graded(kind: Kind, what: str, verdict: VerdictKind, *failing: str) -> tuple[Attempt, Verdict]:
    ends = tuple((test, "failed") for test in failing)
    return Attempt(kind, what, what, what), Verdict("one", verdict, failing=ends, seconds=len(what))


def test_attempts_of_one_behaviour_are_one_negative_named_by_the_nearest_to_the_reference():
    failed = VerdictKind.FAILED
    found = list(
        different(
            [
                graded(Kind.EMPTY, "nothing", failed, "t1", "t2"),
                graded(Kind.PARTIAL, "some", failed, "t1"),
                graded(Kind.MUTANT, "mutant", failed, "t1", "t2"),
                graded(Kind.EDGE, "edge", VerdictKind.RESOLVED),
                graded(Kind.MUTANT, "broken", VerdictKind.INFRASTRUCTURE),
            ]
        )
    )
    assert [(n.attempt.what, n.label, [same.what for same in n.same]) for n in found] == [
        ("edge", Label.UNNOTICED, []),
        ("mutant", Label.NEGATIVE, ["nothing"]),
        ("broken", Label.UNGRADED, []),
        ("some", Label.NEGATIVE, []),
    ]


@pytest.fixture
def first(calculator: sweflow.Folder) -> str:
    return sweflow.load_tasks(calculator.root)[0].instance_id


@pytest.mark.slow
def test_D1_negatives_are_graded_once_and_the_file_is_the_same_again(calculator, first, tmp_path, monkeypatch):
    options = NegativeOptions(per_task=3, instances=(first,))
    summary = make_negatives(calculator.root, tmp_path / "n.jsonl", options)
    rows = rows_of(tmp_path / "n.jsonl")
    assert summary["graded"] == 3
    assert sum(1 + len(row["same"]) for row in rows) == 3
    assert summary["kept"] == len(rows)
    assert summary["kinds"]["empty"]["verdicts"] == {"failed": 1}
    task = sweflow.load_tasks(calculator.root)[0]
    for row in rows:
        assert row["resolved"] == (not row["failed"]) == (row["label"] == "unnoticed") == (row["reward"] == 1.0)
        assert set(row["failed"]) <= {*task.fail_to_pass, *task.pass_to_pass}
    before = (tmp_path / "n.jsonl").read_bytes()
    (tmp_path / "n.jsonl").unlink()
    every = NegativeOptions(per_task=3, instances=(first,), keep_same=True)
    monkeypatch.setattr("sweflow_tasks.grading.grader.Grader.grade", lambda *_: pytest.fail("graded again"))
    assert make_negatives(calculator.root, tmp_path / "n.jsonl", options) == summary
    assert (tmp_path / "n.jsonl").read_bytes() == before
    assert make_negatives(calculator.root, tmp_path / "n.jsonl", every)["kept"] == 3
    whole = rows_of(tmp_path / "n.jsonl")
    assert {row["behaviour"] for row in whole} == {row["behaviour"] for row in rows}
    named = {found["digest"] for row in rows for found in (row, *row["same"])}
    assert {row["digest"] for row in whole} == named


@pytest.mark.slow
def test_D1_a_kill_in_the_middle_loses_no_grade_and_doubles_none(calculator, tmp_path):
    out, results = tmp_path / "n.jsonl", tmp_path / "n.jsonl.work" / "results.jsonl"
    command = [sys.executable, "-m", "sweflow", "negatives", str(calculator.root), "--out", str(out), "--quiet"]
    command += ["--per-task", "4", "--workers", "2", "--test-timeout", "5"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not results.exists() or len(rows_of(results)) < 3:
        assert process.poll() is None
        time.sleep(0.1)
    process.kill()
    process.wait()
    assert not out.exists()
    assert subprocess.run(command, check=False).returncode == 0
    keys = [row["key"] for row in rows_of(results)]
    assert len(keys) == len(set(keys)) == sum(1 + len(row["same"]) for row in rows_of(out))
    kinds = {found["kind"] for row in rows_of(out) for found in (row, *row["same"])}
    assert kinds >= {"edge", "mutant", "neighbour", "empty"}


def test_a_task_that_is_not_there_is_named(calculator, tmp_path):
    with pytest.raises(UnknownInstance):
        make_negatives(calculator.root, tmp_path / "n.jsonl", NegativeOptions(instances=("nobody",)))
