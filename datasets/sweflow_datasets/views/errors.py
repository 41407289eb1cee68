"""Errors of views."""

from sweflow_tracer import SweflowError


class AnswerNotUsable(SweflowError):
    """An answer that gives no tree."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the answer gives no tree ({problem}): write it in the form that the view's prompt asks for.")


class ViewsNotWritten(SweflowError):
    """A file for views that cannot be written."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path!r} cannot be written ({problem}): name another file as --out.")
