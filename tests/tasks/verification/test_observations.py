"""The journal of runs: what it gives back is what went in, and what is not of this version is run again."""

import json

import pytest
from sweflow_tasks.execution.journal import Journal
from sweflow_tasks.verification.observations import Result, TreeRun, run_of, run_row
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.values import Outcome

FAILED = Result("a::b", True, Outcome.FAILED, "call", "E", "why", ("m::f",), (), True, "test", "a::b", ("data",), True)
RUN = TreeRun(3, (FAILED,), "", ("always",))


class Runs:
    """Runs of trees whose jobs are their keys."""

    def key(self, job: str) -> str:
        return job

    def row(self, job: str, result: TreeRun) -> dict:
        return run_row(result)

    def result(self, row: dict) -> TreeRun | None:
        return run_of(row)


def run(path, jobs: list[str], work=lambda job: RUN) -> list[tuple[str, TreeRun]]:
    with Journal(path, Runs()).results(jobs, work, lambda: None, 1) as results:
        return list(results)


def refuse(job: str) -> TreeRun:
    raise AssertionError(job)


def test_D1_a_run_comes_back_as_it_went_in_and_a_torn_line_is_cut_off(tmp_path):
    path = tmp_path / "verify.jsonl"
    assert run(path, ["one"]) == [("one", RUN)]
    whole = path.read_bytes()
    path.write_bytes(whole + whole.replace(b"one", b"two")[:-9])
    assert run(path, ["one"], refuse) == [("one", RUN)]
    assert path.read_bytes() == whole
    assert run(path, ["one", "two"]) == [("one", RUN), ("two", RUN)]


def test_D1_of_jobs_with_one_key_the_first_runs(tmp_path):
    ran: list[str] = []
    found = run(tmp_path / "verify.jsonl", ["one", "two", "one"], lambda job: ran.append(job) or RUN)
    assert (sorted(job for job, _ in found), sorted(ran)) == (["one", "two"], ["one", "two"])


def test_D1_a_line_of_another_version_is_passed_over(tmp_path):
    path = tmp_path / "verify.jsonl"
    old = {"key": "old", "run": {"number": 1, "results": [{"test": "a::b", "alone": True}], "problem": ""}}
    path.write_text(json.dumps(old) + "\n", "utf-8")
    assert run(path, ["old"]) == [("old", RUN)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{}", "nothing of this version in line 1"),
        ('{"key": "x", "version": 3}', "nothing of this version in line 1"),
        ("[]", "no JSON object in line 1"),
        ("torn", "no JSON in line 1"),
    ],
)
def test_a_line_that_is_no_entry_is_named(tmp_path, line, says):
    (tmp_path / "verify.jsonl").write_text(line + "\n", "utf-8")
    with pytest.raises(FileNotUsable, match=says):
        Journal(tmp_path / "verify.jsonl", Runs())


def test_what_ended_beside_a_job_that_raises_is_kept(tmp_path):
    path = tmp_path / "verify.jsonl"

    def work(job: str) -> TreeRun:
        if job == "bad":
            raise RuntimeError(job)
        return RUN

    with pytest.raises(RuntimeError):
        run(path, ["one", "bad"], work)
    assert run(path, ["one"], refuse) == [("one", RUN)]
