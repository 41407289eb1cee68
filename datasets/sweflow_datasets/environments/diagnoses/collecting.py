"""Tests that nothing collects: modules named ``tests.py`` or ``test.py``, which people start by name."""

from sweflow_datasets.environments.proving import UNCOLLECTED
from sweflow_datasets.environments.values import ChangeKind, EnvironmentChange, Failure, Finding


def uncollected(failure: Failure) -> tuple[Finding, ...]:
    """Arguments that name them."""
    _, said, paths = failure.text.partition(f"{UNCOLLECTED} ")
    return (
        (EnvironmentChange(ChangeKind.ARGUMENT, paths.strip(), "pytest passes over them"),)
        if said and paths.strip()
        else ()
    )
