"""The source index: every function of every file, where it stands, and where its body can be cut."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sweflow_tracer.displayable import Short
from sweflow_tracer.paths import StrPath
from sweflow_tracer.project.files import Blobs

from sweflow_rdg.index.cache import IndexCache
from sweflow_rdg.index.definitions import Definition
from sweflow_rdg.index.file import FileIndex
from sweflow_rdg.index.pool import FileJob, Unreadable, index_all

__all__ = ["SourceIndex", "index_source"]


@dataclass(frozen=True, slots=True, repr=False)
class SourceIndex(Short):
    """The index of a repository: files by path, and those that do not parse with the reason."""

    files: Mapping[str, FileIndex]
    unparsable: tuple[tuple[str, str], ...]

    def definitions(self) -> dict[str, Definition]:
        """Every function by id."""
        return {d.id: d for file in self.files.values() for d in file.definitions}


def index_source(blobs: Blobs, *, cache: StrPath | None = None, workers: int = 1) -> SourceIndex:
    """Index every Python file. A file that does not decode or parse is reported and left alone.

    ``cache`` is a folder for what was indexed before, by content; entries that are damaged are ignored. ``workers``
    are processes side by side, which start only where there is enough to read.
    """
    jobs = list(_python_files(blobs))
    store = IndexCache(Path(cache) if cache is not None else None)
    found = {path: file for path, content in jobs if (file := store.load(path, content)) is not None}
    fresh = [(path, content) for path, content in jobs if path not in found]
    unparsable = []
    for (path, content), result in zip(fresh, index_all(fresh, workers), strict=True):
        if isinstance(result, Unreadable):
            unparsable.append((path, result.reason))
        else:
            found[path] = result
            store.save(content, result)
    return SourceIndex({path: found[path] for path in sorted(found)}, tuple(unparsable))


def _python_files(blobs: Blobs) -> Iterable[FileJob]:
    for path in sorted(blobs):
        mode, content = blobs[path]
        if PurePosixPath(path).suffix == ".py" and mode != "120000":
            yield path, content
