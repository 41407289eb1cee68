"""The repository: its files, and the texts of those that say what its tests need; nothing of it is run."""

import re
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import NotARepository
from sweflow_tracer.project.clone import read_clone
from sweflow_tracer.project.files import Blobs, list_files, read_blobs, refusal, tree_digest

LARGEST = 4 << 20
_SAYS = re.compile(
    r"^(?:pyproject\.toml|setup\.(?:py|cfg)|PKG-INFO|tox\.ini|\.?pytest\.ini|noxfile\.py|Pipfile\.lock"
    r"|(?:uv|poetry|pdm)\.lock|\.github/workflows/[^/]+\.ya?ml|(?:[\w.-]+/){0,2}[\w.-]*\.(?:txt|in))$"
)


@dataclass(frozen=True, slots=True)
class Repository:
    """``texts`` by path; ``blobs`` are all files. ``source`` is the commit, or digests the tree."""

    root: Path
    source: str
    blobs: Blobs
    texts: dict[str, str]

    @property
    def installs(self) -> bool:
        """Whether a build backend can make a wheel of it."""
        return "setup.py" in self.blobs or "pyproject.toml" in self.blobs

    @property
    def version(self) -> str:
        """What its metadata say, for backends that would ask git."""
        found = re.search(r"^Version:\s*(\S+)", self.texts.get("PKG-INFO", ""), re.MULTILINE)
        return found[1] if found else "0.0.0"

    @property
    def roots(self) -> tuple[str, ...]:
        """Folders from which it is imported where it is not installed."""
        return tuple(name for name in ("src", ".") if name == "." or any(p.startswith(f"{name}/") for p in self.blobs))


def read_repository(root: Path) -> Repository:
    """Read it. Raises NotARepository, CloneNotReadable."""
    if not root.is_dir():
        raise NotARepository(root)
    clone = read_clone(root)
    entries = [entry for entry in list_files(root, clone) if not refusal(root, entry)]
    if not any(entry.path.endswith(".py") for entry in entries):
        raise NotARepository(root)
    blobs = read_blobs(root, entries)
    texts = {
        path: content.decode("utf-8", "replace")
        for path, (mode, content) in blobs.items()
        if mode != "120000" and len(content) <= LARGEST and _SAYS.match(path)
    }
    return Repository(root, clone.head if clone and not clone.changes else tree_digest(blobs), blobs, texts)
