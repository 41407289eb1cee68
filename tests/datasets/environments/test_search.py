"""The search: one change at a time, kept where it helps."""

from sweflow_datasets.environments.attempt import Tried
from sweflow_datasets.environments.proving import Proved
from sweflow_datasets.environments.search import Search
from sweflow_datasets.environments.values import ChangeKind, EnvironmentChange, Failure, Plan, Proof, Source, Stage

SOURCES = {name: Source(name) for name in ("one", "two", "nothing")}
PYTHONS = {"3.12": "/a", "3.11": "/b", "3.10": "/c"}
MISSING = "ModuleNotFoundError: No module named '{}'"
UNSOLVED = "error: No solution found when resolving dependencies\n  cause: of {}"


class World:
    """Tries plans by a rule: from a plan to its stage, how many tests pass, and what is printed."""

    def __init__(self, rule):
        self.rule = rule

    def attempt(self, plan):
        stage, passed, text = self.rule(plan)
        failures = (Failure(Stage.LOCK if stage is Stage.LOCK else Stage.RUN, text),) if text else ()
        return Tried(plan, Proved(stage, Proof(collected=4, passed=passed), failures))


def search(rule, most=9, propose=None):
    found = Search(World(rule), Plan("3.12", SOURCES["one"], "/a"), SOURCES, PYTHONS, tuple(PYTHONS), most, propose)
    return found.run().plan, found


def test_one_missing_module_after_another_is_brought():
    def rule(plan):
        missing = [name for name in ("aa", "bb") if name not in plan.requirements]
        return Stage.PROVED, 4 - len(missing), MISSING.format(missing[0]) if missing else ""

    plan, found = search(rule)
    assert plan.requirements == ("aa", "bb")
    assert [attempt.kept for attempt in found.attempts] == [True, True, True]


def test_a_change_that_makes_less_pass_is_taken_back_and_not_tried_again():
    def rule(plan):
        return (
            (Stage.PROVED, 1, MISSING.format("aa")) if not plan.requirements else (Stage.LOCK, 0, UNSOLVED.format("aa"))
        )

    plan, found = search(rule)
    assert plan.requirements == ()
    assert [attempt.change and attempt.change.kind for attempt in found.attempts] == [
        None,
        ChangeKind.REQUIRE,
        ChangeKind.ROOT,
    ]
    assert [attempt.kept for attempt in found.attempts] == [True, False, False]


def test_every_source_is_tried_until_one_can_be_served():
    def rule(plan):
        return (Stage.PROVED, 4, "") if plan.source.name == "nothing" else (Stage.LOCK, 0, UNSOLVED.format("x"))

    assert search(rule)[0].source.name == "nothing"


def test_another_python_is_taken_where_this_one_is_too_new():
    def rule(plan):
        return (
            (Stage.PROVED, 4, "")
            if plan.python == "3.11"
            else (Stage.PROVED, 3, "'T' object has no attribute 'assertEquals'")
        )

    plan, _ = search(rule)
    assert (plan.python, plan.interpreter) == ("3.11", "/b")


def test_it_ends_after_so_many_attempts():
    def rule(plan):
        return Stage.PROVED, len(plan.requirements), MISSING.format(f"m{chr(97 + len(plan.requirements))}")

    assert len(search(rule, most=5)[1].attempts) == 5


def test_a_hooks_proposal_is_held_to_the_same_proof():
    def rule(plan):
        return Stage.PROVED, 4 if "right" in plan.requirements else 2, "assert 1 == 2"

    guesses = [
        EnvironmentChange(ChangeKind.REQUIRE, "wrong", "a guess"),
        EnvironmentChange(ChangeKind.REQUIRE, "right", "a guess"),
    ]
    plan, found = search(rule, propose=lambda plan, failures: guesses)
    assert plan.requirements == ("right",)
    assert [attempt.kept for attempt in found.attempts[:3]] == [True, False, True]


def test_numbers_that_differ_between_equal_runs_are_no_progress():
    addresses = iter(range(100))
    plan, _ = search(lambda plan: (Stage.PROVED, 2, f"{MISSING.format('aa')} <x at 0x{next(addresses):x}>"))
    assert plan.requirements == ()


def test_system_packages_are_recorded_and_not_tried():
    text = "FileNotFoundError: [Errno 2] No such file or directory: 'git'"
    _, found = search(lambda plan: (Stage.PROVED, 2, text))
    assert (found.system, len(found.attempts)) == ({"git"}, 1)
