"""The scheduler: the graph becomes a development schedule."""

from sweflow_scheduler.explain import Explanation, UnknownStep, explain
from sweflow_scheduler.needed import Answer
from sweflow_scheduler.pseudo_tested import pseudo_tested
from sweflow_scheduler.schedule import Oracle, Question, make_schedule
from sweflow_scheduler.values import Closure, Cost, Notice, Rules, Schedule, Step, Unsplit
from sweflow_scheduler.waves import critical_path, waves, width

__all__ = [
    "Answer",
    "Closure",
    "Cost",
    "Explanation",
    "Notice",
    "Oracle",
    "Question",
    "Rules",
    "Schedule",
    "Step",
    "UnknownStep",
    "Unsplit",
    "critical_path",
    "explain",
    "make_schedule",
    "pseudo_tested",
    "waves",
    "width",
]
