"""Python versions: those that a project supports, best first, among the interpreters that are installed."""

import re
from collections.abc import Iterable, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from sweflow_datasets.environments.sources.tables import pyproject

PREFERRED = ("3.12", "3.11", "3.13", "3.10", "3.9", "3.14")
"""Where a project says nothing else: widely supported versions first."""


def python_candidates(files: Mapping[str, str], installed: Iterable[str], wanted: str | None = None) -> tuple[str, ...]:
    """Versions (3.12) to try, in order. ``wanted`` alone, where it is given."""
    there = set(installed)
    if wanted is not None:
        return tuple(version for version in there if version == ".".join(wanted.split(".")[:2]))
    known = [version for version in PREFERRED if version in there]
    known += sorted(there - set(known), key=_numbers, reverse=True)
    bounds = required_python(files)
    allowed = [version for version in known if bounds is None or bounds.contains(f"{version}.99", prereleases=True)]
    named = classified(files)
    listed = [version for version in allowed if version in named]
    return (*listed, *(version for version in allowed if version not in listed))


def required_python(files: Mapping[str, str]) -> SpecifierSet | None:
    """``requires-python``, from pyproject.toml, PKG-INFO, setup.cfg or setup.py; None where there is none."""
    project = pyproject(files).get("project", {})
    found = project.get("requires-python") if isinstance(project, dict) else None
    patterns = (
        ("PKG-INFO", r"^Requires-Python:\s*(.+)$"),
        ("setup.cfg", r"^\s*python_requires\s*=\s*(.+)$"),
        ("setup.py", r"python_requires\s*=\s*[\"']([^\"']+)"),
    )
    texts = [found] if isinstance(found, str) else []
    texts += [
        match[1] for path, pattern in patterns for match in re.finditer(pattern, files.get(path, ""), re.MULTILINE)
    ]
    for text in texts:
        try:
            return SpecifierSet(text.strip())
        except InvalidSpecifier:
            continue
    return None


def classified(files: Mapping[str, str]) -> frozenset[str]:
    """Versions that the project's classifiers name."""
    texts = (files.get(path, "") for path in ("pyproject.toml", "PKG-INFO", "setup.cfg", "setup.py"))
    return frozenset(
        version for text in texts for version in re.findall(r"Programming Language :: Python :: (3\.\d+)", text)
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
