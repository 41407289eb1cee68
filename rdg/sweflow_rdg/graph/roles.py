"""Roles: which files and functions belong to the tests, and which are the project's core."""

from fnmatch import fnmatch
from pathlib import PurePosixPath

from sweflow_tracer import Trace

TEST_FOLDERS = frozenset({"test", "tests"})
TEST_FILES = ("test_*.py", "*_test.py", "tests.py", "test.py", "conftest.py")

SIDE_FOLDERS = frozenset({"benchmark", "benchmarks", "doc", "docs", "example", "examples"})


def beside_the_project(path: str) -> bool:
    """Whether a file shows or measures the project: benchmarks, examples and documentation."""
    return any(part.lower() in SIDE_FOLDERS for part in PurePosixPath(path).parts[:-1])


def test_paths(trace: Trace, paths: frozenset[str]) -> frozenset[str]:
    """The files of the test side: those that look like tests, and those beside them in a test folder."""
    collected = {test.path for test in trace.tests}
    return frozenset(path for path in paths if looks_like_test(path) or (path in collected and _alone(path)))


def looks_like_test(path: str) -> bool:
    """Whether a path follows pytest's naming conventions or lies in a test folder."""
    pure = PurePosixPath(path)
    in_folder = any(part.lower() in TEST_FOLDERS for part in pure.parts[:-1])
    return in_folder or any(fnmatch(pure.name, pattern) for pattern in TEST_FILES)


def _alone(path: str) -> bool:
    """A collected file of another name counts as a test file where its name says so in any way."""
    return "test" in PurePosixPath(path).stem.lower()
