"""Tables: dependency groups and extras, in pyproject.toml, setup.cfg and setup.py."""

import ast
import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from sweflow_tracer.syntax import syntax_tree

from sweflow_datasets.environments.sources.requirement_lines import kept
from sweflow_datasets.environments.values import Source

TESTS = re.compile(r"^(?:unit-?)?tests?$|^testing$|^tests?[-_]|[-_]tests?$|^pytest$|^check$", re.IGNORECASE)
DEVELOPERS = re.compile(r"^dev(?:elop(?:ment|er|ers)?)?$|^all$|^ci$|^dev[-_]|[-_]dev$", re.IGNORECASE)


def pyproject(files: Mapping[str, str]) -> dict[str, Any]:
    """``pyproject.toml``; empty where there is none, or none that can be read."""
    try:
        return tomllib.loads(files.get("pyproject.toml", ""))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def group_sources(files: Mapping[str, str]) -> Iterator[Source]:
    """``[dependency-groups]`` (PEP 735) and what tools had before it: Poetry, PDM, Hatch, uv."""
    table = pyproject(files)
    groups = _dict(table.get("dependency-groups"))
    for name in sorted(groups):
        yield Source(f"dependency-groups.{name}", kept(_group(groups, name, frozenset())))
    tool = _dict(table.get("tool"))
    poetry = _dict(tool.get("poetry"))
    older = {"dev": {"dependencies": poetry.get("dev-dependencies")}}
    for name, group in {**older, **_dict(poetry.get("group"))}.items():
        yield Source(f"tool.poetry.group.{name}", kept(_poetry(_dict(_dict(group).get("dependencies")))))
    for name, listed in _dict(_dict(tool.get("pdm")).get("dev-dependencies")).items():
        yield Source(f"tool.pdm.dev-dependencies.{name}", kept(_strings(listed)))
    for name, env in _dict(_dict(tool.get("hatch")).get("envs")).items():
        listed = (*_strings(_dict(env).get("dependencies")), *_strings(_dict(env).get("extra-dependencies")))
        yield Source(f"tool.hatch.envs.{name}", kept(listed), tuple(_strings(_dict(env).get("features"))))
    yield Source("tool.uv.dev", kept(_strings(_dict(tool.get("uv")).get("dev-dependencies"))))


def extra_sources(files: Mapping[str, str]) -> Iterator[Source]:
    """Extras of the project: they are asked of its own wheel."""
    table = pyproject(files)
    named = [*_dict(_dict(table.get("project")).get("optional-dependencies"))]
    named += [*_dict(_dict(_dict(table.get("tool")).get("poetry")).get("extras"))]
    named += [*_setup_cfg(files.get("setup.cfg", "")), *_setup_py(files.get("setup.py", ""))]
    for name in dict.fromkeys(named):
        yield Source(f"extra {name}", (), (name,))
    yield Source("tests_require", kept(_tests_require(files.get("setup.py", ""))))


def _group(groups: dict[str, Any], name: str, seen: frozenset[str]) -> Iterator[str]:
    if name in seen:
        return
    for entry in groups.get(name, ()) if isinstance(groups.get(name), list) else ():
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
            yield from _group(groups, entry["include-group"], seen | {name})


def _poetry(table: dict[str, Any]) -> Iterator[str]:
    """Names with Poetry's versions; a caret is a lower bound, since what works is found out by trying."""
    for name, wanted in table.items():
        version = wanted.get("version", "*") if isinstance(wanted, dict) else wanted
        found = re.fullmatch(r"\^?~?\s*(\d[\w.]*)", version) if isinstance(version, str) else None
        if name != "python":
            yield f"{name}>={found[1]}" if found and version.startswith(("^", "~")) else name


def _setup_cfg(text: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    section = "options.extras_require"
    return list(parser[section]) if parser.has_section(section) else []


def _setup_py(text: str) -> list[str]:
    value = _argument(text, "extras_require")
    keys = value.keys if isinstance(value, ast.Dict) else []
    return [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _tests_require(text: str) -> list[str]:
    value = _argument(text, "tests_require")
    rows = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    return [row.value for row in rows if isinstance(row, ast.Constant) and isinstance(row.value, str)]


def _argument(text: str, name: str) -> ast.expr | None:
    """The value of a keyword of a call of ``setup``, or of a variable that is named so; setup.py is not run."""
    try:
        tree = syntax_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    values: list[ast.expr] = []
    variables: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == name:
            values.append(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            variables[node.targets[0].id] = node.value
    found = values[0] if values else None
    return variables.get(found.id) if isinstance(found, ast.Name) else found


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
