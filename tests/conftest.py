"""Fixtures that several rooms share: an interpreter with pytest, and whole builds of the examples."""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sweflow_tracer.sandbox.choose import examine_one

import sweflow

EXAMPLES = Path(__file__).parent.parent / "examples"
LEFTOVERS = shutil.ignore_patterns("__pycache__", ".pytest_cache")


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder of this run's own, and plain processes where a test does not ask for a sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWEFLOW_SANDBOX", "process")
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def python() -> Path:
    return Path(sys.executable)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A fresh copy of one of the examples."""

    def copy(name: str) -> Path:
        repo = tmp_path_factory.mktemp("example") / name
        shutil.copytree(EXAMPLES / name, repo, ignore=LEFTOVERS)
        return repo

    return copy


@pytest.fixture(scope="session")
def built_example(
    example: Callable[[str], Path], python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The finished build of an example, with the repository beside it.

    Made once for all workers of a run; each has a copy of its own, since a folder is locked while somebody works there.
    """
    worker = "PYTEST_XDIST_WORKER" in os.environ
    shared = tmp_path_factory.getbasetemp().parent if worker else tmp_path_factory.mktemp("shared")

    def build(name: str) -> Path:
        kept = shared / f"built-{name}"
        with (shared / f"built-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                repo = example(name)
                sweflow.build(repo, repo.parent / "out", python=python)
                repo.parent.rename(kept)
        mine = tmp_path_factory.mktemp("built") / "copy"
        shutil.copytree(kept, mine, symlinks=True)
        return mine / "out"

    return build


@pytest.fixture(scope="session")
def inventory(built_example: Callable[[str], Path]) -> sweflow.Folder:
    """The finished build of examples/inventory; the repository stands beside it."""
    return sweflow.Folder(built_example("inventory"))


@pytest.fixture(scope="session")
def calculator(built_example: Callable[[str], Path]) -> sweflow.Folder:
    """The finished build of examples/calculator; the repository stands beside it."""
    return sweflow.Folder(built_example("calculator"))


@pytest.fixture(scope="session")
def working_sandbox() -> Callable[[str], str]:
    """Gives back the name of a sandbox that works here; the test is skipped where it does not, with the reason."""

    def name_of(name: str) -> str:
        found = examine_one(name)
        if not found.works:
            pytest.skip(f"{name} does not work here: {found.problem}")
        return name

    return name_of
