"""What is the task's and not the candidate's: tests, their configuration, and what Python or pytest load by themselves.

A candidate may change these files; they are put back before anything runs.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from sweflow_rdg.graph.roles import looks_like_test
from sweflow_tracer.project.files import INI_FILES, Blobs

CONFIGURATION = frozenset(
    {
        *INI_FILES,
        *("setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", ".coveragerc", ".gitattributes"),
    }
)
SUFFIXES = (".pth", ".pyc", ".egg-link")
COMPILED = (".so", ".pyd", ".dylib", ".dll")
MACHINE_CODE = (b"\x7fELF", b"MZ\x90\0", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
FOLDERS = (".dist-info", ".egg-info", "__pycache__", ".git")
RUNNER = frozenset(
    {"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "py", "pygments", "exceptiongroup", "tomli"}
)
"""Names that pytest imports, whatever lies first on the path."""


def restore(
    candidate: Blobs,
    skeleton: Blobs,
    tests: Blobs,
    roots: Iterable[str],
    requirements: Iterable[str],
    ids: Iterable[str],
    modules: Iterable[str] = (),
    data: Iterable[str] = (),
) -> tuple[Blobs, tuple[str, ...]]:
    """The candidate's tree with all that is the task's as in ``tests``; and the paths where it was not.

    ``skeleton`` is what the candidate started from, ``tests`` the same with the step's tests. ``roots`` are import
    roots below the tree, ``requirements`` pins of what is installed beside the project, ``ids`` of the task's tests.
    ``modules`` are top-level names that are installed, which need not be those of their distributions. ``data`` are
    files that the tests read.
    """
    named = {*data, *(test.partition("::")[0] for test in ids)}
    named |= {path for path in skeleton.keys() | tests.keys() if skeleton.get(path) != tests.get(path)}
    shadows = shadowing(requirements).union(modules)
    named |= _of_new_kinds(candidate, {**skeleton, **tests})

    def protected(path: str) -> bool:
        return path in named or is_protected(path) or (path not in skeleton and _top(path, roots) in shadows)

    trusted = {path: blob for path, blob in tests.items() if protected(path)}
    folders = {str(parent) for path in trusted for parent in PurePosixPath(path).parents}

    def put_back(path: str) -> bool:
        in_the_place_of_a_file = any(str(parent) in trusted for parent in PurePosixPath(path).parents)
        return protected(path) or path in folders or in_the_place_of_a_file

    gone = set(filter(put_back, candidate.keys() | skeleton.keys()))
    made = {path: blob for path, blob in candidate.items() if path not in gone} | trusted
    return made, tuple(sorted(path for path in gone if candidate.get(path) != skeleton.get(path)))


def _of_new_kinds(candidate: Blobs, known: Blobs) -> set[str]:
    """Files of the candidate that are compiled modules, or not text, where the project has no such file.

    Nobody reads them, and they do what no guard in the interpreter sees.
    """
    changed = [path for path, blob in candidate.items() if known.get(path) != blob]
    found: set[str] = set()
    for of_kind in (_is_compiled, _is_binary):
        brought = [path for path in changed if of_kind(path, candidate[path][1])]
        if brought and not any(of_kind(path, content) for path, (_, content) in known.items()):
            found.update(brought)
    return found


def _is_compiled(path: str, content: bytes) -> bool:
    return path.lower().endswith(COMPILED) or content.startswith(MACHINE_CODE)


def _is_binary(path: str, content: bytes) -> bool:
    return b"\0" in content[:8000]  # as git tells it


def shadowing(requirements: Iterable[str]) -> frozenset[str]:
    """Names under which a new module would be taken for the standard library's, the runner's or a requirement's."""
    installed = {re.sub(r"[-.]+", "_", pin.partition("==")[0]).lower() for pin in requirements}
    return RUNNER.union(sys.stdlib_module_names, installed)


def installed_modules(python: Path) -> tuple[str, ...]:
    """Top-level names of what stands in the package folders beside an interpreter.

    pytest loads plugins by the names of modules: a candidate's ``xdist/plugin.py`` would be loaded for the real one.
    """
    folders = python.parent.parent.glob("lib*/python*/*-packages")
    names = {path.name.partition(".")[0] for folder in folders for path in folder.iterdir() if path.suffix != ".pth"}
    return tuple(sorted(name for name in names if name.isidentifier()))


def is_protected(path: str) -> bool:
    """Whether a path is the task's by its name alone."""
    pure = PurePosixPath(path)
    return (
        looks_like_test(path)
        or pure.name.lower() in CONFIGURATION
        or pure.name.lower().endswith(SUFFIXES)
        or any(part.lower().endswith(FOLDERS) for part in pure.parts)
    )


def _top(path: str, roots: Iterable[str]) -> str | None:
    """The top-level module that a file belongs to, from the import root that is nearest."""
    pure = PurePosixPath(path)
    for root in sorted(roots, key=len, reverse=True):
        if root == "." or pure.is_relative_to(root):
            below = pure if root == "." else pure.relative_to(root)
            return below.parts[0].partition(".")[0]
    return None
