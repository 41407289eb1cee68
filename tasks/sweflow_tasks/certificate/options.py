"""How much a certificate says, and what a task must reach."""

from dataclasses import dataclass
from enum import StrEnum

from sweflow_tasks.errors import NothingMeasured


class Level(StrEnum):
    """``BASIC``: every step's tests ran before and after it. ``FULL``: the tests themselves were put to the test."""

    BASIC = "basic"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class CertificateOptions:
    """What to measure, and which of the measured tasks to keep.

    ``twins`` are those that each test should have, at either level; with 0 none are made (docs/grading.md).
    ``gold_runs`` are runs of each reference tree, ``mutants`` the most that are made of a function. A task whose share
    of killed mutants is below ``min_strength`` is rejected, and so is one with more than ``max_unnoticed`` functions
    that no test misses; None keeps every task. Raises NothingMeasured where a basic certificate is to select.
    """

    level: Level = Level.BASIC
    gold_runs: int = 3
    mutants: int = 12
    min_strength: float | None = None
    max_unnoticed: int | None = None
    twins: int = 2

    def __post_init__(self) -> None:
        asked = {"--min-strength": self.min_strength, "--max-unnoticed": self.max_unnoticed}
        for option, value in asked.items():
            if value is not None and self.level is Level.BASIC:
                raise NothingMeasured(option)
