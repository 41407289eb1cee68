"""Lock files: the versions that the project's developers have."""

import json
import tomllib
from collections.abc import Mapping

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")


def lock_pins(files: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The first lock file that is there, and its pins; a name with several versions has none. Empty where none is."""
    for path in LOCKS:
        if path in files:
            try:
                rows = _pipfile(files[path]) if path == "Pipfile.lock" else _packages(files[path])
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                continue
            versions: dict[str, set[str]] = {}
            for name, version in rows:
                versions.setdefault(name, set()).add(version)
            return path, tuple(f"{name}=={found.pop()}" for name, found in sorted(versions.items()) if len(found) == 1)
    return "", ()


def _packages(text: str) -> list[tuple[str, str]]:
    """Packages of an index in uv's, Poetry's and PDM's lock files, which have one shape."""
    return [
        (row["name"], row["version"])
        for row in tomllib.loads(text).get("package", ())
        if "version" in row and not {"virtual", "editable", "git", "directory"} & set(row.get("source", {}) or {})
    ]


def _pipfile(text: str) -> list[tuple[str, str]]:
    document = json.loads(text)
    sections = (document.get("default", {}), document.get("develop", {}))
    return [
        (name, row["version"].removeprefix("=="))
        for section in sections
        for name, row in section.items()
        if str(row.get("version", "")).startswith("==")
    ]
