"""pytest's plugins: which one has an option that pytest itself does not know."""

import re

from sweflow_tracer.errors import PluginMissing, SessionFailed, SweflowError

OWNERS = {
    "--cov": "pytest-cov",
    "--no-cov": "pytest-cov",
    "--timeout": "pytest-timeout",
    "--numprocesses": "pytest-xdist",
    "--dist": "pytest-xdist",
    "--maxprocesses": "pytest-xdist",
    "-n": "pytest-xdist",
    "--reruns": "pytest-rerunfailures",
    "--benchmark": "pytest-benchmark",
    "--asyncio": "pytest-asyncio",
    "--randomly": "pytest-randomly",
    "--random-order": "pytest-random-order",
    "--mypy": "pytest-mypy",
    "--flake8": "pytest-flake8",
    "--black": "pytest-black",
    "--isort": "pytest-isort",
    "--pylint": "pytest-pylint",
    "--ruff": "pytest-ruff",
    "--doctest-plus": "pytest-doctestplus",
    "--doctest-rst": "pytest-doctestplus",
    "--remote-data": "pytest-remotedata",
    "--html": "pytest-html",
    "--snapshot": "syrupy",
    "--forked": "pytest-forked",
    "--nbval": "nbval",
    "--ds": "pytest-django",
    "--reuse-db": "pytest-django",
    "--record-mode": "pytest-recording",
    "--codspeed": "pytest-codspeed",
    "--typeguard": "typeguard",
    "--mpl": "pytest-mpl",
    "--qt": "pytest-qt",
    "--socket": "pytest-socket",
    "--disable-socket": "pytest-socket",
    "--subprocess": "pytest-subprocess",
    "--sugar": "pytest-sugar",
}
"""Beginnings of options, and the distribution whose plugin takes them."""
_UNKNOWN = re.compile(r"error: unrecognized arguments: (.+)")


def explained(error: SessionFailed) -> SweflowError:
    """The same, or PluginMissing where pytest refused options before it collected."""
    found = _UNKNOWN.search(error.log)
    if found is None or error.collected:
        return error
    options = [word for word in found[1].split() if word.startswith("-")]
    plugins = {owner for option in options for owner in owners(option)}
    return PluginMissing(" ".join(options) or found[1], " and ".join(sorted(plugins)))


def owners(option: str) -> list[str]:
    """The distribution whose plugin takes an option, if it is known."""
    matching = [start for start in OWNERS if option.startswith(start)]
    return [OWNERS[max(matching, key=len)]] if matching else []
