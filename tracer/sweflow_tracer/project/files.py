"""The files of a repository: tracked ones in a clone, all but build leftovers elsewhere."""

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sweflow_tracer.project.clone import Clone

SKIPPED_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", ".jj", "__pycache__", ".tox", ".nox", ".eggs", ".idea", ".vscode"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "node_modules", ".cache"),
    }
)
BUILD_FOLDERS = frozenset({"build", "dist"})
LOADABLE = (".py", ".so", ".pyd")
INI_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg")
"""Files that pytest may take its configuration from (its documentation, "Configuration file formats")."""
_HFS_IGNORES = dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))
Blobs = Mapping[str, tuple[str, bytes]]
"""Path -> (git mode, content); the content of a symbolic link is its target. Nobody changes one."""


@dataclass(frozen=True, slots=True, order=True)
class FileEntry:
    """One file: POSIX path below the root, git mode, and whether git ignores it."""

    path: str
    mode: str
    ignored: bool = False


def list_files(root: Path, clone: Clone | None) -> tuple[FileEntry, ...]:
    """The repository's files, sorted. In a clone: what git does not ignore, and what it ignores but Python loads."""
    if clone is None:
        return tuple(sorted(_entries(root, _walk(root), ignored=False)))
    loadable = [path for path in clone.ignored if path.endswith(LOADABLE) and not _is_leftover(root, path)]
    entries = [*_entries(root, clone.tracked, ignored=False), *_entries(root, loadable, ignored=True)]
    return tuple(sorted(entries))


DEEPEST = 200
"""Folders above a file beyond which it is in no tree: what makes and removes folders goes down them one by one."""
LARGEST = 200 << 20
"""Bytes of a file beyond which it is in no tree: trees are held in memory, and copied for every run."""


TOO_LARGE = f"larger than {LARGEST >> 20} MiB"


def bad_path(path: str, mode: str) -> str:
    """Why a file of this path is in no tree; empty where that is not for its path."""
    if not fits_git(path, mode):
        return "git takes no such name into a tree"
    return f"more than {DEEPEST} folders deep" if path.count("/") > DEEPEST else ""


def refusal(root: Path, entry: FileEntry) -> str:
    """Why a file is in no tree; empty where it is."""
    large = entry.mode != "120000" and (root / entry.path).lstat().st_size > LARGEST
    return bad_path(entry.path, entry.mode) or (TOO_LARGE if large else "")


def fits_git(path: str, mode: str) -> bool:
    """Whether git takes a path into a tree.

    It refuses names that are, or that some file system takes for, ``.git``: in other cases, with code points that HFS+
    ignores, by NTFS's short name or with what NTFS drops at the end; and links that it would take for ``.gitmodules``.
    """
    refused = {".git", "git~1"} | ({".gitmodules", "gitmod~1"} if mode == "120000" else set())
    parts = re.split(r"[/\\]", path.translate(_HFS_IGNORES))
    return not any(part.partition(":")[0].rstrip(" .").lower() in refused for part in parts)


def read_blobs(root: Path, entries: Iterable[FileEntry]) -> Blobs:
    """Content of the files."""
    return {entry.path: (entry.mode, _read(root / entry.path, entry.mode)) for entry in entries}


def write_blob(target: Path, mode: str, content: bytes) -> None:
    """Write one file or symbolic link; parents are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if mode == "120000":
        os.symlink(os.fsdecode(content), target)
    else:
        target.write_bytes(content)
        target.chmod(0o755 if mode == "100755" else 0o644)


def tree_digest(blobs: Blobs) -> str:
    """sha256 over sorted paths, modes and contents."""
    digest = hashlib.sha256()
    for path in sorted(blobs):
        mode, content = blobs[path]
        digest.update(os.fsencode(path) + b"\0" + mode.encode() + b"\0" + _content_digest(content))
    return digest.hexdigest()


@lru_cache(maxsize=8192)
def _content_digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _walk(root: Path) -> Iterator[str]:
    """Paths of all files and links. A list of folders to go, since ``os.walk`` calls itself for each level."""
    left = [""]
    while left:
        here = left.pop()
        with contextlib.suppress(OSError), os.scandir(root / here) as found:
            for entry in found:
                path = f"{here}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if not _skipped(root, Path(path)):
                        left.append(f"{path}/")
                elif not entry.name.endswith((".pyc", ".pyo")):
                    yield path


def _is_leftover(root: Path, path: str) -> bool:
    folders = list(Path(path).parents)[:-1]
    return any(_skipped(root, folder) for folder in folders)


def _skipped(root: Path, folder: Path) -> bool:
    name = folder.name
    if name in SKIPPED_FOLDERS or name.endswith(".egg-info") or os.path.exists(root / folder / "pyvenv.cfg"):
        return True
    top = len(folder.parts) == 1
    return top and name in BUILD_FOLDERS and not os.path.exists(root / folder / "__init__.py")


def _entries(root: Path, paths: Iterable[str], *, ignored: bool) -> Iterator[FileEntry]:
    for path in paths:
        try:
            status = (root / path).lstat()
        except FileNotFoundError:
            continue  # deleted in a dirty tree
        if stat.S_ISLNK(status.st_mode):
            yield FileEntry(path, "120000", ignored)
        elif stat.S_ISREG(status.st_mode):
            yield FileEntry(path, "100755" if status.st_mode & stat.S_IXUSR else "100644", ignored)


def _read(path: Path, mode: str) -> bytes:
    return os.fsencode(os.readlink(path)) if mode == "120000" else path.read_bytes()
