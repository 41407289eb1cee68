"""The index of one file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sweflow_rdg.index.definitions import Binding, ClassDefinition, Definition
from sweflow_rdg.index.text import SourceText


@dataclass(frozen=True, slots=True)
class FileIndex:
    """A file that parses: its text, its functions and classes in source order, and what it names.

    ``imports`` are dotted names in import statements (leading dots kept), ``bindings`` what they bind.
    ``mentions`` gives byte offsets by name: identifiers, attributes, and strings that are identifiers or dotted
    names; the names of functions where they are defined are left out, and so are docstrings. A name with a star
    is an affix (see ``strings.py``). ``postponed`` are spans of annotations that are never evaluated (PEP 563).
    ``defined`` are names of functions and classes, nested ones included.
    """

    path: str
    text: SourceText
    line_count: int
    definitions: tuple[Definition, ...]
    classes: tuple[ClassDefinition, ...]
    imports: tuple[str, ...]
    bindings: tuple[Binding, ...]
    mentions: Mapping[str, tuple[int, ...]]
    postponed: tuple[tuple[int, int], ...]
    defined: tuple[str, ...]

    @property
    def words(self) -> Iterator[tuple[str, int]]:
        """Every name with each of its offsets."""
        return ((name, place) for name, places in self.mentions.items() for place in places)
