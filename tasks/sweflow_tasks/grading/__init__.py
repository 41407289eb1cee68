"""Grading: a candidate patch meets the tests of its task in a clean tree, and cannot grade itself (V6)."""

from sweflow_tasks.grading.evaluate import Evaluated, evaluate
from sweflow_tasks.grading.grader import Grader
from sweflow_tasks.grading.predictions import Prediction, read_predictions
from sweflow_tasks.grading.report import evaluation_report
from sweflow_tasks.grading.values import Verdict, VerdictKind

__all__ = [
    "Evaluated",
    "Grader",
    "Prediction",
    "Verdict",
    "VerdictKind",
    "evaluate",
    "evaluation_report",
    "read_predictions",
]
