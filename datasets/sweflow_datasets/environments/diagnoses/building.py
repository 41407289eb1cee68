"""Building: a project whose own wheel cannot be made."""

import re

from sweflow_datasets.environments.values import (
    Blocker,
    ChangeKind,
    EnvironmentCause,
    EnvironmentChange,
    Failure,
    Finding,
    Stage,
)

_PYTHON = re.compile(
    r"requires-python|requires Python|does not satisfy Python|No module named 'distutils'|ImpImporter", re.IGNORECASE
)


def unbuilt(failure: Failure) -> tuple[Finding, ...]:
    """Another Python where it says so, else the project's tree on the path instead of its wheel."""
    if failure.stage is not Stage.BUILD or not failure.text:
        return ()
    last = next((line.strip() for line in reversed(failure.text.splitlines()) if line.strip()), "it said nothing")
    other = [EnvironmentChange(ChangeKind.PYTHON, "", last[:160])] if _PYTHON.search(failure.text) else []
    return (
        *other,
        EnvironmentChange(ChangeKind.UNINSTALLED, "", last[:160]),
        Blocker(EnvironmentCause.NOT_INSTALLED, last[:200]),
    )
