"""Automation: what tox, nox and GitHub workflows install before they run the tests."""

import ast
import configparser
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sweflow_tracer.syntax import syntax_tree

from sweflow_datasets.environments.sources.requirement_lines import in_command, in_file, kept, words_of
from sweflow_datasets.environments.sources.tables import TESTS, pyproject
from sweflow_datasets.environments.values import Source

_INSTALL = re.compile(r"(?:uv\s+)?(?:python3?\s+-m\s+)?\bpip3?\s+install\s+(.+)$")
_FACTORS = re.compile(r"^[\w{},.!-]+:\s+")


def automation_sources(files: Mapping[str, str]) -> Iterator[Source]:
    """tox's test environment, nox's sessions that are named like tests, and the workflows' pip install lines."""
    yield from _tox(files)
    yield from _nox(files)
    yield from _workflows(files)


def _tox(files: Mapping[str, str]) -> Iterator[Source]:
    legacy = pyproject(files).get("tool", {})
    inside = legacy.get("tox", {}).get("legacy_tox_ini", "") if isinstance(legacy, dict) else ""
    for place, text in (("tox.ini", files.get("tox.ini", "")), ("pyproject.toml", inside)):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(text if isinstance(text, str) else "")
        except configparser.Error:
            continue
        for section in ("testenv", "testenv:test", "testenv:tests", "testenv:py"):
            if parser.has_section(section):
                yield _tox_section(place, section, dict(parser[section]), files)


def _tox_section(place: str, section: str, values: Mapping[str, Any], files: Mapping[str, str]) -> Source:
    requirements: list[str] = []
    for line in (values.get("deps") or "").splitlines():
        text = _FACTORS.sub("", line.strip())
        included = re.match(r"-r\s*(\S+)", text)
        path = included[1].replace("{toxinidir}/", "") if included else ""
        requirements += in_file(path, files) if included else [text]
    named = (values.get("extras") or "").replace(",", "\n").split()
    extras = [extra for extra in named if re.fullmatch(r"[A-Za-z0-9][\w.-]*", extra)]
    return Source(f"{place} [{section}]", kept(requirements), tuple(extras))


def _nox(files: Mapping[str, str]) -> Iterator[Source]:
    """Literal arguments of ``session.install`` in functions of noxfile.py that are named like tests."""
    try:
        tree = syntax_tree(files.get("noxfile.py", ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and TESTS.search(node.name):
            words = [
                argument.value
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "install"
                for argument in call.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            ]
            requirements, extras = in_command(words, files)
            yield Source(f"noxfile.py {node.name}", kept(requirements), tuple(extras))


def _workflows(files: Mapping[str, str]) -> Iterator[Source]:
    for path in sorted(files):
        if re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path) and "pytest" in files[path]:
            requirements: list[str] = []
            extras: list[str] = []
            for line in files[path].replace("\\\n", " ").splitlines():
                for command in re.split(r"&&|;|\|\|", line):
                    found = _INSTALL.search(command)
                    more = in_command(words_of(found[1]), files) if found else ([], [])
                    requirements += more[0]
                    extras += more[1]
            yield Source(path, kept(requirements), tuple(dict.fromkeys(extras)))
