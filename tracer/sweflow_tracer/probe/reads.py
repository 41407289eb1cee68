"""What a test reads of the project's files as data, and whether it starts a process: by audit hook (PEP 578).

Importing a module is no reading: what an import loads is known anyway.
"""

from __future__ import annotations

import _posixsubprocess
import linecache
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

_LIST = frozenset(("os.listdir", "os.scandir"))
_START = frozenset(
    ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.spawn", "os.system", "pty.spawn")
)
_IMPORT = ("importlib._bootstrap_external", "_frozen_importlib_external")
_REWRITE = "_pytest.assertion.rewrite"


class Reads:
    """Collects paths below the root, and starts of processes; ``take`` gives what came since the last call.

    Before the first call pytest looks through the folders for test files, which does not count.
    """

    def __init__(self, root: str) -> None:
        self._root = os.path.join(root, "")
        self._paths: set[str] = set()
        self._starts = False
        self._running = False
        sys.addaudithook(self._heard)
        self._fork_exec: Any = _posixsubprocess.fork_exec
        _posixsubprocess.fork_exec = self._spawn  # multiprocessing calls it without an audit event

    def take(self) -> dict[str, Any]:
        """Paths of files and folders (``.``: the root), and whether a process was started. Forgets cached sources."""
        found = {"reads": sorted(self._paths), "starts": self._starts}
        self._paths, self._starts, self._running = set(), False, True
        linecache.clearcache()
        return found

    def _spawn(self, *arguments: Any) -> Any:
        self._starts = True
        return self._fork_exec(*arguments)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _START:
            self._starts = True
        elif event == "open" or (self._running and event in _LIST):
            path = arguments[0] if arguments[0] is not None else "."
            if isinstance(path, (str, bytes, os.PathLike)) and not _is_import(sys._getframe(1)):
                whole = os.path.join(os.path.realpath(os.fsdecode(path)), "")
                if whole.startswith(self._root):
                    self._paths.add(whole[len(self._root) : -1].replace(os.sep, "/") or ".")


def _is_import(frame: FrameType | None) -> bool:
    """Whether the import system, or pytest in its place, opened a file or looked through a folder."""
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "pathlib":
        frame = frame.f_back
    if frame is None:
        return False
    name = frame.f_globals.get("__name__")
    if name in _IMPORT and frame.f_code.co_name == "get_data":
        return frame.f_back is not None and frame.f_back.f_code.co_name == "get_code"
    return name in _IMPORT or name == _REWRITE
