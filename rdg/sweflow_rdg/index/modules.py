"""Modules: which file a dotted name means, and which files of the project a file imports."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from sweflow_rdg.index.source import SourceIndex


class Modules:
    """Finds files by dotted names.

    The project may be imported from any folder (the root, ``src``, a test folder), so a name means every file whose
    path ends in it, and of those the ones with the fewest folders above. A folder without ``__init__.py`` can be
    a package too (PEP 420).
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._by_last: dict[str, list[tuple[str, ...]]] = {}
        self._path_of: dict[tuple[str, ...], str] = {}
        for path in sorted(self._paths):
            parts = module_parts(path)
            if parts:
                self._by_last.setdefault(parts[-1], []).append(parts)
                self._path_of.setdefault(parts, path)

    def find(self, name: str, importer: str) -> tuple[str, ...]:
        """The files that a dotted name means in a file; leading dots count from its folder. Empty where none."""
        if name.startswith("."):
            path = self._relative(name, importer)
            return (path,) if path is not None else ()
        wanted = tuple(name.split("."))
        fitting = [p for p in self._by_last.get(wanted[-1], ()) if p[len(p) - len(wanted) :] == wanted]
        fewest = min(map(len, fitting), default=0)
        return tuple(self._path_of[parts] for parts in fitting if len(parts) == fewest)

    def split(self, name: str, importer: str) -> Iterator[tuple[str, str]]:
        """Each file that the longest possible head of a dotted name means, and the rest of the name."""
        dots = len(name) - len(name.lstrip("."))
        parts = name[dots:].split(".")
        for cut in range(len(parts), -1, -1):
            head = name[:dots] + ".".join(parts[:cut])
            found = self.find(head, importer) if head else ()
            if found:
                yield from ((path, ".".join(parts[cut:])) for path in found)
                return

    def _relative(self, name: str, importer: str) -> str | None:
        tail = name.lstrip(".")
        up = len(name) - len(tail)
        folder = PurePosixPath(importer).parts[:-1]
        if up - 1 > len(folder):
            return None
        parts = (*folder[: len(folder) - (up - 1)], *filter(None, tail.split(".")))
        return self._path_of.get(parts)


def module_parts(path: str) -> tuple[str, ...]:
    """Folders and module of a file: ``a/b.py`` and ``a/b/__init__.py`` are both ``("a", "b")``."""
    pure = PurePosixPath(path)
    return pure.parts[:-1] if pure.name == "__init__.py" else pure.with_suffix("").parts


def imported_files(index: SourceIndex) -> dict[str, tuple[str, ...]]:
    """For each file, the files of the project that its import statements mean, itself left out."""
    modules = Modules(index.files)
    return {
        path: tuple(sorted({found for name in file.imports for found, _ in modules.split(name, path) if found != path}))
        for path, file in index.files.items()
    }
