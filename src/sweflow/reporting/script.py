"""The page's scripts: small modules of JavaScript, joined into one."""

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def join(modules: Mapping[str, str], entry: str) -> str:
    """One script of all modules that the entry needs, each after those that it imports from.

    A module may import names from its neighbours, and export functions, classes and constants where they are
    declared. Each gets a scope of its own. Raises ValueError where a module does anything else, or imports what is
    not there.
    """
    order: list[str] = []
    _visit(modules, entry, order, ())
    exported = {name: _EXPORT.findall(modules[name]) for name in order}
    pieces = [_scope(name, modules[name], exported) for name in order]
    return '"use strict";\n(() => {\n' + "".join(pieces) + "})();\n"


def _visit(modules: Mapping[str, str], name: str, order: list[str], path: tuple[str, ...]) -> None:
    if name in order:
        return
    if name in path:
        raise ValueError(f"modules import each other: {' > '.join((*path, name))}")
    for _, source in _IMPORT.findall(modules[name]):
        _visit(modules, source, order, (*path, name))
    order.append(name)


def _scope(name: str, text: str, exported: Mapping[str, list[str]]) -> str:
    """A module as a function that is called at once and gives what the module exports."""
    for names, source in _IMPORT.findall(text):
        missing = {part.strip() for part in names.split(",") if part.strip()} - set(exported[source])
        if missing:
            raise ValueError(f"{name}.js imports {', '.join(sorted(missing))}, which {source}.js does not export")
    body = _EXPORT.sub("", _IMPORT.sub(r"const {\1} = $\2;\n", text)).strip()
    other = _OTHER.search(body)
    if other:
        raise ValueError(f"{name}.js has a line that cannot be joined: {other.group()}")
    given = ", ".join(exported[name])
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n"
