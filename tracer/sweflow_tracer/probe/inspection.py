"""The inspection: a script that tells, as JSON, what the target's interpreter is and where it finds the project.

Arguments: the repository's root. Nothing of the project is imported, only looked up.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import re
import sys
import urllib.parse
from typing import Any

GENERIC = {"tests", "test", "docs", "setup", "conftest", "examples", "benchmarks", "tasks", "noxfile"}
TOOL = "sweflow"
REQUIREMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
LAYOUTS = ("src", "lib", "python", ".")


def main(root: str) -> None:
    """Print the facts."""
    root = os.path.realpath(root)
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != here]
    roots, names = import_roots(root)
    facts: dict[str, Any] = {"python": platform.python_version(), "implementation": platform.python_implementation()}
    facts.update(roots=roots, names=names, prefix=sys.prefix)
    facts.update(pytest_facts(root, names))
    print(json.dumps(facts))


def import_roots(root: str) -> tuple[list[str], list[str]]:
    """Folders below the root from which its modules are imported, and the top-level names there."""
    inside = [os.path.relpath(os.path.realpath(entry), root) for entry in sys.path if below(entry, root)]
    roots: list[str] = []
    names: set[str] = set()
    for layout in dict.fromkeys((*inside, *LAYOUTS)):
        for name in top_level_names(os.path.join(root, layout)):
            where = location(name)
            if where is None:
                names.add(name)  # not importable from here: pytest's own settings will put it on the path
                continue
            if below(where, root):
                found = os.path.relpath(os.path.dirname(os.path.realpath(where)), root)
            elif ("site-packages" in where or "dist-packages" in where) and name not in names:
                if not has_init(os.path.join(root, layout), name):
                    continue
                found = layout  # an installed copy: the repository's own goes before it
            else:
                continue
            names.add(name)
            if found not in roots:
                roots.append(found)
    return roots, sorted(names)


def below(path: str, root: str) -> bool:
    """Whether a path lies in the root, and not in an environment there."""
    path = os.path.realpath(path)
    return (path + os.sep).startswith(root + os.sep) and not any(
        part in path[len(root) :] for part in ("site-packages", "dist-packages", os.sep + "lib" + os.sep + "python")
    )


def top_level_names(folder: str) -> list[str]:
    """Names of modules and packages that stand in a folder."""
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return []
    modules = [entry[:-3] for entry in entries if entry.endswith(".py")]
    packages = [entry for entry in entries if is_package(os.path.join(folder, entry))]
    return [name for name in (*modules, *packages) if name.isidentifier()]


def has_init(folder: str, name: str) -> bool:
    """Whether a name is a regular package or a module in a folder."""
    return os.path.exists(os.path.join(folder, name, "__init__.py")) or os.path.exists(
        os.path.join(folder, name + ".py")
    )


def is_package(folder: str) -> bool:
    """Whether a folder holds Python modules."""
    try:
        return any(entry.endswith(".py") for entry in os.listdir(folder))
    except OSError:
        return False


def location(name: str) -> str | None:
    """The file or folder that ``import name`` would load; None where there is none."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    if spec.origin and os.path.basename(spec.origin) == "__init__.py":
        return os.path.dirname(spec.origin)
    if spec.origin and os.path.exists(spec.origin):
        return spec.origin
    places = list(spec.submodule_search_locations or ())
    return places[0] if places else None


def pytest_facts(root: str, names: list[str]) -> dict[str, Any]:
    """pytest's version, the modules that it brings along, its plugins, and what is installed."""
    try:
        import pytest
    except ImportError:
        return {"pytest": None, "runner": [], "plugins": [], "distributions": []}
    from importlib.metadata import distributions

    runner = {name.partition(".")[0] for name in sys.modules}
    plugins: set[str] = set()
    installed: dict[str, list[Any]] = {}
    everything: dict[str, Any] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name:
            everything.setdefault(name, distribution)
    of_names = set(names) - GENERIC
    tools = [name for name, found in everything.items() if normal(name) == TOOL and not is_own(found, root, of_names)]
    lent = brought_by(TOOL, everything) if tools else set()
    for name, distribution in everything.items():
        if name in lent:
            continue
        own = is_own(distribution, root, of_names)
        installed[name] = [distribution.version, licence(distribution.metadata), own]
        for entry in distribution.entry_points:
            if entry.group == "pytest11":
                plugins.add(entry.name)
                runner.add(entry.value.partition(":")[0].partition(".")[0])
    runner -= set(getattr(sys, "stdlib_module_names", ()))
    return {
        "pytest": pytest.__version__,
        "runner": sorted(runner),
        "plugins": sorted(plugins),
        "distributions": sorted([name, *facts] for name, facts in installed.items()),
    }


def brought_by(tool: str, everything: dict[str, Any]) -> set[str]:
    """A tool and what is installed for its sake alone: nothing else needs it, and nobody asked for it (PEP 376)."""
    by_name = {normal(name): name for name in everything}
    if tool not in by_name:
        return set()
    needs = {
        normal(name): {normal(match.group()) for match in map(REQUIREMENT.match, found.requires or ()) if match}
        for name, found in everything.items()
    }

    def closure(names: set[str]) -> set[str]:
        found: set[str] = set()
        work = list(names)
        while work:
            name = work.pop()
            if name in needs and name not in found:
                found.add(name)
                work.extend(needs[name])
        return found

    lent = closure({tool})
    asked = {normal(name) for name, found in everything.items() if found.read_text("REQUESTED") is not None}
    kept = closure((needs.keys() - lent) | (asked & lent) - {tool})
    return {by_name[name] for name in lent - kept}


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub("[-_.]+", "-", name).lower()


def licence(metadata: Any) -> str:
    """The licence as the metadata state it, in one line."""
    text: str = metadata["License-Expression"] or metadata["License"] or ""
    if text and "\n" not in text:
        return text
    classifiers: list[str] = [c for c in metadata.get_all("Classifier") or () if c.startswith("License ::")]
    return classifiers[0].rpartition(" :: ")[2] if classifiers else ""


def is_own(distribution: Any, root: str, names: set[str]) -> bool:
    """Whether a distribution is the project: installed from the root (PEP 610), or the owner of its names."""
    text = distribution.read_text("direct_url.json")
    if text:
        url = urllib.parse.urlsplit(json.loads(text).get("url", ""))
        if url.scheme == "file" and os.path.realpath(urllib.parse.unquote(url.path)) == root:
            return True
    top = {path.parts[0].partition(".")[0] for path in distribution.files or () if path.suffix == ".py"}
    return bool(top & names)


if __name__ == "__main__":
    main(sys.argv[1])
