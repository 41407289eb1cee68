"""Diagnoses: what real tools printed, and the change that follows."""

import pytest
from sweflow_datasets.environments.diagnoses.all import diagnose
from sweflow_datasets.environments.distributions import distribution_of
from sweflow_datasets.environments.values import (
    Blocker,
    ChangeKind,
    EnvironmentCause,
    EnvironmentChange,
    Failure,
    Stage,
)

COLLECTING = """ImportError while importing test module '/tmp/t/test_b.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
/usr/lib/python3.12/importlib/__init__.py:90: in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
test_b.py:1: in <module>
    import {module}
E   ModuleNotFoundError: No module named '{module}'
"""
COMPILING = """
      building 'psycopg2._psycopg' extension
      In file included from psycopg/psycopgmodule.c:27:
      ./psycopg/psycopg.h:36:10: fatal error: libpq-fe.h: No such file or directory
         36 | #include <libpq-fe.h>
      compilation terminated.
      error: command '/usr/bin/gcc' failed with exit code 1
"""
UNSOLVED = """error: No solution found when resolving dependencies
  cause: Because only requests<=2.34.2 is available and you require requests>=99, we can conclude that your requirements are unsatisfiable.
"""
NO_WHEEL = """error: No solution found when resolving dependencies
  cause: Because all versions of docopt have no usable wheels and you require docopt, we can conclude that your requirements are unsatisfiable.

hint: Wheels are required for `docopt` because building from source is disabled for all packages (i.e., with `--no-build`)
"""
NO_SUCH = """error: No solution found when resolving dependencies
  cause: Because nonexistent-zzz-q was not found in the package registry and you require nonexistent-zzz-q, we can conclude that your requirements are unsatisfiable.
"""


def found(text, stage=Stage.COLLECT, own=()):
    return diagnose([Failure(stage, text, frozenset(own))])


def first(text, stage=Stage.COLLECT, own=()):
    return found(text, stage, own)[0]


@pytest.mark.parametrize(
    ("module", "requirement"),
    [
        ("yaml", "pyyaml"),
        ("dateutil.parser", "python-dateutil"),
        ("pytest_httpserver", "pytest-httpserver"),
        ("zzz", "zzz"),
    ],
)
def test_a_missing_module_is_brought_by_its_distribution(module, requirement):
    assert first(COLLECTING.format(module=module)) == EnvironmentChange(ChangeKind.REQUIRE, requirement)
    assert distribution_of(module) == requirement


def test_tests_that_import_themselves_get_the_root_on_the_path():
    assert first(COLLECTING.format(module="tests.helpers")) == EnvironmentChange(ChangeKind.ROOT, ".")
    assert first(COLLECTING.format(module="helpers"), own=["helpers"]) == EnvironmentChange(ChangeKind.ROOT, ".")


def test_a_module_of_the_project_that_is_not_there_is_generated():
    assert Blocker(EnvironmentCause.GENERATED) in found(COLLECTING.format(module="mine._version"), own=["mine"])


def test_what_the_standard_library_lost_is_brought_back():
    assert first(COLLECTING.format(module="distutils.core")) == EnvironmentChange(ChangeKind.REQUIRE, "setuptools")
    assert first(COLLECTING.format(module="imp")) == EnvironmentChange(ChangeKind.PYTHON, "3.11")


def test_options_that_pytest_does_not_know_name_their_plugins():
    text = "python -m pytest: error: unrecognized arguments: --cov=x -n\n  inifile: None\n  rootdir: /tmp/t\n"
    assert found(text)[:2] == (
        EnvironmentChange(ChangeKind.REQUIRE, "pytest-cov"),
        EnvironmentChange(ChangeKind.REQUIRE, "pytest-xdist"),
    )
    assert first("pytest: error: unrecognized arguments: --zzz\n") == EnvironmentChange(
        ChangeKind.ARGUMENT, "-o addopts="
    )


@pytest.mark.parametrize(
    "text",
    [
        "E       fixture 'mocker' not found\n>       available fixtures: cache, capfd\n",
        "FixtureLookupError: ('mocker', <FixtureRequest for <Function test_m>>)",
    ],
)
def test_a_missing_fixture_is_a_plugins(text):
    assert first(text, Stage.RUN) == EnvironmentChange(ChangeKind.REQUIRE, "pytest-mock")


