"""Alarms: code under test that reaches for frames, objects or memory that are not its own.

Every way to a frame raises an audit event (PEP 578), and an audit hook cannot be taken away again.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

WATCHED = frozenset(
    {
        *("sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys._getframemodulename"),
        *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
        *("sys.settrace", "sys.setprofile", "sys.monitoring.register_callback", "sys.addaudithook"),
        *("ctypes.dlopen", "ctypes.dlsym", "ctypes.cdata", "ctypes.string_at"),
    }
)
FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame"})
HELPERS = {"/inspect.py": 3, "/traceback.py": 1, "/ctypes/__init__.py": 3, "/ctypes/util.py": 3}
"""Files of the standard library that do this for whoever asks, and how many of their frames deep: a traceback that is
only formatted is walked from further in."""


def is_foreign(root: str, trusted: frozenset[str]) -> Callable[[str], bool]:
    """Whether a file name is of the code under test: below the root and not trusted, or made at run time."""
    below = root + "/"

    def foreign(name: str) -> bool:
        if name.startswith(below):
            return name[len(below) :] not in trusted
        return name in ("<string>", "<stdin>", "<unknown>")

    return foreign


def listen(foreign: Callable[[str], bool], saw: Callable[[str], None]) -> None:
    """Tell ``saw`` of each watched event that the code under test causes, directly or by a helper."""
    frame_at, busy = sys._getframe, [False]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "object.__getattr__":
            name = arguments[1]
            if name not in FRAMES:
                return
        elif event in WATCHED:
            name = event
        elif event == "open" and isinstance(arguments[0], str) and arguments[0].startswith("/proc/"):
            name = "open /proc/*/mem" if arguments[0].endswith("/mem") else ""
            if not name:
                return
        else:
            return
        if busy[0]:
            return
        busy[0] = True
        try:
            frame: FrameType | None = frame_at(1)
            for ending, deep in HELPERS.items():
                for _ in range(deep):
                    if frame is not None and frame.f_code.co_filename.endswith(ending):
                        frame = frame.f_back
            if frame is not None and foreign(frame.f_code.co_filename):
                saw("reaches " + name)
        finally:
            busy[0] = False

    sys.addaudithook(hook)
