"""A test of a group that is limited has the seconds of its own; those of other groups have the session's."""

from sweflow_tracer.runner.options import SessionOptions

from tests.helpers import session_on

SLOW = """\
import time

def test_waits():
    time.sleep(1.5)

def test_works():
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pass

def test_does_not():
    pass
"""


def test_only_tests_of_limited_groups_are_ended_by_their_limits(tmp_path, python):
    names = [f"test_slow.py::test_{name}" for name in ("waits", "works", "does_not")]
    options = SessionOptions(groups=[names, names], limits={names[0]: 0.2, names[1]: 0.2}, limited=[1])
    with session_on(tmp_path, {"core.py": "", "test_slow.py": SLOW}, python, options) as (session, _):
        ends = {(record["group"], record["id"]): record["outcome"] for record in session.tests}
    assert [ends[0, name] for name in names] == ["passed"] * 3
    assert [ends[1, name] for name in names] == ["timed-out", "timed-out", "passed"]
