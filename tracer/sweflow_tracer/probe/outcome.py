"""The outcome of one test, from its reports and exceptions."""

from __future__ import annotations

from typing import Any

MARKER = "sweflow: "
QUOTED = "NotImplementedError: " + MARKER  # as the traceback of a child process has it


class Outcome:
    """Collects the reports of one test; ``record`` gives the verdict."""

    def __init__(self) -> None:
        self._outcomes: list[str] = []
        self._failure: dict[str, Any] | None = None
        self._duration = 0.0
        self._called = False
        self.timed_out = False

    def saw(self, when: str, excinfo: Any) -> None:
        """Keep the first exception: where, type, message, and the stubs that its chain names."""
        if self._failure is not None:
            return
        error = excinfo.value
        self._failure = {
            "when": when,
            "type": type(error).__name__,
            "message": _text(error)[:500],
            "stubs": sorted(_stubs(error)),
            "mentions": QUOTED in _text(error),
        }

    def add(self, report: Any) -> None:
        """Count a report."""
        self._duration += getattr(report, "duration", 0.0)
        self._called = self._called or report.when == "call"
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xpassed" if outcome == "passed" else "xfailed"
        self._outcomes.append(outcome)
        if outcome == "failed" and self._failure is not None:
            self._failure.setdefault("text", str(report.longrepr)[-4000:])

    def record(self) -> dict[str, Any]:
        """The verdict: one of passed, failed, skipped, xfailed, xpassed, lost."""
        verdicts = ("failed", "xfailed", "xpassed", "skipped", "rerun")
        outcome = next((v for v in verdicts if v in self._outcomes), "passed" if self._called else "lost")
        outcome = "timed-out" if self.timed_out else outcome
        record: dict[str, Any] = {"outcome": outcome, "duration": round(self._duration, 6)}
        if self._failure is not None:
            record["failure"] = self._failure
        return record


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "<no text>"


def _stubs(error: BaseException | None, seen: set[int] | None = None) -> set[str]:
    """Names of the stubs in an exception, its causes and contexts, and the members of groups."""
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return set()
    seen.add(id(error))
    found: set[str] = set()
    if isinstance(error, NotImplementedError) and error.args:
        text = error.args[0]
        if isinstance(text, str) and text.startswith(MARKER):
            found.add(text[len(MARKER) :])
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        if isinstance(other, BaseException):
            found |= _stubs(other, seen)
    return found
