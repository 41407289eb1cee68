"""pytest in the wild: versions of Python and pytest, plugins and settings, in environments made for it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from sweflow_tracer import Outcome

from tests.helpers import trace_of

from .test_calls import CALLS, ISOLATED, differences, docstrings, seen, trace_suite, written

WILD = Path(__file__).parents[2] / "assets" / "wild"
PLUGINS = (
    *("anyio", "hypothesis", "pytest-asyncio", "pytest-cov", "pytest-mock", "pytest-randomly"),
    *("pytest-rerunfailures", "pytest-timeout", "pytest-xdist"),
)


def interpreter(version: str) -> Path:
    """An interpreter of this version, or the test is skipped."""
    found = shutil.which(f"python{version}")
    places = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if found is not None and not places:
        return Path(found)
    if not places:
        pytest.skip(f"there is no Python {version} here")
    return places[-1]


def environment(folder: Path, version: str, *requirements: str) -> Path:
    """The interpreter of a virtual environment with these requirements."""
    subprocess.run([interpreter(version), "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *requirements], check=True)
    return python


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "runner"), [("3.9", "pytest<8"), ("3.10", "pytest<9"), ("3.12", "pytest<9"), ("3.13", "pytest>=9")]
)
def test_T4_engines_give_equal_edges_on_every_version(version, runner, tmp_path):
    python = environment(tmp_path / "venv", version, runner)
    engines = ["settrace", "monitoring"] if version >= "3.12" and len(version) == 4 else ["settrace"]
    for engine in engines:
        trace = trace_suite(python, tmp_path / engine, *CALLS, ISOLATED, engine=engine)
        assert differences(trace, *CALLS, ISOLATED) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("version", "runner"), [("3.10", "pytest<8"), ("3.11", "pytest<9"), ("3.13", "pytest>=9")])
def test_suites_with_plugins_and_settings_of_their_own_are_traced(version, runner, tmp_path):
    forked = ["pytest-forked"] if "<" in runner else []  # it does not work with pytest 9
    python = environment(tmp_path / "venv", version, runner, *PLUGINS, *forked)
    trace = trace_of(WILD, python, tmp_path / "journal", timeout=30.0)
    ends = {test.id: test.outcome for test in trace.tests if test.outcome is not Outcome.PASSED}
    plugins = "checks/check_plugins.py::"
    assert ends == {
        plugins + "test_expected_to_fail": Outcome.XFAILED,
        plugins + "test_skipped": Outcome.SKIPPED,
        plugins + "test_rerun": Outcome.RERUN,
    }
    assert {test.kind for test in trace.tests if "core.py" in test.id} == {"DoctestItem"}
    fixture = written("- ~> everywhere; everywhere -> leaf")
    truth = docstrings(WILD / "checks" / "check_plugins.py")
    for test in trace.tests:
        if test.id.startswith(plugins) and test.outcome is Outcome.PASSED:
            want = written(truth[test.function.rpartition("::")[2]])
            assert seen(trace, test.id) == want | fixture, test.id
    others = ["wild/tests/test_inside.py", "checks/deep/check_deep.py", *(["checks/check_forked.py"] if forked else [])]
    for path in others:
        for name, docstring in docstrings(WILD / path).items():
            assert seen(trace, f"{path}::{name}") == written(docstring), name
