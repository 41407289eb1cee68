"""Options of a run over many repositories."""

import os
from dataclasses import dataclass, field
from enum import StrEnum

from sweflow_datasets.corpus.values import LIMITS, Limits
from sweflow_datasets.environments.values import DEFAULTS as ENVIRONMENT
from sweflow_datasets.environments.values import Options as EnvironmentOptions
from sweflow_datasets.options import Options


class EngineName(StrEnum):
    """What runs the repositories: processes of this machine, or the nodes of a Ray cluster."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How to run over a list.

    ``engine`` is what they run on. ``workers`` repositories are worked on at a time (0: half as many as there are
    cores, one at least; with Ray as many as the cluster has room for). ``store`` is a URL that fsspec knows: builds
    and reports lie there, too, for nodes that do not share the run's folder.
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
    engine: EngineName = EngineName.LOCAL
    store: str | None = None
    build: Options = field(default_factory=Options)
    environment: EnvironmentOptions = ENVIRONMENT

    @property
    def side_by_side(self) -> int:
        """Repositories at a time."""
        return self.workers or max(1, (os.cpu_count() or 1) // 2)

    @property
    def jobs(self) -> int:
        """Processes at a time of each of them: together as many as there are cores; one where nodes are Ray's."""
        if self.engine is EngineName.RAY:
            return self.build.jobs or 1
        return self.build.jobs or max(1, (os.cpu_count() or 1) // self.side_by_side)


DEFAULTS = CorpusOptions()
