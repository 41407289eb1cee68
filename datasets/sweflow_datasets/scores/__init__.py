"""Scores: how well a judge's scores of candidates agree with their verdicts."""

from sweflow_datasets.scores.best_of_n import best_of_n
from sweflow_datasets.scores.calibration import Bin, calibration_bins, expected_calibration_error
from sweflow_datasets.scores.read import read_scored
from sweflow_datasets.scores.report import ScoreOptions, score_report
from sweflow_datasets.scores.values import Scored

__all__ = [
    "Bin",
    "ScoreOptions",
    "Scored",
    "best_of_n",
    "calibration_bins",
    "expected_calibration_error",
    "read_scored",
    "score_report",
]
