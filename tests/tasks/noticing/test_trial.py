"""Trials: what the records of a session say of tests that ran with emptied functions."""

from collections.abc import Callable

import pytest
from sweflow_tasks.noticing.trial import Noticed, Trial, outcomes_of, patience, with_trials
from sweflow_tracer.errors import SessionFailed
from sweflow_tracer.runner.options import SessionOptions, Variant
from sweflow_tracer.runner.records import CollectedRecord
from sweflow_tracer.runner.session import Session

EMPTY = Variant("m.py", "f", 1, 0, 22, "def f():\n    pass\n")
BLOBS = {"m.py": ("100644", b"def f():\n    return 1\n")}
PLAIN = SessionOptions(groups=[["before"]], timeout=60.0, seed=7)


def trial(*tests: str) -> Trial:
    return Trial(("m.py::f",), (EMPTY,), tests)


def session(outcomes: dict[tuple[int, str], str], *, unfit: tuple[int, ...] = (), threads: int = 0) -> Session:
    made = Session(unfit=list(unfit), ran=not threads)
    made.collected = CollectedRecord(kind="collected", threads=threads)  # type: ignore[typeddict-item]
    made.tests = [
        {"kind": "test", "id": test, "outcome": outcome, "group": group} for (group, test), outcome in outcomes.items()
    ]
    return made


def never(blobs: object, options: object) -> Session:
    raise AssertionError("no session of its own is needed")


def found(run: Callable[..., Session], trials: list[Trial], made: Session) -> list[str | None]:
    noticed = outcomes_of(run, BLOBS, PLAIN, trials, made)
    assert [each.tests for each in noticed] == [each.tests for each in trials]
    return [each.by for each in noticed]


def test_trials_run_after_the_groups_of_a_session_each_with_its_variants_and_its_tests_own_limits():
    options = with_trials(PLAIN, [trial("a", "b"), trial("b")], {"a": 1.0, "b": 100.0})
    assert options.groups == [["before"], ("a", "b"), ("b",)]
    assert options.variants == {1: (EMPTY,), 2: (EMPTY,)}
    assert options.limits == {"a": 9.0, "b": 60.0}


def test_a_test_that_never_ran_has_the_whole_time_out():
    assert patience("new", {}, 60.0) == 60.0


@pytest.mark.parametrize(
    ("outcomes", "by"),
    [
        ({(1, "a"): "passed", (1, "b"): "passed"}, None),
        ({(1, "a"): "passed", (1, "b"): "failed"}, "b"),
        ({(1, "a"): "timed-out"}, "a"),
        ({(1, "a"): "passed"}, "b"),
        ({(0, "a"): "passed", (0, "b"): "passed"}, "a"),
    ],
    ids=["none", "the second", "no end", "lost", "records of another group say nothing"],
)
def test_the_first_test_that_does_not_pass_notices(outcomes, by):
    assert found(never, [trial("a", "b")], session(outcomes)) == [by]


def test_what_cannot_be_put_in_place_in_a_running_process_has_a_session_of_its_own():
    ran = []

    def run(blobs, options) -> Session:
        ran.append((blobs["m.py"][1], options.groups, options.seed))
        return session({(0, "a"): "passed", (0, "b"): "failed"})

    assert found(run, [trial("a", "b")], session({}, unfit=(1,))) == ["b"]
    assert ran == [(b"def f():\n    pass\n", [("a", "b")], 7)]


def test_a_tree_that_cannot_be_collected_is_noticed_and_a_killed_session_is_nobodys_answer():
    def broken(blobs, options) -> Session:
        raise SessionFailed("ended with exit code 4", "")

    def killed(blobs, options) -> Session:
        raise SessionFailed("was killed", "", killed=True)

    assert found(broken, [trial("a")], session({}, unfit=(1,))) == ["a"]
    with pytest.raises(SessionFailed):
        found(killed, [trial("a")], session({}, unfit=(1,)))


def test_where_nothing_can_be_forked_everything_is_noticed():
    assert found(never, [trial("a", "b")], session({}, threads=2)) == ["a"]


def test_functions_can_be_emptied_together():
    both = Trial(("m.py::f", "m.py::g"), (EMPTY, EMPTY), ("a",))
    (noticed,) = outcomes_of(never, BLOBS, PLAIN, [both], session({(1, "a"): "passed"}))
    assert noticed == Noticed(("m.py::f", "m.py::g"), ("a",), None)
