"""Options of a run over many repositories."""

import os
from dataclasses import dataclass, field

from sweflow_datasets.corpus.values import LIMITS, Limits
from sweflow_datasets.environments.values import DEFAULTS as ENVIRONMENT
from sweflow_datasets.environments.values import Options as EnvironmentOptions
from sweflow_datasets.options import Options


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How to run over a list.

    ``workers`` repositories are worked on at a time (0: half as many as there are cores, one at least).
    ``max_seconds``, ``max_disk`` (bytes) and ``max_tasks`` bound the whole run, ``limits`` each repository.
    ``retry`` tries again what failed before. ``index`` is the package index's URL, ``build`` and ``environment`` are
    the options of all repositories; a list's go before those of ``build``.
    """

    workers: int = 0
    max_seconds: float | None = None
    max_disk: int | None = None
    max_tasks: int | None = None
    limits: Limits = LIMITS
    retry: bool = False
    index: str | None = None
    build: Options = field(default_factory=Options)
    environment: EnvironmentOptions = ENVIRONMENT

    @property
    def side_by_side(self) -> int:
        """Repositories at a time."""
        return self.workers or max(1, (os.cpu_count() or 1) // 2)

    @property
    def jobs(self) -> int:
        """Processes at a time of each of them: together as many as there are cores."""
        return self.build.jobs or max(1, (os.cpu_count() or 1) // self.side_by_side)


DEFAULTS = CorpusOptions()
