"""Figures of a judge: answers worked out by hand, and scikit-learn as witness for what it has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_datasets.scores import Scored, ScoreOptions, best_of_n, calibration_bins, expected_calibration_error
from sweflow_datasets.scores.best_of_n import best_of
from sweflow_datasets.scores.calibration_plot import calibration_plot
from sweflow_datasets.scores.read import Joined
from sweflow_datasets.scores.report import score_report

FOUR = tuple(
    Scored("one", resolved, score, "o/one", 0.3)
    for score, resolved in ((0.9, True), (0.8, False), (0.3, True), (0.1, False))
)
shares = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


@pytest.mark.slow
def test_accuracy_auc_brier_and_calibration_of_four_candidates_are_those_worked_out_by_hand():
    pytest.importorskip("sklearn")
    report = score_report(Joined(FOUR, 0), ScoreOptions(bins=2))
    assert report["accuracy"] == 0.5
    assert report["auc"] == 0.75  # of the four pairs of right and wrong only (0.3, 0.8) is the wrong way round
    assert report["brier"] == 0.2875  # (0.1² + 0.8² + 0.7² + 0.1²) / 4
    assert report["calibration_error"] == 0.325  # (|0.5 - 0.2| + |0.5 - 0.85|) / 2
    assert score_report(Joined(FOUR, 0), ScoreOptions(threshold=0.2))["accuracy"] == 0.75


def test_best_of_n_of_four_candidates_is_what_all_draws_say():
    assert [(p.n, p.tasks) for p in best_of_n(FOUR)] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert [p.best for p in best_of_n(FOUR)] == pytest.approx([1 / 2, 4 / 6, 3 / 4, 1])
    assert [p.chance for p in best_of_n(FOUR)] == [0.5] * 4
    assert [p.oracle for p in best_of_n(FOUR)] == pytest.approx([1 / 2, 5 / 6, 1, 1])


def test_equal_scores_are_equally_likely_to_be_taken():
    tied = [Scored("one", resolved, 0.5) for resolved in (True, False, False)]
    assert [best_of(tied, n) for n in (1, 2, 3)] == pytest.approx([1 / 3] * 3)


def test_a_curve_says_of_how_many_tasks_it_speaks():
    curve = best_of_n([*FOUR, Scored("two", False, 0.4)])
    assert [(p.tasks, p.best) for p in curve[:2]] == [(2, pytest.approx(1 / 4)), (1, pytest.approx(4 / 6))]


@settings(deadline=None)  # the first example loads the library
@given(shares)
def test_bins_hold_every_candidate_as_scikit_learn_has_it(pairs):
    calibration = pytest.importorskip("sklearn.calibration")
    bins = calibration_bins([Scored("one", resolved, score) for score, resolved in pairs])
    assert sum(found.count for found in bins) == len(pairs)
    right, mean = calibration.calibration_curve([r for _, r in pairs], [s for s, _ in pairs], n_bins=10)
    assert [found.resolved for found in bins if found.count] == pytest.approx(list(right))
    assert [found.score for found in bins if found.count] == pytest.approx(list(mean))


@given(shares)
def test_a_judge_that_says_the_truth_is_calibrated(pairs):
    truth = [Scored("one", resolved, float(resolved)) for _, resolved in pairs]
    assert expected_calibration_error(calibration_bins(truth)) == 0


def test_figures_stand_by_repository_and_by_difficulty():
    pytest.importorskip("sklearn")
    report = score_report(Joined((*FOUR, Scored("two", False, 0.7, "o/two", 1.0)), 2), ScoreOptions())
    assert {name: found["candidates"] for name, found in report["by_repository"].items()} == {"o/one": 4, "o/two": 1}
    assert report["by_repository"]["o/two"]["auc"] is None  # all of one kind: nothing to tell apart
    assert list(report["by_difficulty"]) == ["0.25-0.50", "0.75-1.00"]
    assert report["ungraded"] == 2


def test_scores_that_are_no_probabilities_have_neither_brier_nor_calibration():
    pytest.importorskip("sklearn")
    logits = tuple(Scored("one", each.resolved, 10 * each.score - 5) for each in FOUR)
    report = score_report(Joined(logits, 0), ScoreOptions(threshold=0.0, unbounded=True))
    assert (report["auc"], report["accuracy"], report["brier"], report["bins"]) == (0.75, 0.5, None, [])
    assert (report["by_repository"], report["by_difficulty"]) == ({}, {})


def test_the_plot_is_the_same_each_time_and_says_what_it_shows():
    drawn = calibration_plot(calibration_bins(FOUR, 2))
    assert drawn == calibration_plot(calibration_bins(FOUR, 2))
    assert "0.50–1.00: 0.500 of 2 right, mean score 0.850" in drawn
    assert "error 0.325" in drawn
