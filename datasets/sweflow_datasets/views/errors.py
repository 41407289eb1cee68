"""Errors of views: an answer that gives no tree."""

from sweflow_tracer import SweflowError


class AnswerNotUsable(SweflowError):
    """An answer that gives no tree."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the answer gives no tree ({problem}): write it in the form that the view's prompt asks for.")
