"""The name index: which pieces of the source name a given thing.

The source is cut into regions that stay or go as a whole. A function whose name no kept region mentions can be taken
out; one that is named anywhere else has to stay, at least as a stub. Names are compared as words: an attribute
``.total`` mentions every function ``total``, whatever object it is asked of.

>>> from sweflow_rdg.index.source import index_source
>>> names = NameIndex(index_source({"m.py": ("100644", b"def f():\\n    return g()\\ndef g(): pass\\n")}))
>>> [str(region) for region in names.regions("g")]
['m.py::f body']
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sweflow_rdg.index.definitions import MODULE
from sweflow_rdg.index.file import FileIndex
from sweflow_rdg.index.source import SourceIndex


class Part(StrEnum):
    """Which part of a file a region is."""

    LEVEL = "level"
    """Module and class level: all that stands in no function. There is one such region a file."""
    HEADER = "header"
    """A function's decorators, signature, annotations and docstring: what a stub keeps."""
    BODY = "body"


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A piece of the source. ``id`` is the function's, or ``path::<module>`` for module and class level."""

    id: str
    part: Part

    def __str__(self) -> str:
        return f"{self.id} {self.part}"


class NameIndex:
    """Finds the regions that mention a name, and the names that a region mentions."""

    def __init__(self, index: SourceIndex) -> None:
        self._files = index.files
        self._starts = {path: [d.start for d in file.definitions] for path, file in index.files.items()}
        self._paths: dict[str, list[str]] = {}
        for path, file in index.files.items():
            for name in file.mentions:
                self._paths.setdefault(name, []).append(path)
        self._affixes = sorted(name for name in self._paths if "*" in name)

    def regions(self, name: str) -> tuple[Region, ...]:
        """Every region that mentions a name, or an affix of it; sorted."""
        written = [name, *(affix for affix in self._affixes if _fits(affix, name))]
        places = (
            (path, place) for word in written for path in self._paths.get(word, ()) for place in self._at(path, word)
        )
        return tuple(sorted({self.region(path, place) for path, place in places}))

    def names(self, regions: Iterable[Region]) -> frozenset[str]:
        """Every name, and affix with a star, that some regions mention."""
        wanted = frozenset(regions)
        paths = {region.id.partition("::")[0] for region in wanted}
        return frozenset(
            name
            for path in paths
            for name, places in self._files[path].mentions.items()
            if any(self.region(path, place) in wanted for place in places)
        )

    def region(self, path: str, place: int) -> Region:
        """The region that holds a byte of a file."""
        number = bisect_right(self._starts[path], place) - 1
        if number >= 0:
            definition = self._files[path].definitions[number]
            if place < definition.cut.start:
                return Region(definition.id, Part.HEADER)
            if place < definition.cut.end:
                return Region(definition.id, Part.BODY)
        return Region(f"{path}::{MODULE}", Part.LEVEL)

    def at_import(self, path: str) -> frozenset[str]:
        """Names that are referenced while a module is executed: at module and class level, in decorators, defaults
        and annotations (unless postponed, PEP 563), and strings such as those of ``__all__``.
        """
        file = self._files[path]
        return frozenset(
            name
            for name, places in file.mentions.items()
            if any(self.region(path, place).part is not Part.BODY and not _postponed(file, place) for place in places)
        )

    def _at(self, path: str, word: str) -> Iterator[int]:
        return iter(self._files[path].mentions[word])


def _fits(affix: str, name: str) -> bool:
    return name.startswith(affix[:-1]) if affix.endswith("*") else name.endswith(affix[1:])


def _postponed(file: FileIndex, place: int) -> bool:
    return any(start <= place < end for start, end in file.postponed)
