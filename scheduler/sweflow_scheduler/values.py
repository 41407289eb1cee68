"""Values that this room hands on: the development schedule and its steps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Test functions that become satisfied together, and the core functions that are new with them.

    ``functions`` are ids, callee first; ``targets`` and ``dependents`` divide them. ``needs`` are numbers of
    earlier steps whose functions the step's tests require; ``wave`` is one more than the greatest wave among
    them, ``depth`` the length of the longest chain of calls below the step's functions, ``fan_in`` the number of
    later steps that need this one. ``forward`` lists observed calls to functions developed later.
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


@dataclass(frozen=True, slots=True)
class Schedule:
    """The steps in order, numbered from 1. ``ready`` are the test functions of step 0: scaffold is all they need."""

    cost: str
    closure: str
    ready: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def forward_references(self) -> int:
        """Observed calls from a developed function to one that is developed later."""
        return sum(len(step.forward) for step in self.steps)
