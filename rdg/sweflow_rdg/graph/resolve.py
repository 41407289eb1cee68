"""Resolving: which node of the graph a traced code object stands for (G1)."""

from bisect import bisect_right
from dataclasses import dataclass

from sweflow_tracer import CodeRef

from sweflow_rdg.index.definitions import MODULE, Definition
from sweflow_rdg.index.source import SourceIndex
from sweflow_rdg.values import UnresolvedReason

_MADE = ("__annotate__", "__conditional_annotations__")
"""Names of code that the compiler makes of annotations (PEP 649)."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A code object's node: a function, or its module where ``definition`` is None."""

    id: str
    definition: Definition | None


class Resolver:
    """Finds the function that owns a code object, by file and first line."""

    def __init__(self, index: SourceIndex) -> None:
        self._index = index
        self._ids = frozenset(index.definitions())
        self._defined = {path: {*file.defined, *_MADE} for path, file in index.files.items()}
        self._starts = {path: [d.line for d in file.definitions] for path, file in index.files.items()}

    def named(self, name: str) -> str | None:
        """The id itself where a function has it."""
        return name if name in self._ids else None

    def resolve(self, code: CodeRef) -> Resolved | UnresolvedReason:
        """The node, or the reason why there is none.

        Code that was compiled at run time under a file's name (``exec``, a template) is in no line of that file.
        """
        file = self._index.files.get(code.path)
        if file is None:
            return UnresolvedReason.FILE_NOT_INDEXED
        if code.line > file.line_count:
            return UnresolvedReason.LINE_BEYOND_THE_FILE
        if not code.name.startswith("<") and code.name not in self._defined[code.path]:
            return UnresolvedReason.NOT_IN_THE_SOURCE
        place = bisect_right(self._starts[code.path], code.line) - 1
        if place >= 0 and _owns(file.definitions[place], code):
            definition = file.definitions[place]
            return Resolved(definition.id, definition)
        return Resolved(f"{code.path}::{MODULE}", None)


def _owns(definition: Definition, code: CodeRef) -> bool:
    """Whether a code object is the function itself or code in its body (not in its decorators or defaults)."""
    if code.line > definition.end_line:
        return False
    if code.line == definition.line and code.name == definition.name:
        return True
    return code.line >= definition.body_line and code.name != MODULE
