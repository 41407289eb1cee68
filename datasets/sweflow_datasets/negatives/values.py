"""Values of negatives: an attempt at a task, and what became of it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sweflow_tasks.grading import Verdict, VerdictKind


class Kind(StrEnum):
    """How an attempt was made, those nearest to the reference first.

    ``EDGE``: the reference with one edge case off. ``MUTANT``: the reference with one mutation of a certificate.
    ``PARTIAL``: some of the step's functions, the others as in the skeleton. ``NEIGHBOUR``: what the next step asks
    for. ``EMPTY``: the skeleton.
    """

    EDGE = "edge"
    MUTANT = "mutant"
    PARTIAL = "partial"
    NEIGHBOUR = "neighbour"
    EMPTY = "empty"


class Label(StrEnum):
    """``NEGATIVE``: graded as wrong. ``UNNOTICED``: changed, and the tests pass, so it is no negative.

    ``UNGRADED``: there was no verdict for want of infrastructure.
    """

    NEGATIVE = "negative"
    UNNOTICED = "unnoticed"
    UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer that was made. ``what`` says in words what it is, ``digest`` is git's name of the tree it leads to.

    Where git refuses the patch there is no tree, and ``digest`` is the SHA-256 of the patch.
    """

    kind: Kind
    what: str
    patch: str
    digest: str


@dataclass(frozen=True, slots=True)
class Negative:
    """An attempt with its verdict. ``same`` are attempts at the same task of which every test ended the same way."""

    attempt: Attempt
    verdict: Verdict
    same: tuple[Attempt, ...] = ()

    @property
    def label(self) -> Label:
        """What it may be used as."""
        if self.verdict.verdict is VerdictKind.INFRASTRUCTURE:
            return Label.UNGRADED
        return Label.UNNOTICED if self.verdict.resolved else Label.NEGATIVE


def behaviour(verdict: Verdict) -> str:
    """The same for attempts at a task that behave the same (verdict, and how each test ended): a digest."""
    facts = (verdict.verdict.value, sorted(verdict.failing), sorted(verdict.fooled), verdict.f2p_rate, verdict.p2p_rate)
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
