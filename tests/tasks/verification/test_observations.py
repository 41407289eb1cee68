"""The journal of runs: what it gives back is what went in, and what is not of this version is run again."""

import json

from sweflow_tasks.verification.observations import Result, TreeRun, journal_line, read_journal
from sweflow_tracer.values import Outcome

FAILED = Result("a::b", True, Outcome.FAILED, "call", "E", "why", ("m::f",), (), True, "test", "a::b", ("data",), True)
RUN = TreeRun(3, (FAILED,), "", ("always",))


def test_D1_a_run_comes_back_as_it_went_in_and_a_torn_line_is_cut_off(tmp_path):
    path = tmp_path / "verify.jsonl"
    path.write_text(journal_line("one", RUN) + journal_line("two", RUN)[:-9], "utf-8")
    assert read_journal(path) == {"one": RUN}
    assert path.read_text("utf-8") == journal_line("one", RUN)


def test_D1_a_line_of_another_version_is_passed_over(tmp_path):
    path = tmp_path / "verify.jsonl"
    old = {"key": "old", "run": {"number": 1, "results": [{"test": "a::b", "alone": True}], "problem": ""}}
    path.write_text(json.dumps(old) + "\n" + journal_line("new", RUN), "utf-8")
    assert read_journal(path) == {"new": RUN}
