"""The scripts in benchmarks/, for tests that use them."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def script(name: str) -> ModuleType:
    """A script of benchmarks/ as a module."""
    if str(BENCHMARKS) not in sys.path:
        sys.path.append(str(BENCHMARKS))
    return importlib.import_module(name)


def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where prepared projects stay, from one run of the tests to the next."""
    return tmp_path_factory.getbasetemp().parent / "sweflow-corpus"
