"""Settings: what all sessions of a stage have in common."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.runner.session import Session


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Whose tests run, by what, and how. ``on_session`` is told of each pytest run, from any thread.

    ``jobs`` run side by side; ``timeout`` is in seconds for one test.
    """

    target: Target
    launcher: Launcher
    jobs: int = 1
    timeout: float = 60.0
    on_session: Callable[[Session], None] = lambda session: None

    def key(self, facts: Iterable[str]) -> str:
        """A key of facts and of the place, so that a journal never mixes places (D4)."""
        where = (self.launcher.sandbox.name, self.target.project.python, str(self.target.python))
        return hashlib.sha256("\n".join((*where, *facts)).encode("utf-8")).hexdigest()
