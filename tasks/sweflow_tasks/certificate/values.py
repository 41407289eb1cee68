"""What a full certificate holds, as values."""

from dataclasses import dataclass

from sweflow_tasks.certificate.gold import GoldRun
from sweflow_tasks.certificate.mutation import Mutant


@dataclass(frozen=True, slots=True)
class FunctionFigures:
    """What a step's FAIL_TO_PASS say of one of its functions.

    ``killed`` of ``mutants`` mutants they kill; ``survivors`` are the others. ``stub_killed``: they notice that it is
    left out. ``executed`` are the lines of its body that they run, of ``lines`` that can be.
    """

    function: str
    killed: int
    mutants: int
    survivors: tuple[Mutant, ...]
    stub_killed: bool
    executed: tuple[int, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Full:
    """What was measured of a step. ``flaky`` are ids of its tests that a gold run rejected."""

    gold: tuple[GoldRun, ...]
    flaky: tuple[str, ...]
    functions: tuple[FunctionFigures, ...]

    @property
    def killed(self) -> int:
        """Mutants of all functions that the tests kill."""
        return sum(figures.killed for figures in self.functions)

    @property
    def mutants(self) -> int:
        """Mutants of all functions."""
        return sum(figures.mutants for figures in self.functions)

    @property
    def strength(self) -> float | None:
        """The share of mutants that are killed; None where nothing could be mutated."""
        return self.killed / self.mutants if self.mutants else None

    @property
    def unnoticed(self) -> tuple[str, ...]:
        """Functions whose absence no test notices."""
        return tuple(figures.function for figures in self.functions if not figures.stub_killed)
