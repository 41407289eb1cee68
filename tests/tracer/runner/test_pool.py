"""Jobs side by side: what ended is kept whatever happens to the others (D1), and an interrupt ends all (H3)."""

import threading
import time

import pytest
from sweflow_tracer.runner.pool import side_by_side


def run(jobs, work, kept, *, stop=lambda: None, workers=2, known=lambda job: None):
    with side_by_side(jobs, work, kept.__setitem__, stop, workers, known) as results:
        return dict(results)


def test_every_job_is_run_and_kept_before_it_is_seen():
    kept = {}
    with side_by_side(range(5), str, kept.__setitem__, lambda: None, 2) as results:
        assert all(kept[job] == result for job, result in results)
    assert kept == {n: str(n) for n in range(5)}


def test_what_is_known_is_not_run():
    kept = {}
    assert run([1, 2], str, kept, known={1: "one"}.get) == {1: "one", 2: "2"}
    assert kept == {2: "2"}


def test_D1_what_ended_beside_a_failing_job_is_kept():
    ended = threading.Barrier(3)

    def work(job):
        if job != "late":
            ended.wait(5)
        if job == "bad":
            raise ValueError(job)
        return job

    def jobs():
        yield from ("bad", "good")
        ended.wait(5)
        time.sleep(0.3)  # both have ended when their results are asked for
        yield "late"

    kept = {}
    with pytest.raises(ValueError, match="bad"):
        run(jobs(), work, kept)
    assert kept["good"] == "good"


def test_left_early_what_runs_is_finished_and_kept():
    kept = {}
    with side_by_side(range(4), lambda n: time.sleep(0.05 * n) or n, kept.__setitem__, lambda: None, 2) as results:
        next(results)
    assert {0, 1, 2} <= set(kept)


def test_H3_an_interrupt_where_results_are_used_stops_what_runs():
    stopped = threading.Event()

    def work(job):
        assert job == 0 or stopped.wait(20)
        return job

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012, SIM117
        with side_by_side(range(3), work, {}.__setitem__, stopped.set, 2) as results:
            next(results)
            raise KeyboardInterrupt
    assert time.monotonic() - started < 5
