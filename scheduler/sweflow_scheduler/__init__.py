"""The scheduler: the graph becomes a development schedule."""

from sweflow_scheduler.explain import Explanation, UnknownStep, explain
from sweflow_scheduler.schedule import make_schedule
from sweflow_scheduler.values import Closure, Cost, Rules, Schedule, Step, Unsplit
from sweflow_scheduler.waves import critical_path, waves, width

__all__ = [
    "Closure",
    "Cost",
    "Explanation",
    "Rules",
    "Schedule",
    "Step",
    "UnknownStep",
    "Unsplit",
    "critical_path",
    "explain",
    "make_schedule",
    "waves",
    "width",
]
