"""The order: which of a repository's places is asked first."""

import re
from collections.abc import Callable, Iterator, Mapping

from sweflow_datasets.environments.sources.automation import automation_sources
from sweflow_datasets.environments.sources.requirement_lines import in_file, kept
from sweflow_datasets.environments.sources.tables import DEVELOPERS, TESTS, extra_sources, group_sources
from sweflow_datasets.environments.values import Source

NOTHING = Source("nothing")
"""No place says what the tests need."""
_REQUIREMENTS = re.compile(r"(?:^|/)[\w.-]*requirements?[\w./-]*\.(?:txt|in)$|^requirements/[\w.-]+\.(?:txt|in)$")


def ordered_sources(files: Mapping[str, str]) -> tuple[Source, ...]:
    """Places that say something of tests, best first, and ``NOTHING`` last.

    What is named after tests goes before what is named after developers; in each: dependency groups, extras,
    requirements files; then tox, nox and workflows. The same requirements stand once.
    """
    found: list[Source] = []
    for wanted in (TESTS, DEVELOPERS):
        for read in (group_sources, extra_sources, requirement_sources):
            found += _named(read, files, wanted)
        if wanted is TESTS:
            found += automation_sources(files)
    unique = {(source.requirements, source.extras): source for source in reversed(found)}
    return (
        *(source for source in found if _says(source) and unique[source.requirements, source.extras] is source),
        NOTHING,
    )


def requirement_sources(files: Mapping[str, str]) -> Iterator[Source]:
    """Requirements files, by name."""
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        if _REQUIREMENTS.search(path):
            yield Source(path, kept(in_file(path, files)))


def _named(
    read: Callable[[Mapping[str, str]], Iterator[Source]], files: Mapping[str, str], wanted: re.Pattern[str]
) -> Iterator[Source]:
    for source in read(files):
        words = re.split(r"[./\s]", re.sub(r"\.(txt|in)$", "", source.name))
        parts = [part for word in words for part in (word, *re.split(r"[-_]", word))]
        if any(wanted.search(part) for part in parts if part not in ("dependency-groups", "dev-dependencies")):
            yield source


def _says(source: Source) -> bool:
    return bool(source.requirements or source.extras)
