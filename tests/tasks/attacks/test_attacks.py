"""V6: a candidate patch cannot grade itself. Every known attack, on a task of examples/calculator, in each sandbox."""

from pathlib import Path

import pytest
from sweflow_datasets.grading import grader_of
from sweflow_tasks.attacks import ATTACKS, GOLD, run_attacks

import sweflow
from tests.helpers import whole_rows

QUICK = (
    "edit-tests",
    "conftest-makereport",
    "patch-reports",
    "equals-everything",
    "forge-descriptors-in-test",
    "symlink",
)
"""One of each kind, as plain processes."""
OWNED = "sweflow-owned"
"""The name of what attacks leave where they can."""


def matrix(folder: sweflow.Folder, sandbox: str, attacks=ATTACKS):
    task = whole_rows(folder)[3]
    with grader_of(folder.root, sandbox, timeout=6.0, collect=20.0) as grader:
        return tuple(run_attacks(task, folder.history, grader, attacks, harmful=grader.isolated, workers=2))


def assert_nothing_gained(outcomes):
    wrong = [
        (outcome.attack.name, outcome.verdict and (outcome.verdict.verdict, outcome.verdict.detail))
        for outcome in outcomes
        if not outcome.harmless
    ]
    assert wrong == []


@pytest.mark.slow
def test_V6_attacks_of_each_kind_score_nothing_and_gold_passes_beside_them(calculator: sweflow.Folder):
    outcomes = matrix(calculator, "process", [attack for attack in ATTACKS if attack.name in QUICK])
    assert_nothing_gained(outcomes)
    assert [outcome.attack.name for outcome in outcomes if outcome.attack is GOLD] == ["gold"]


@pytest.mark.slow
def test_V6_no_attack_scores_or_gets_out_under_bubblewrap(calculator: sweflow.Folder, working_sandbox):
    assert_all_withstood(matrix(calculator, working_sandbox("bubblewrap")))


@pytest.mark.docker
def test_V6_no_attack_scores_or_gets_out_under_docker(calculator: sweflow.Folder, working_sandbox):
    chosen = [attack for number, attack in enumerate(ATTACKS) if attack.harmful or number % 3 == 0]
    assert_all_withstood(matrix(calculator, working_sandbox("docker"), chosen))


def assert_all_withstood(outcomes):
    assert_nothing_gained(outcomes)
    assert all(outcome.verdict is not None for outcome in outcomes)
    places = (Path("/tmp"), Path("/var/tmp"), Path("/etc"), Path("/usr/local/lib"), Path.home())
    assert [place for place in places if (place / OWNED).exists()] == []


def test_attacks_have_names_of_their_own():
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names)
