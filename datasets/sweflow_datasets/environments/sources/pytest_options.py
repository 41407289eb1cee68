"""pytest's options: the plugins that a project's configuration needs."""

import configparser
import re
from collections.abc import Mapping

from sweflow_tracer.runner.plugins import owners

from sweflow_datasets.environments.sources.requirement_lines import words_of
from sweflow_datasets.environments.sources.tables import pyproject

KEYS = {
    "asyncio_mode": "pytest-asyncio",
    "asyncio_default_fixture_loop_scope": "pytest-asyncio",
    "timeout": "pytest-timeout",
    "DJANGO_SETTINGS_MODULE": "pytest-django",
    "env": "pytest-env",
    "mock_use_standalone_module": "pytest-mock",
    "xfail_strict": "",
    "qt_api": "pytest-qt",
    "flask_app": "pytest-flask",
    "trio_mode": "pytest-trio",
    "freezegun_ignore_list": "pytest-freezer",
    "benchmark": "pytest-benchmark",
}
"""Keys of pytest's configuration that plugins added, and whose they are."""


def pytest_settings(files: Mapping[str, str]) -> dict[str, str]:
    """pytest's own configuration, from the file that pytest would take."""
    for path, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest")):
        if path in files:
            return _ini(files[path], section)
    tool = pyproject(files).get("tool", {})
    table = tool.get("pytest", {}) if isinstance(tool, dict) else {}
    options = table.get("ini_options", table) if isinstance(table, dict) else {}
    if isinstance(options, dict) and options:
        return {key: _text(value) for key, value in options.items()}
    for path, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        found = _ini(files.get(path, ""), section)
        if found:
            return found
    return {}


def needed_plugins(files: Mapping[str, str]) -> tuple[str, ...]:
    """Distributions of the plugins that pytest's configuration cannot do without."""
    settings = pytest_settings(files)
    options = [word for word in words_of(settings.get("addopts", "")) if word.startswith("-")]
    plugins = [plugin for option in options for plugin in owners(option)]
    plugins += [KEYS[key] for key in settings if KEYS.get(key)]
    plugins += re.split(r"[<>=!~,\s].*", settings.get("required_plugins", "").strip())[:1]
    return tuple(dict.fromkeys(plugin for plugin in plugins if plugin))


def _ini(text: str, section: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return {}
    return dict(parser[section]) if parser.has_section(section) else {}


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
