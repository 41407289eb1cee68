"""Module bindings: core modules, what they bind at their top level, and the first step that has a use for each."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sweflow_rdg import FileIndex, NameIndex, SourceIndex
from sweflow_tracer.syntax import syntax_tree

from sweflow_tasks.masking.mask_policy import NEVER, Returns


@dataclass(frozen=True, slots=True, order=True)
class ModuleBinding:
    """A name at the top level of a module: a class, a constant or an import; or the module itself.

    ``first`` is the first step whose skeleton has something that names it, or a function of the module.
    """

    path: str
    name: str
    kind: str
    first: int


Mentions = Mapping[str, Sequence[tuple[str, int]]]
"""Path and offset of every place where a name stands."""


def module_bindings(index: SourceIndex, returns: Returns) -> dict[str, tuple[ModuleBinding, ...]]:
    """The bindings of every module that has a function to develop, where anything names them, by path."""
    names, mentions = NameIndex(index), dict[str, list[tuple[str, int]]]()
    for path, file in index.files.items():
        for name, place in file.words:
            mentions.setdefault(name, []).append((path, place))
    paths = sorted({function.partition("::")[0] for function in returns.code})
    return {path: tuple(sorted(set(_bindings(index.files[path], mentions, names, returns)))) for path in paths}


def _bindings(file: FileIndex, mentions: Mentions, names: NameIndex, returns: Returns) -> Iterator[ModuleBinding]:
    if file.definitions:
        yield ModuleBinding(
            file.path, file.path, "module", min(returns.code.get(d.id, -1) + 1 for d in file.definitions)
        )
    for name, kind, start, end in _bound(file):
        elsewhere = (
            returns.shows(names.region(path, place))
            for path, place in mentions.get(name, ())
            if path != file.path or not start <= place < end
        )
        first = min(elsewhere, default=NEVER)
        if first < NEVER:
            yield ModuleBinding(file.path, name, kind, first)


def _bound(file: FileIndex) -> Iterator[tuple[str, str, int, int]]:
    """Name, kind, and the offsets of the statement that binds it; of a class only its header's line."""
    try:
        module = syntax_tree(file.text.utf8.decode("utf-8"))
    except (SyntaxError, ValueError):
        return  # newer syntax than this interpreter's: nothing is said of the file
    starts = _line_starts(file.text.utf8)
    for statement in module.body:
        start = starts[statement.lineno - 1] + statement.col_offset
        end = starts[(statement.end_lineno or statement.lineno) - 1] + (statement.end_col_offset or 0)
        match statement:
            case ast.ClassDef(name=name):
                yield name, "class", start, starts[statement.lineno]
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    yield alias.asname or alias.name.partition(".")[0], "import", start, end
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield target.id, "constant", start, end
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, "constant", start, end


def _line_starts(source: bytes) -> list[int]:
    starts, place = [0], 0
    for line in source.splitlines(keepends=True):
        place += len(line)
        starts.append(place)
    return starts
