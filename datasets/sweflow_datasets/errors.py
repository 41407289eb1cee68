"""Errors of the datasets room."""

from sweflow_tracer import SweflowError


class CoverageNotUsable(SweflowError):
    """coverage.py did not run, or its file does not say what is asked."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"{problem}: {hint}.")
