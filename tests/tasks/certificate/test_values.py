"""The parts of full certificates that need no session: the journal, selection, counts, what is flaky."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from sweflow_tasks import Reason
from sweflow_tasks.certificate.counts import certificate_counts
from sweflow_tasks.certificate.gold import GoldJob, RunOrder, flaky_of, gold_runs
from sweflow_tasks.certificate.options import CertificateOptions, Level
from sweflow_tasks.certificate.select import too_weak
from sweflow_tasks.certificate.values import Full, FunctionFigures
from sweflow_tasks.execution.job_pool import JobPool
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.settings import RunSettings


@dataclass
class Counted:
    """A job that counts how often it ran."""

    facts: tuple[str, ...]
    runs: list[str] = field(default_factory=list)

    def measure(self, run: object) -> dict[str, str]:
        self.runs.append("x")
        return {"facts": self.facts[0]}


def pool(journal: Path) -> JobPool:
    target = SimpleNamespace(project=SimpleNamespace(folder="repo", python="3.11.7"), python="python")
    return JobPool(RunSettings(target, Launcher(), 2, 1.0, lambda session: None), journal)  # type: ignore[arg-type]


def figures(killed: int, mutants: int, *, stub_killed: bool = True) -> FunctionFigures:
    return FunctionFigures("m.py::f", killed, mutants, (), stub_killed, (), 0)


def full(*functions: FunctionFigures) -> Full:
    return Full(gold_runs(3), (), functions)


def test_D1_a_finished_job_is_not_run_again_and_a_torn_line_is_cut_off(tmp_path):
    journal = tmp_path / "journal.jsonl"
    jobs = [Counted(("a",)), Counted(("b",)), Counted(("a",))]
    with pool(journal) as first:
        assert [found["facts"] for found in first.measure(jobs, lambda done: None)] == ["a", "b", "a"]
    assert sum(len(job.runs) for job in jobs) == 2
    with journal.open("a") as file:
        file.write('{"key": "torn')
    again = [Counted(("b",)), Counted(("c",))]
    with pool(journal) as second:
        second.measure(again, lambda done: None)
    assert [len(job.runs) for job in again] == [0, 1]
    with pool(journal) as third:
        third.measure(again, lambda done: None)
    assert [len(job.runs) for job in again] == [0, 1]


def test_each_gold_run_has_its_order_and_its_own_hash_seed():
    assert [run.order for run in gold_runs(1)] == [RunOrder.ORIGINAL]
    assert [run.order for run in gold_runs(5)] == [
        *(RunOrder.ORIGINAL, RunOrder.SHUFFLED, RunOrder.ISOLATED, RunOrder.SHUFFLED, RunOrder.SHUFFLED),
    ]
    assert len({run.hash_seed for run in gold_runs(5)}) == 5


def test_V1_the_first_run_that_differs_is_the_one_that_is_named():
    runs = gold_runs(2)
    jobs = [GoldJob(step, run, ("t", "u"), {}, (), 1.0) for step in (1, 2) for run in runs]
    outcomes = [{"failed": {}}, {"failed": {"t": "failed E: x"}}, {"failed": {"t": "lost"}}, {"failed": {}}]
    (rejection,) = flaky_of(zip(jobs, outcomes, strict=True))
    assert (rejection.id, rejection.reason) == ("t", Reason.FLAKY)
    assert rejection.detail == "gold run 2 of tree 1 (shuffled): failed E: x"


@pytest.mark.parametrize(
    ("least", "most", "rejected"),
    [
        (None, None, {}),
        (0.5, None, {1: Reason.WEAK_TESTS}),
        (0.25, None, {}),
        (None, 0, {2: Reason.UNNOTICED_FUNCTION}),
        (None, 1, {}),
        (0.5, 0, {1: Reason.WEAK_TESTS, 2: Reason.UNNOTICED_FUNCTION}),
    ],
)
def test_V4_a_step_is_rejected_with_the_reason_that_was_asked_for(least, most, rejected):
    steps = {1: full(figures(1, 4)), 2: full(figures(2, 2), figures(0, 0, stub_killed=False)), 3: full(figures(0, 0))}
    options = CertificateOptions(Level.FULL, min_strength=least, max_unnoticed=most)
    assert {step: reason for step, (reason, _) in too_weak(steps, options).items()} == rejected


def test_V5_the_summary_has_the_spread_of_strength_over_tasks():
    steps = {n: full(figures(n, 4)) for n in range(5)} | {9: full(figures(0, 0, stub_killed=False))}
    counts = certificate_counts(CertificateOptions(Level.FULL), steps, flaky=2)
    assert counts["strength"] == {"killed": 10, "total": 20, "tasks": 5, "quartiles": [0.0, 0.25, 0.5, 0.75, 1.0]}
    assert counts["necessity"] == {"unnoticed": 1, "tasks": 1}
    assert counts["gold"] == {"runs": 3, "flaky": 2}
    assert certificate_counts(CertificateOptions(), {}, 0) == {"level": "basic"}
    assert certificate_counts(CertificateOptions(Level.FULL), {}, 0)["strength"]["quartiles"] == []
