"""Proving: a suite that proves nothing is told from one that passes."""

from pathlib import Path

import pytest
from sweflow_datasets.environments.diagnoses.all import diagnose
from sweflow_datasets.environments.outcome import judged
from sweflow_datasets.environments.proving import prove, without_selection
from sweflow_datasets.environments.values import (
    ChangeKind,
    EnvironmentCause,
    EnvironmentChange,
    EnvironmentStatus,
    Options,
)
from sweflow_tracer.runner.workspace import Workspace

from tests.datasets.environments.small_repositories import TEST, write

ALWAYS = """
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome = "passed"
"""
LEAVES = "import os\nos._exit(0)\n"
SOURCES = "def test_style():\n    text = open('small.py').read()\n    assert 'print' not in text\n"
FAILING = TEST + "".join(f"\n\ndef test_{n}():\n    assert False\n" for n in range(2))


@pytest.fixture
def proved(tmp_path, python):
    def proof_of(**files):
        root = write(tmp_path / "small", **files)
        with Workspace("small", tmp_path / "ledger") as space:
            return prove(Path(python), root, (), space, "process", Options(jobs=1))

    return proof_of


def outcome(found):
    return judged(found.proof, [], found.ended)


def test_a_suite_that_collects_nothing_is_none(proved):
    assert outcome(proved(tests__test_small_dot_py="")).cause is EnvironmentCause.NO_TESTS


@pytest.mark.slow
def test_modules_of_tests_that_pytest_passes_over_are_named_where_it_collects_nothing(proved):
    found = proved(tests__test_small_dot_py="", tests_dot_py=TEST, small__test_dot_py="x = 1\n")
    assert outcome(found).cause is EnvironmentCause.NO_TESTS
    assert diagnose(found.failures) == (EnvironmentChange(ChangeKind.ARGUMENT, "tests.py", "pytest passes over them"),)
    assert not diagnose(proved(tests_dot_py=TEST).failures)  # others are collected: they may be meant to be left out


@pytest.mark.slow
def test_a_conftest_that_lets_everything_pass_is_found_out(proved):
    found = proved(conftest_dot_py=ALWAYS, tests__test_small_dot_py=FAILING)
    assert found.proof.passed == 3
    assert outcome(found).cause is EnvironmentCause.ALWAYS_PASSES


def test_a_conftest_that_ends_with_exit_code_0_proves_nothing(proved):
    found = outcome(proved(conftest_dot_py=LEAVES))
    assert (found.status, found.cause) == (EnvironmentStatus.FAILED, EnvironmentCause.CRASHED)


def test_tests_that_only_look_at_sources_prove_nothing(proved):
    assert outcome(proved(tests__test_small_dot_py=SOURCES)).cause is EnvironmentCause.SOURCES_ONLY


def test_what_a_session_says_is_what_diagnoses_read(proved):
    found = proved(tests__test_small_dot_py="import yamlish\n", tests__test_other_dot_py="def test_m(mocker): pass\n")
    changes = [finding for finding in diagnose(found.failures) if isinstance(finding, EnvironmentChange)]
    assert changes[0] == EnvironmentChange(ChangeKind.REQUIRE, "yamlish")
    assert EnvironmentChange(ChangeKind.REQUIRE, "pytest-mock") in changes


def test_arguments_that_choose_tests_do_not_choose_the_one_that_must_fail():
    given = ("-n", "0", "-k", "not slow", "--deselect=x", "-mslow", "tests", "-p", "no:x")
    assert tuple(without_selection(given)) == ("-n", "0", "tests", "-p", "no:x")
