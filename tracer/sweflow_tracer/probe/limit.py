"""The soft limit: a signal from outside ends a test that takes too long, so that its record is not lost."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

    from .outcome import ItemOutcome

SIGNAL = signal.SIGUSR2


class TimedOut(BaseException):
    """Raised in the test that took too long."""


@contextmanager
def soft_limit(outcome: ItemOutcome) -> Generator[None, None, None]:
    """While the block runs, the signal raises TimedOut in the main thread, once; the outcome is told."""

    def on_signal(number: int, frame: Any) -> None:
        if not outcome.timed_out:
            outcome.timed_out = True
            raise TimedOut

    before = signal.signal(SIGNAL, on_signal)
    try:
        yield
    except TimedOut:
        pass  # between two phases, where nothing of pytest catches it
    finally:
        signal.signal(SIGNAL, before)
