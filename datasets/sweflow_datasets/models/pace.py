"""Pace: when the next request may begin, and whether it may at all."""

import time
from collections.abc import Callable
from threading import Event, Lock

from sweflow_datasets.models.values import Limits

Wait = Callable[[float], object]
"""Waits so many seconds, or less where the run is stopped."""


class Pace:
    """The rate and the budget that threads share."""

    def __init__(self, limits: Limits, wait: Wait | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._stopped = Event()
        self._wait = wait or self._stopped.wait
        self._clock = clock
        self._lock = Lock()
        self._next = 0.0
        self.requests = 0
        self.tokens = 0

    def begin(self) -> bool:
        """Wait until a request may begin; False where none may any more."""
        with self._lock:
            if self._stopped.is_set() or self._is_spent():
                return False
            self.requests += 1
            now = self._clock()
            start = max(now, self._next)
            self._next = start + (60.0 / self._limits.per_minute if self._limits.per_minute else 0.0)
        self.pause(start - now)
        return not self._stopped.is_set()

    def hold(self, seconds: float) -> None:
        """Let nobody begin for so long: the server has said so."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)

    def pause(self, seconds: float) -> None:
        """Wait, as long as the run is not stopped."""
        if seconds > 0:
            self._wait(seconds)

    def spend(self, tokens: int) -> None:
        """Count tokens of an answer."""
        with self._lock:
            self.tokens += tokens

    def stop(self) -> None:
        """Let no request begin, and end whatever waits."""
        self._stopped.set()

    def _is_spent(self) -> bool:
        requests, tokens = self._limits.requests, self._limits.tokens
        return (requests is not None and self.requests >= requests) or (tokens is not None and self.tokens >= tokens)
