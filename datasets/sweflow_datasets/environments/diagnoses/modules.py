"""Modules that are missing: one of somebody else's, of the tests' own packages, or of the project's generated files."""

import re
import sys

from sweflow_datasets.environments.distributions import distribution_of
from sweflow_datasets.environments.values import (
    Blocker,
    ChangeKind,
    EnvironmentCause,
    EnvironmentChange,
    Failure,
    Finding,
)

_MISSING = re.compile(r"ModuleNotFoundError: No module named ['\"]([\w.]+)['\"]")
TESTS = frozenset({"tests", "test", "testing", "conftest"})
BACKPORTS = {
    "asyncore": "pyasyncore",
    "asynchat": "pyasynchat",
    "imp": "",
    "telnetlib": "telnetlib3",
    "cgi": "legacy-cgi",
}
"""Modules that the standard library lost, and who has them now; empty: nobody."""


def missing_modules(failure: Failure) -> tuple[Finding, ...]:
    """A requirement for each module that is not there, a root for the tests' own, or what should be generated."""
    found: list[Finding] = []
    for module in dict.fromkeys(_MISSING.findall(failure.text)):
        first, why = module.partition(".")[0], f"No module named {module!r}"
        if first in TESTS or first in failure.own:
            found.append(EnvironmentChange(ChangeKind.ROOT, ".", why))
            found.append(EnvironmentChange(ChangeKind.ROOT, "src" if first in TESTS else "tests", why))
            if "." in module and first not in TESTS:
                found.append(Blocker(EnvironmentCause.GENERATED, why))
        elif first in BACKPORTS:
            found.append(
                EnvironmentChange(ChangeKind.REQUIRE, BACKPORTS[first], why)
                if BACKPORTS[first]
                else EnvironmentChange(ChangeKind.PYTHON, "3.11", why)
            )
        elif first == "distutils":
            found += [
                EnvironmentChange(ChangeKind.REQUIRE, "setuptools", why),
                EnvironmentChange(ChangeKind.PYTHON, "3.11", why),
            ]
        elif first not in sys.stdlib_module_names:
            found.append(EnvironmentChange(ChangeKind.REQUIRE, distribution_of(module), why))
            found.append(EnvironmentChange(ChangeKind.ROOT, "tests", why))
    return tuple(found)
