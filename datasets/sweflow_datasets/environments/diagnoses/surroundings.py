"""Surroundings: what tests expect of a machine and no package brings: network, display, locale, services, data."""

import re

from sweflow_datasets.environments.values import Blocker, EnvironmentCause, Failure, Finding

_SIGNS = (
    (
        EnvironmentCause.DISPLAY,
        r"no display name and no \$DISPLAY|could not connect to display|cannot connect to X server",
    ),
    (EnvironmentCause.LOCALE, r"locale\.Error: unsupported locale setting|^Error: unsupported locale setting"),
    (
        EnvironmentCause.SERVICE,
        r"(?:ConnectionRefusedError|Connection refused).*|could not connect to server|Can't connect to MySQL server"
        r"|Error \d+ connecting to \S+:6379|NoBrokersAvailable|ServerSelectionTimeoutError"
        r"|docker\.errors\.DockerException",
    ),
    (
        EnvironmentCause.NETWORK,
        r"Temporary failure in name resolution|Name or service not known|Network is unreachable|getaddrinfo failed"
        r"|NameResolutionError|Max retries exceeded with url: |nodename nor servname"
        r"|No address associated with hostname",
    ),
    (EnvironmentCause.DATA, r"FileNotFoundError: \[Errno 2\] No such file or directory: '[^']*/[^']*'"),
)


def surroundings(failure: Failure) -> tuple[Finding, ...]:
    """Blockers, with the line that shows each."""
    found: list[Finding] = []
    for cause, pattern in _SIGNS:
        line = next((line.strip() for line in failure.text.splitlines() if re.search(pattern, line)), None)
        if line is not None:
            found.append(Blocker(cause, line[:200]))
    return tuple(found)
