"""All diagnoses, in the order in which their changes are tried."""

from collections.abc import Callable, Iterable

from sweflow_datasets.environments.diagnoses.building import unbuilt
from sweflow_datasets.environments.diagnoses.collecting import uncollected
from sweflow_datasets.environments.diagnoses.modules import missing_modules
from sweflow_datasets.environments.diagnoses.optional import optional_packages
from sweflow_datasets.environments.diagnoses.plugins import missing_fixtures, missing_marks, unknown_options
from sweflow_datasets.environments.diagnoses.solving import unsolved
from sweflow_datasets.environments.diagnoses.surroundings import surroundings
from sweflow_datasets.environments.diagnoses.system import missing_system
from sweflow_datasets.environments.diagnoses.versions import (
    broken_by_library,
    broken_by_python,
    broken_by_runner,
    warnings_as_errors,
)
from sweflow_datasets.environments.values import Failure, Finding, Stage

Diagnosis = Callable[[Failure], tuple[Finding, ...]]
DIAGNOSES: tuple[Diagnosis, ...] = (
    unsolved,
    unbuilt,
    unknown_options,
    missing_modules,
    uncollected,
    missing_fixtures,
    missing_marks,
    broken_by_runner,
    broken_by_library,
    missing_system,
    broken_by_python,
    warnings_as_errors,
    surroundings,
    optional_packages,
)
"""Of tests that were skipped only the last one is asked: what they say is no error."""


def diagnose(failures: Iterable[Failure]) -> tuple[Finding, ...]:
    """What all diagnoses find in all failures, each finding once."""
    texts = tuple(failures)
    pairs = ((diagnosis, text) for diagnosis in DIAGNOSES for text in texts)
    return tuple(
        dict.fromkeys(finding for diagnosis, text in pairs if _fits(diagnosis, text) for finding in diagnosis(text))
    )


def _fits(diagnosis: Diagnosis, failure: Failure) -> bool:
    return failure.stage is not Stage.SKIP or diagnosis is optional_packages
