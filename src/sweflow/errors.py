"""Errors of the shell."""

from sweflow_tracer import SweflowError


class DotNotUsable(SweflowError):
    """Graphviz is not there, or it could not draw the graph."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        super().__init__(f"the graph cannot be drawn ({problem}): {hint}.")


class NotAQuestion(SweflowError):
    """Options that do not go together, or a value that means nothing."""


class SettingsNotUsable(SweflowError):
    """A file with settings cannot be read, or says something that is no option or no value of one."""

    def __init__(self, place: str, problem: str, hint: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place} {problem}: {hint}{'' if hint.endswith('?') else '.'}")
