"""Errors of this room."""

from sweflow_tracer import SweflowError


class UnknownStep(SweflowError):
    """The schedule has no step of this number."""

    def __init__(self, number: int, steps: int) -> None:
        self.number = number
        self.steps = steps
        there = f"its steps are 1 to {steps}" if steps else "it has no steps"
        super().__init__(f"the schedule has no step {number} ({there}): run `sweflow schedule DIR` to see them.")


class BandUpsideDown(SweflowError):
    """The largest wanted size of a step is below the smallest."""

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most
        super().__init__(
            f"no step has at least {least} and at most {most} lines: give a --max-lines that is not below --min-lines."
        )
