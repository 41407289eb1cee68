"""The tasks room: schedule and sources become masked codebases, patches and verified tasks."""

from sweflow_tasks.building import VerifyOptions, make_candidates, verify_tasks
from sweflow_tasks.certificate.options import CertificateOptions, Level
from sweflow_tasks.masking.chain import Chain, make_chain
from sweflow_tasks.masking.mask import Docstrings
from sweflow_tasks.masking.mask_policy import NEVER
from sweflow_tasks.values import (
    Candidate,
    Evidence,
    Findings,
    OrderedTest,
    Reason,
    Rejection,
    Repair,
    Subject,
    UnverifiedDataset,
    VerifiedDataset,
    VerifiedTask,
)
from sweflow_tasks.verification.draft import Amendments, Draft, Inputs, make_draft
from sweflow_tasks.verification.plan import Plan, make_plan

__all__ = [
    "NEVER",
    "Amendments",
    "Candidate",
    "CertificateOptions",
    "Chain",
    "Docstrings",
    "Draft",
    "Evidence",
    "Findings",
    "Inputs",
    "Level",
    "OrderedTest",
    "Plan",
    "Reason",
    "Rejection",
    "Repair",
    "Subject",
    "UnverifiedDataset",
    "VerifiedDataset",
    "VerifiedTask",
    "VerifyOptions",
    "make_candidates",
    "make_chain",
    "make_draft",
    "make_plan",
    "verify_tasks",
]
