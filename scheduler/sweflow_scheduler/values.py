"""Values that this room hands on: the development schedule and its steps."""

from dataclasses import dataclass
from enum import StrEnum

from sweflow_tracer.displayable import Displayable

from sweflow_scheduler.errors import BandUpsideDown


class Cost(StrEnum):
    """What a new function costs: one, its lines, or its cyclomatic complexity."""

    LINES = "lines"
    FUNCTIONS = "functions"
    COMPLEXITY = "complexity"


class Closure(StrEnum):
    """What a test requires: what it was seen to reach, all that follows from any test's calls, or what it notices."""

    OBSERVED = "observed"
    MERGED = "merged"
    NEEDED = "needed"


class Unsplit(StrEnum):
    """Why a step has more lines than were asked for."""

    ONE_FUNCTION = "one-function"
    """It is one function."""
    REQUIRED_TOGETHER = "required-together"
    """Each of its tests that needs one of its functions needs them all, so no part of it has a test."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How to schedule. ``min_lines`` and ``max_lines`` are the wanted band of a step's size; 0 is no limit.

    ``slack`` is in percent: by need, of the test functions that cost at most so much more than the cheapest, the one is
    next that satisfies most tests.

    Raises BandUpsideDown where no size can be in the band.
    """

    cost: Cost = Cost.LINES
    closure: Closure = Closure.OBSERVED
    min_lines: int = 0
    max_lines: int = 0
    slack: int = 0

    def __post_init__(self) -> None:
        if 0 < self.max_lines < self.min_lines:
            raise BandUpsideDown(self.min_lines, self.max_lines)


DEFAULT = Rules()


@dataclass(frozen=True, slots=True)
class Step:
    """Test functions that become satisfied together, and the core functions that are new with them.

    ``functions`` are ids, callee first; ``targets`` and ``dependents`` divide them. ``needs`` are numbers of
    earlier steps whose functions the step's tests require; ``wave`` is one more than the greatest wave among
    them, ``depth`` the length of the longest chain of calls below the step's functions, ``fan_in`` the number of
    later steps that need this one. ``forward`` lists observed calls to functions developed later. ``lines`` and
    ``complexity`` are sums over its functions. ``difficulty`` is from 0 to 1: the mean share of steps that are
    easier, by lines, complexity, depth, dependents and needs. ``unsplit`` says why it is larger than was asked for.
    """

    number: int
    tests: tuple[str, ...]
    functions: tuple[str, ...]
    targets: tuple[str, ...]
    dependents: tuple[str, ...]
    needs: tuple[int, ...]
    wave: int
    depth: int
    fan_in: int
    lines: int
    forward: tuple[tuple[str, str], ...]
    complexity: int = 0
    difficulty: float = 0.0
    unsplit: Unsplit | None = None


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """Whether a test function notices that a core function does nothing: the test id that fails so, or None.

    In the literature: extreme mutation. A function that nobody notices is pseudo-tested.
    """

    test: str
    function: str
    by: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Schedule(Displayable):
    """The steps in order, numbered from 1. ``ready`` are the test functions of step 0: scaffold is all they need.

    ``notices`` are the answers that the order rests on, where it is by what tests need.
    """

    rules: Rules
    ready: tuple[str, ...]
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def forward_references(self) -> int:
        """Observed calls from a developed function to one that is developed later."""
        return sum(len(step.forward) for step in self.steps)
