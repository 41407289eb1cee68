"""pytest's plugins: one whose option, fixture, marker or module a suite uses and the environment has not got."""

import re

from sweflow_tracer.runner.plugins import owners

from sweflow_datasets.environments.values import ChangeKind, EnvironmentChange, Failure, Finding

FIXTURES = {
    "mocker": "pytest-mock",
    "benchmark": "pytest-benchmark",
    "httpserver": "pytest-httpserver",
    "httpbin": "pytest-httpbin",
    "requests_mock": "requests-mock",
    "aiohttp_client": "pytest-aiohttp",
    "event_loop": "pytest-asyncio<1",
    "anyio_backend": "anyio",
    "snapshot": "syrupy",
    "data_regression": "pytest-regressions",
    "file_regression": "pytest-regressions",
    "num_regression": "pytest-regressions",
    "datadir": "pytest-datadir",
    "shared_datadir": "pytest-datadir",
    "lazy_datadir": "pytest-datadir",
    "freezer": "pytest-freezer",
    "fs": "pyfakefs",
    "faker": "faker",
    "subtests": "pytest-subtests",
    "fp": "pytest-subprocess",
    "fake_process": "pytest-subprocess",
    "time_machine": "time-machine",
    "httpx_mock": "pytest-httpx",
    "respx_mock": "respx",
    "testdir": "",
    "script_runner": "pytest-console-scripts",
    "django_db_setup": "pytest-django",
    "rf": "pytest-django",
    "db": "pytest-django",
    "celery_app": "celery[pytest]",
    "postgresql": "pytest-postgresql",
    "redisdb": "pytest-redis",
    "vcr": "pytest-recording",
    "vcr_config": "pytest-recording",
    "check": "pytest-check",
    "image_regression": "pytest-regressions",
    "cov": "pytest-cov",
    "worker_id": "pytest-xdist",
    "testrun_uid": "pytest-xdist",
    "nursery": "pytest-trio",
    "autojump_clock": "pytest-trio",
    "responses": "pytest-responses",
    "tmp_files": "",
    "socket_enabled": "pytest-socket",
    "random_order": "pytest-random-order",
    "cases": "pytest-cases",
    "hypothesis": "hypothesis",
    "unused_tcp_port": "pytest-asyncio",
    "qtbot": "pytest-qt",
    "mpl": "pytest-mpl",
    "logot": "logot",
    "codspeed_benchmark": "pytest-codspeed",
}
"""Fixtures and the distribution whose plugin has them; empty: a plugin of pytest that has to be switched on."""
MARKS = {
    "asyncio": "pytest-asyncio",
    "anyio": "anyio",
    "trio": "pytest-trio",
    "timeout": "pytest-timeout",
    "benchmark": "pytest-benchmark",
    "django_db": "pytest-django",
    "flaky": "pytest-rerunfailures",
    "vcr": "pytest-recording",
    "parametrize_with_cases": "pytest-cases",
    "freeze_time": "pytest-freezer",
    "order": "pytest-order",
    "run": "pytest-ordering",
    "dependency": "pytest-dependency",
    "xdist_group": "pytest-xdist",
    "datafiles": "pytest-datafiles",
    "httpx_mock": "pytest-httpx",
    "subprocess": "pytest-subprocess",
    "enable_socket": "pytest-socket",
    "slow": "",
}
_OPTIONS = re.compile(r"error: unrecognized arguments: (.+)")
_FIXTURE = re.compile(r"(?:fixture |FixtureLookupError: \()'(\w+)'(?: not found|, <)")
_MARK = re.compile(r"'(\w+)' not found in `markers` configuration option|Unknown pytest\.mark\.(\w+)")
_ASYNC = "async def functions are not natively supported"
_PLUGIN = re.compile(r"Missing required plugins?: ([\w.,= <>~-]+)")


def unknown_options(failure: Failure) -> tuple[Finding, ...]:
    """The plugins of options that pytest does not know; the options away, where nobody knows whose they are."""
    found = _OPTIONS.search(failure.text)
    options = [word for word in found[1].split() if word.startswith("-")] if found else []
    known = tuple(dict.fromkeys(owner for option in options for owner in owners(option)))
    changes = [
        EnvironmentChange(ChangeKind.REQUIRE, owner, f"pytest does not know {' '.join(options)}") for owner in known
    ]
    away = (
        [EnvironmentChange(ChangeKind.ARGUMENT, "-o addopts=", f"nobody is known to have {' '.join(options)}")]
        if options
        else []
    )
    return (*changes, *(away if not known else ()))


def missing_fixtures(failure: Failure) -> tuple[Finding, ...]:
    """The plugins of fixtures that are not there."""
    found: list[Finding] = []
    for name in dict.fromkeys(_FIXTURE.findall(failure.text)):
        plugin = FIXTURES.get(name)
        if plugin:
            found.append(EnvironmentChange(ChangeKind.REQUIRE, plugin, f"fixture {name!r} not found"))
        elif plugin == "" and name == "testdir":
            found.append(EnvironmentChange(ChangeKind.ARGUMENT, "-p pytester", f"fixture {name!r} not found"))
    return tuple(found)


def missing_marks(failure: Failure) -> tuple[Finding, ...]:
    """The plugins of marks, of asynchronous tests, and of ``required_plugins``."""
    names = [one or other for one, other in _MARK.findall(failure.text)]
    found: list[Finding] = [
        EnvironmentChange(ChangeKind.REQUIRE, MARKS[name], f"mark {name!r} is not known")
        for name in dict.fromkeys(names)
        if MARKS.get(name)
    ]
    if _ASYNC in failure.text:
        found.append(EnvironmentChange(ChangeKind.REQUIRE, "pytest-asyncio", _ASYNC))
    for listed in _PLUGIN.findall(failure.text):
        plugins = [plugin.strip() for plugin in listed.split(",")]
        found += [
            EnvironmentChange(ChangeKind.REQUIRE, plugin, "pytest's configuration requires it")
            for plugin in plugins
            if plugin
        ]
    return tuple(found)
