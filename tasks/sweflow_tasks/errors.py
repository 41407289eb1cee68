"""Errors of this room."""

from difflib import get_close_matches
from pathlib import Path

from sweflow_tracer import SweflowError


class UnknownInstance(SweflowError):
    """No task of a dataset has this instance id."""

    def __init__(self, instance: str, known: tuple[str, ...]) -> None:
        self.instance = instance
        self.known = known
        near = get_close_matches(instance, known, n=1) or list(known[:1])
        hint = f"did you mean {near[0]}?" if near else "the dataset holds no task."
        super().__init__(f"there is no task {instance}: {hint}")


class RejectedStep(SweflowError):
    """A step of the schedule that is no task."""

    def __init__(self, instance: str, step: int, reason: str, detail: str) -> None:
        self.instance = instance
        self.step = step
        self.reason = reason
        self.detail = detail
        why = f"{reason}: {detail}" if detail else reason
        super().__init__(f"{instance} is no task, since step {step} was rejected ({why}): take a line of tasks.jsonl.")


class DestinationInUse(SweflowError):
    """The folder for a checkout has something in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists and is not an empty folder: choose another place for the checkout.")


class NothingMeasured(SweflowError):
    """A selection by figures that the certificate asked for does not have."""

    def __init__(self, option: str) -> None:
        self.option = option
        super().__init__(f"{option} selects by what a basic certificate does not measure: pass --certificate full.")
