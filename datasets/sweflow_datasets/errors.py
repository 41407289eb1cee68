"""Errors of the datasets room."""

from sweflow_tracer import SweflowError


class NothingMeasured(SweflowError):
    """A selection by figures that the certificate asked for does not have."""

    def __init__(self, option: str) -> None:
        self.option = option
        super().__init__(f"{option} selects by what a basic certificate does not measure: pass --certificate full.")


class CoverageNotUsable(SweflowError):
    """coverage.py did not run, or its file does not say what is asked."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}: {hint}.")
