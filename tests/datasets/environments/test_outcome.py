"""The outcome: what a proof is worth."""

import pytest
from sweflow_datasets.environments.outcome import MOVES, judged
from sweflow_datasets.environments.values import Blocker, EnvironmentCause, EnvironmentStatus, Failure, Proof, Stage

GOOD = {"collected": 4, "passed": 4, "loaded": True, "tells": True}


def proof(**changes):
    return Proof(**{**GOOD, **changes})


@pytest.mark.parametrize(
    ("given", "status", "cause"),
    [
        (proof(), EnvironmentStatus.READY, EnvironmentCause.NONE),
        (proof(passed=2, failed=2), EnvironmentStatus.READY, EnvironmentCause.NONE),
        (proof(passed=1, failed=3), EnvironmentStatus.PARTLY, EnvironmentCause.FEW_PASS),
        (proof(passed=2, skipped=2, errors=1), EnvironmentStatus.PARTLY, EnvironmentCause.FEW_PASS),
        (proof(passed=0, failed=4), EnvironmentStatus.FAILED, EnvironmentCause.NOTHING_PASSES),
        (proof(passed=0, skipped=4), EnvironmentStatus.FAILED, EnvironmentCause.NOTHING_PASSES),
        (proof(collected=0, passed=0), EnvironmentStatus.FAILED, EnvironmentCause.NO_TESTS),
        (proof(collected=0, passed=0, errors=1), EnvironmentStatus.FAILED, EnvironmentCause.NOTHING_PASSES),
        (proof(tells=False), EnvironmentStatus.FAILED, EnvironmentCause.ALWAYS_PASSES),
        (proof(tells=None), EnvironmentStatus.PARTLY, EnvironmentCause.UNPROVEN),
        (proof(loaded=False), EnvironmentStatus.FAILED, EnvironmentCause.SOURCES_ONLY),
    ],
)
def test_a_proof_is_judged_by_what_was_counted(given, status, cause):
    found = judged(given, (), None)
    assert (found.status, found.cause) == (status, cause)


def test_what_stands_in_the_way_is_the_reason():
    found = judged(proof(passed=0), [Blocker(EnvironmentCause.SERVICE, "Connection refused")], None)
    assert (found.cause, found.detail) == (EnvironmentCause.SERVICE, "Connection refused")


def test_where_no_test_file_can_be_imported_the_first_error_is_the_reason():
    text = "test_a.py:3: in <module>\n    @settings()\nE   NameError: name 'settings' is not defined"
    found = judged(proof(collected=0, passed=0, errors=1), (), None, [Failure(Stage.COLLECT, text)])
    assert found.detail == "no test file can be imported: NameError: name 'settings' is not defined"


def test_every_cause_has_a_next_move():
    assert set(MOVES) == set(EnvironmentCause) - {EnvironmentCause.NONE}
