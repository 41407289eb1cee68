"""Solving: requirements that the index cannot serve together, or only as sources."""

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

_WHEELS = re.compile(r"Wheels are required for `([\w.-]+)` because building from source is disabled")
_UNUSABLE = re.compile(r"\b([A-Za-z][\w.-]*)(==[\w.!+]+) has no usable wheels")
_UNBUILT = re.compile(r"^cannot build ([\w.-]+)", re.MULTILINE)
_UNKNOWN = re.compile(r"\b([A-Za-z0-9][\w.-]*) was not found in the (?:package registry|provided package locations)")
_PYTHON = re.compile(r"does not satisfy Python|requires Python|current Python version|requires-python", re.IGNORECASE)
_DOWN = re.compile(
    r"error sending request|dns error|Failed to fetch|Could not connect|network is unreachable", re.IGNORECASE
)


def unsolved(failure: Failure) -> tuple[Finding, ...]:
    """Build what has no wheel, leave out what nobody has, drop the lock file's versions, take another Python."""
    if failure.stage not in (Stage.LOCK, Stage.INSTALL):
        return ()
    text = " ".join(failure.text.split())
    if _DOWN.search(text):
        return (Blocker(EnvironmentCause.NETWORK, "the package index cannot be reached"),)
    versions = dict(_UNUSABLE.findall(text))
    found: list[Finding] = [
        EnvironmentChange(ChangeKind.BUILD, f"{name}{versions.get(name, '')}", "the index has it only as sources")
        for name in dict.fromkeys((*_WHEELS.findall(text), *versions))
    ]
    found += [
        EnvironmentChange(ChangeKind.LEAVE_OUT, name, "the index does not have it")
        for name in dict.fromkeys(_UNKNOWN.findall(text))
    ]
    for name in _UNBUILT.findall(failure.text):
        why = f"{name} cannot be built"
        found += [
            EnvironmentChange(ChangeKind.LEAVE_OUT, name, why),
            EnvironmentChange(ChangeKind.PYTHON, "", why),
            EnvironmentChange(ChangeKind.SOURCE, "", why),
        ]
    if "No solution found" in text:
        why = text[text.find("cause:") :][:160]
        found += [EnvironmentChange(ChangeKind.UNLOCK, "", why)]
        found += [EnvironmentChange(ChangeKind.PYTHON, "", why)] if _PYTHON.search(text) else []
        found += [EnvironmentChange(ChangeKind.SOURCE, "", why)]
    return tuple(found)
