"""The scheduler: the graph becomes a development schedule."""

from sweflow_scheduler.schedule import make_schedule
from sweflow_scheduler.values import Schedule, Step

__all__ = ["Schedule", "Step", "make_schedule"]
