"""Negatives: wrong answers to tasks, each graded, for those who train what tells right from wrong."""

from sweflow_datasets.negatives.attempts import attempts_of
from sweflow_datasets.negatives.make import NegativeOptions, make_negatives
from sweflow_datasets.negatives.values import Attempt, Kind, Label, Negative

__all__ = ["Attempt", "Kind", "Label", "Negative", "NegativeOptions", "attempts_of", "make_negatives"]
