"""The outcome of one test, from its reports and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MARKER = "sweflow: "
QUOTED = "NotImplementedError: " + MARKER  # as the traceback of a child process has it


class ItemOutcome:
    """Collects the reports of one test; ``record`` gives the verdict."""

    def __init__(self) -> None:
        self._outcomes: list[str] = []
        self._failure: dict[str, Any] | None = None
        self._duration = 0.0
        self._called = False
        self.timed_out = False

    def saw(self, when: str, excinfo: Any, relative: Callable[[str], str | None]) -> None:
        """Keep the first exception: where, type, message, and the stubs that its chain names.

        ``at`` is the innermost code of the project that it went through: path, name, first line. ``relative`` gives
        the path below the root of a file of the project.
        """
        if self._failure is not None:
            return
        error = excinfo.value
        self._failure = {
            "when": when,
            "type": type(error).__name__,
            "message": _text(error)[:500],
            "stubs": sorted(_stubs(error)),
            "mentions": QUOTED in _text(error),
            "at": _innermost(error, relative),
        }

    def add(self, report: Any) -> None:
        """Count a report."""
        self._duration += getattr(report, "duration", 0.0)
        self._called = self._called or report.when == "call"
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xpassed" if outcome == "passed" else "xfailed"
        self._outcomes.append(outcome)

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


def _innermost(error: BaseException, relative: Callable[[str], str | None]) -> list[Any] | None:
    found = None
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        path = relative(code.co_filename)
        if path is not None:
            found = [path, getattr(code, "co_qualname", code.co_name), code.co_firstlineno]
        step = step.tb_next
    return found


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
