"""Values of grading: what became of one candidate patch."""

import re
from dataclasses import dataclass, replace
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

    def visible(self) -> "Verdict":
        """The same, with what a candidate may have written as text that does nothing to who looks at it."""
        return replace(
            self,
            detail=visible(self.detail),
            failing=tuple((visible(test), visible(end)) for test, end in self.failing),
            fooled=tuple(map(visible, self.fooled)),
            alarms=tuple(map(visible, self.alarms)),
            restored=tuple(map(visible, self.restored)),
            log=visible(self.log),
        )


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What moves a cursor, turns the direction of a line, hides, or is no character: all but tab and line end."""


def visible(text: str) -> str:
    """A text whose control characters are escape sequences."""
    return _UNSEEN.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)
