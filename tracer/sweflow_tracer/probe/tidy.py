"""Puts the tree back as it was when the tests were collected, so that no group meets what another one left there."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Stamp = tuple[int, ...]
    """Mode, modified (ns), size and inode; of a folder only that it is one."""

MOST_BYTES = 1 << 26
"""What is kept of the contents of files, in bytes."""


class Tidy:
    """Files, links and folders below a root as they are now. What cannot be put back stays as it is."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._stamps = _stamps(root)
        self._contents: dict[str, bytes] = {}
        self._unkept: set[str] = set()
        room = MOST_BYTES
        for path, (mode, *rest) in self._stamps.items():
            try:
                if stat.S_ISLNK(mode):
                    self._contents[path] = os.readlink(os.fsencode(path))
                elif stat.S_ISREG(mode) and rest[1] <= room:
                    with open(path, "rb") as file:
                        self._contents[path] = file.read()
                    room -= rest[1]
                elif not stat.S_ISDIR(mode):
                    self._unkept.add(path)
            except OSError:
                self._unkept.add(path)

    def restore(self) -> list[str]:
        """Remove what is new, and write anew what was changed or is gone; the paths of all that."""
        now = _stamps(self._root)
        changed = {path for path, stamp in now.items() if stamp != self._stamps.get(path)} - self._unkept
        gone = self._stamps.keys() - now.keys() - self._unkept
        for path in changed:
            remove(path)
        for path in sorted(gone.union(changed).intersection(self._stamps)):
            try:
                self._write(path, self._stamps[path])
            except OSError:
                continue
        return sorted(gone.union(changed))

    def move(self, gone: Iterable[str], files: Mapping[str, tuple[int, bytes]]) -> None:
        """Remove files, and folders that this empties, and write others, ``(mode, content)``; paths are below the root.

        That is how the tree is from here on. Raises OSError.
        """
        for path in gone:
            self._forget(os.path.join(self._root, path))
        for name, (mode, content) in files.items():
            path = os.path.join(self._root, name)
            self._forget(path)
            self._make_folders(os.path.dirname(path))
            if stat.S_ISLNK(mode):
                os.symlink(content, os.fsencode(path))
            else:
                with open(path, "wb") as file:
                    file.write(content)
                os.chmod(path, stat.S_IMODE(mode))
            self._contents[path] = content
            self._stamps[path] = _stamp(path)

    def _forget(self, path: str) -> None:
        if path not in self._stamps:
            return
        os.unlink(path)
        del self._stamps[path]
        self._contents.pop(path, None)
        folder = os.path.dirname(path)
        while folder != self._root and not os.listdir(folder):
            os.rmdir(folder)
            self._stamps.pop(folder, None)
            folder = os.path.dirname(folder)

    def _make_folders(self, folder: str) -> None:
        if folder != self._root and folder not in self._stamps:
            self._make_folders(os.path.dirname(folder))
            os.mkdir(folder)
            self._stamps[folder] = _stamp(folder)

    def _write(self, path: str, stamp: Stamp) -> None:
        if stat.S_ISDIR(stamp[0]):
            os.mkdir(path)
        elif stat.S_ISLNK(stamp[0]):
            os.symlink(self._contents[path], os.fsencode(path))
        else:
            with open(path, "wb") as file:
                file.write(self._contents[path])
            os.chmod(path, stat.S_IMODE(stamp[0]))
            os.utime(path, ns=(stamp[1], stamp[1]))
        self._stamps[path] = _stamp(path)


def _stamps(root: str) -> dict[str, Stamp]:
    """What lies below a folder, parents before children."""
    found: dict[str, Stamp] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            try:
                found[path] = _stamp(path)
            except OSError:
                continue
    return found


def _stamp(path: str) -> Stamp:
    status = os.lstat(path)
    if stat.S_ISDIR(status.st_mode):
        return (stat.S_IFDIR,)
    return (status.st_mode, status.st_mtime_ns, status.st_size, status.st_ino)


def remove(path: str) -> None:
    """Remove a file, a link or a folder with all that it holds, as far as that can be done."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        os.unlink(path)
    except OSError:
        pass
