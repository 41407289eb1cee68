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
WRITTEN = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__class__"})
"""What makes another thing of a function or a module, where it is set or deleted."""
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


def _reached(event: str, arguments: tuple[Any, ...]) -> str:
    """What an event reaches for; empty where anybody may."""
    if event == "object.__getattr__":
        return arguments[1] if arguments[1] in FRAMES else ""
    if event == "open":
        path = arguments[0]
        found = isinstance(path, str) and path.startswith("/proc/") and path.endswith("/mem")
        return "open /proc/*/mem" if found else ""
    return event


def listen(foreign: Callable[[str], bool], kept: dict[int, str], saw: Callable[[str], None]) -> None:
    """Tell ``saw`` of each watched event that the code under test causes, directly or by a helper.

    ``kept`` are names of functions and modules by id; whoever changes one of these is told of.
    """
    frame_at, busy = sys._getframe, [False]
    heard = WATCHED | {"object.__getattr__", "object.__setattr__", "object.__delattr__", "open"}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in heard:
            return
        if event in ("object.__setattr__", "object.__delattr__"):
            if arguments[1] in WRITTEN and id(arguments[0]) in kept:
                saw("changes %s()" % kept[id(arguments[0])])
            return
        name = _reached(event, arguments)
        if not name:
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
