"""Optional packages: those for want of which tests were skipped, or which an error names in prose."""

import re
import sys

from sweflow_datasets.environments.distributions import distribution_of
from sweflow_datasets.environments.values import ChangeKind, EnvironmentChange, Failure, Finding

_PATTERNS = (
    r"could not import '([\w.]+)'",
    r"(?:requires?|needs?|install|without|missing) (?:the )?[`'\"]?([A-Za-z][\w.-]+)[`'\"]?"
    r" (?:package|library|module|(?:to be )?installed)",
    r"[`'\"]?\b([A-Za-z][\w.-]+)[`'\"]? (?:(?:package|library|module) )?(?:is )?"
    r"(?:unavailable|(?:not|isn't) (?:installed|available))",
)
WORDS = frozenset(
    {
        *("a", "an", "the", "this", "that", "it", "is", "module", "package", "library", "optional", "external", "some"),
        *("python", "pypy", "cpython", "pip", "c", "extension", "test", "tests", "dependency", "feature", "support"),
        *("are", "network", "internet", "server", "file", "data", "locale", "git", "docker", "gpu", "cuda", "not"),
    }
)
"""Words that stand there and name no distribution."""


def optional_packages(failure: Failure) -> tuple[Finding, ...]:
    """A requirement for each."""
    names = [name for pattern in _PATTERNS for name in re.findall(pattern, failure.text, re.IGNORECASE)]
    return tuple(
        EnvironmentChange(ChangeKind.REQUIRE, distribution_of(name), f"tests ask for {name}")
        for name in dict.fromkeys(names)
        if name.lower() not in WORDS and name.partition(".")[0] not in (sys.stdlib_module_names | failure.own)
    )
