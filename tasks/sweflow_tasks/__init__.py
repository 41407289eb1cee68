"""The tasks room: schedule and sources become masked codebases, patches and verified tasks."""

from sweflow_tasks.chain import NEVER, Chain, make_chain
from sweflow_tasks.dataset import Inputs, VerifyOptions, make_candidates, verify_tasks
from sweflow_tasks.plan import Plan, make_plan
from sweflow_tasks.values import Candidate, Dataset, Evidence, Rejection, Task

__all__ = [
    "NEVER",
    "Candidate",
    "Chain",
    "Dataset",
    "Evidence",
    "Inputs",
    "Plan",
    "Rejection",
    "Task",
    "VerifyOptions",
    "make_candidates",
    "make_chain",
    "make_plan",
    "verify_tasks",
]
