"""Values of grading: what became of one candidate patch."""

from dataclasses import dataclass
from enum import StrEnum

from sweflow_tracer.displayable import Displayable


class VerdictKind(StrEnum):
    """What became of a candidate. Infrastructure is never the candidate's fault (V3)."""

    RESOLVED = "resolved"
    FAILED = "failed"
    NO_TESTS_RAN = "no-tests-ran"
    DOES_NOT_APPLY = "patch-does-not-apply"
    TAMPERED = "tampered"
    TIMED_OUT = "timed-out"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True, slots=True)
class Verdict(Displayable):
    """The grade of one patch.

    Rates are shares in 0 to 1 of FAIL_TO_PASS and PASS_TO_PASS that passed; both are 0 unless the verdict is resolved,
    failed or timed-out. ``failing`` are ids that did not pass, with how they ended. ``fooled`` are ids that passed as
    their twin did, ``alarms`` says what the code did to its judges. ``restored`` are files of the task that the patch
    had changed. ``seconds`` is the wall time, ``log`` the end of what pytest printed.
    """

    instance_id: str
    verdict: VerdictKind
    f2p_rate: float = 0.0
    p2p_rate: float = 0.0
    detail: str = ""
    failing: tuple[tuple[str, str], ...] = ()
    fooled: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    seconds: float = 0.0
    log: str = ""

    @property
    def resolved(self) -> bool:
        """Every test passed, and nothing speaks against it."""
        return self.verdict is VerdictKind.RESOLVED

    @property
    def reward(self) -> float:
        """``f2p_rate`` times ``p2p_rate``."""
        return self.f2p_rate * self.p2p_rate
