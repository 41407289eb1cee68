"""Targets: which of a step's functions something reaches that is there before the step."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Function = TypeVar("Function", int, str)


def is_target(callers: Iterable[Function | None], step: int, step_of: Mapping[Function, int]) -> bool:
    """Whether a function of a step is called from a test, a fixture, scaffold or code of an earlier step.

    None among the callers stands for the first three. A caller that is in no step is reached by rejected tests only
    and does not count, since no test of the dataset comes that way.
    """
    return any(caller is None or step_of.get(caller, step) < step for caller in callers)