def test_asynchronous_tests_and_marks_are_a_plugins():
    text = "Failed: async def functions are not natively supported.\nYou need to install a suitable plugin"
    assert first(text, Stage.RUN) == EnvironmentChange(ChangeKind.REQUIRE, "pytest-asyncio")
    mark = "'asyncio' not found in `markers` configuration option"
    assert first(mark) == EnvironmentChange(ChangeKind.REQUIRE, "pytest-asyncio")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            "AttributeError: module '_pytest.monkeypatch' has no attribute 'notset'",
            EnvironmentChange(ChangeKind.LIMIT, "pytest<9"),
        ),
        (
            "pytest.PytestRemovedIn9Warning: Marks applied to fixtures have no effect",
            EnvironmentChange(ChangeKind.LIMIT, "pytest<9"),
        ),
        (
            "'yield' keyword is allowed in fixtures, but not in tests (test_naked_function)",
            EnvironmentChange(ChangeKind.LIMIT, "pytest<8.4"),
        ),
        (
            "pluggy._manager.PluginValidationError: Plugin 'x' for hook 'pytest_ignore_collect'\n"
            "Argument(s) {'path'} are declared in the hookimpl but can not be found in the hookspec",
            EnvironmentChange(ChangeKind.LIMIT, "pytest<8"),
        ),
        (
            "AttributeError: 'T' object has no attribute 'assertEquals'. Did you mean: 'assertEqual'?",
            EnvironmentChange(ChangeKind.PYTHON, "3.11"),
        ),
        (
            "ImportError: cannot import name 'Self' from 'typing' (/usr/lib/typing.py)",
            EnvironmentChange(ChangeKind.PYTHON, "3.11"),
        ),
        (
            "AttributeError: module 'numpy' has no attribute 'int'.",
            EnvironmentChange(ChangeKind.LIMIT, "numpy<1.24"),
        ),
    ],
)
def test_what_newer_releases_broke_gets_older_ones(text, change):
    assert first(text) == change


def test_a_header_names_its_debian_package():
    assert found(COMPILING, Stage.LOCK)[:2] == (
        EnvironmentChange(ChangeKind.SYSTEM, "libpq-dev"),
        Blocker(EnvironmentCause.SYSTEM),
    )
    assert EnvironmentChange(ChangeKind.SYSTEM, "libgl1") in found(
        "ImportError: libGL.so.1: cannot open shared object file: No such file"
    )
    assert EnvironmentChange(ChangeKind.SYSTEM, "git") in found(
        "FileNotFoundError: [Errno 2] No such file or directory: 'git'", Stage.RUN
    )


def test_an_index_that_cannot_serve_drops_the_lock_then_takes_the_next_source():
    assert [change.kind for change in found(UNSOLVED, Stage.LOCK)] == [ChangeKind.UNLOCK, ChangeKind.SOURCE]
    assert first(NO_WHEEL, Stage.LOCK) == EnvironmentChange(ChangeKind.BUILD, "docopt")
    assert first(NO_SUCH, Stage.LOCK) == EnvironmentChange(ChangeKind.LEAVE_OUT, "nonexistent-zzz-q")

    bound = NO_WHEEL.replace("all versions of docopt have", "pyjsparser>=2.5.1 has").replace("`docopt`", "`pyjsparser`")
    assert first(bound, Stage.LOCK) == EnvironmentChange(ChangeKind.BUILD, "pyjsparser")
    assert first("cannot build pyjsparser\nerror: x\n", Stage.LOCK) == EnvironmentChange(
        ChangeKind.LEAVE_OUT, "pyjsparser"
    )


def test_a_wheel_that_cannot_be_made_leaves_the_tree_on_the_path():
    assert first("x\nValueError: no version\n", Stage.BUILD) == EnvironmentChange(ChangeKind.UNINSTALLED, "")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", EnvironmentCause.NETWORK),
        ("_tkinter.TclError: no display name and no $DISPLAY environment variable", EnvironmentCause.DISPLAY),
        ("locale.Error: unsupported locale setting", EnvironmentCause.LOCALE),
        (
            "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
            EnvironmentCause.SERVICE,
        ),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'tests/data/big.bin'", EnvironmentCause.DATA),
    ],
)
def test_what_no_package_brings_is_named(text, cause):
    assert Blocker(cause) in found(text, Stage.RUN)


def test_a_log_that_says_nothing_has_no_diagnosis():
    assert found("assert 1 == 2", Stage.RUN) == ()


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("Skipped: could not import 'cryptography.x509': No module named 'cryptography'", "cryptography"),
        ("Skipped: Requires cryptography library installed", "cryptography"),
        ("Skipped: PyYAML is not installed", "pyyaml"),
        ("Skipped: pytz unavailable", "pytz"),
        ("Skipped: numpy not available", "numpy"),
    ],
)
def test_what_tests_are_skipped_for_want_of_is_installed(text, requirement):
    assert found(text, Stage.SKIP) == (EnvironmentChange(ChangeKind.REQUIRE, requirement),)


@pytest.mark.parametrize(
    "text",
    [
        "Skipped: could not import 'winreg'",
        "Skipped: network is not available",
        "Skipped: server unavailable",
        "Skipped: slow",
    ],
)
def test_other_reasons_to_skip_lead_nowhere(text):
    assert found(text, Stage.SKIP) == ()


@pytest.mark.parametrize(
    "text",
    [
        "E   DeprecationWarning: this is old",
        "INTERNALERROR>     raise error\nINTERNALERROR> pytest.PytestDeprecationWarning: The option is unset.\nIt will be",
    ],
)
def test_a_warning_that_a_configuration_makes_an_error_is_let_be_one(text):
    assert first(text).value == "-o filterwarnings="
