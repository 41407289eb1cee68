"""Alarms: code under test that reaches for frames, objects or memory that are not its own.

Every way to a frame raises an audit event (PEP 578), and an audit hook cannot be taken away again.
"""

from __future__ import annotations

import os
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

    from .origin import Origin

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
HELPERS = {
    **{"/inspect.py": 3, "/traceback.py": 1, "/logging/__init__.py": 1, "/asyncio/base_tasks.py": 2},
    **{"/_pytest/_code/code.py": 2, "/ctypes/__init__.py": 3, "/ctypes/util.py": 3},
    **{"/subprocess.py": 5, "/os.py": 3, "<frozen os>": 3, "/dis.py": 6},
}
"""Files of the library that do this for whoever asks, and how many of their frames deep: a traceback that is only
formatted is walked from further in."""
DEEP = frozenset(
    {
        *("sys.settrace", "sys.setprofile", "sys.monitoring.register_callback", "sys.addaudithook"),
        *("sys._current_frames", "gc.get_objects", "gc.get_referrers"),
    }
)
"""What no part of the library does for its own sake: whoever stands nearest outside of it has asked."""
MOVES = frozenset({"os.link", "os.symlink", "os.rename"})
STARTS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"})
"""Another program, in which nobody hears what it reads."""
FORMATTERS = ("/traceback.py", "/warnings.py", "/exceptiongroup/_formatting.py")
FORMATTING = 4
"""How many frames of formatters there are where a file is read for a line that is shown."""


class Alarms:
    """Hears what the code under test reaches for, directly or by a helper, and tells ``saw``.

    ``kept`` are names of functions and modules by id; whoever changes one of these is told of. ``sources`` are whole
    paths of files that are not for the code under test to open.
    """

    def __init__(
        self,
        origin: Origin,
        kept: dict[int, str],
        saw: Callable[[str], None],
        sources: Iterable[str] = (),
        on_finders: Callable[[Any], None] = lambda finders: None,
    ) -> None:
        self._origin = origin
        self._kept = kept
        self._saw = saw
        self._sources = {os.path.realpath(path): path for path in sources}
        self._names = {os.path.basename(path) for path in self._sources}
        self._files = {*self._sources, *self._sources.values()}
        self._folders = {str(folder) for path in self._sources for folder in PurePosixPath(path).parents} - {"/"}
        self._on_finders = on_finders
        self._busy = False

    def listen(self) -> None:
        """From here on, for good."""
        sys.addaudithook(self._hook())

    def _hook(self) -> Callable[[str, tuple[Any, ...]], None]:
        frame_at, kept = sys._getframe, self._kept
        heard = WATCHED | MOVES | STARTS
        heard |= {"object.__getattr__", "object.__setattr__", "object.__delattr__", "open", "import"}

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event not in heard:
                return
            if event in ("object.__setattr__", "object.__delattr__"):
                if arguments[1] in WRITTEN and id(arguments[0]) in kept:
                    self._saw("changes %s()" % kept[id(arguments[0])])
                return
            if event == "object.__getattr__" and arguments[1] not in FRAMES and arguments[1] != "__code__":
                return
            if self._busy:
                return
            self._busy = True
            try:
                self._judge(event, arguments, frame_at(1))
            finally:
                self._busy = False

        return hook

    def _judge(self, event: str, arguments: tuple[Any, ...], frame: FrameType | None) -> None:
        if event == "import":
            if len(arguments) > 3:
                self._on_finders(arguments[3])
        elif event == "open" or event in MOVES:
            self._judge_paths(event, arguments[:1] if event == "open" else arguments[:2], frame)
        elif event == "object.__getattr__" and arguments[1] == "__code__":
            self._judge_code(arguments[0], frame)
        elif self._asked_deep(frame) if event in DEEP else self._asked(frame):
            self._saw(self._says(event, arguments))

    def _judge_code(self, function: Any, frame: FrameType | None) -> None:
        """What a test is made of is not for the code under test; what tests hand to it is."""
        code: Any = getattr(function, "__code__", None)
        is_test = code is not None and code.co_filename in self._files and code.co_name.lower().startswith("test")
        if is_test and self._asked(frame):
            self._saw("reads the code of a test")

    def _judge_paths(self, event: str, paths: tuple[Any, ...], frame: FrameType | None) -> None:
        for path in paths:
            name = os.fsdecode(path) if isinstance(path, (str, bytes)) else ""
            if event != "open" and os.path.realpath(name) in self._folders and self._asked_to_read(frame):
                self._saw("moves a folder of tests")
            elif name.startswith("/proc/") and name.endswith("/mem"):
                if self._asked(frame):
                    self._saw("reaches open /proc/*/mem")
            elif name.rpartition("/")[2] in self._names and self._asked_to_read(frame):
                found = self._sources.get(os.path.realpath(name))
                if found is not None or not os.path.exists(name):  # relative to a descriptor: there is one like it
                    self._saw("opens " + name.rpartition("/")[2])

    @staticmethod
    def _says(event: str, arguments: tuple[Any, ...]) -> str:
        if event in STARTS:
            return "starts a process by " + event
        return "reaches " + (arguments[1] if event == "object.__getattr__" else event)

    def _asked(self, frame: FrameType | None) -> bool:
        """Whether the nearest frame, or who stands behind a helper, is foreign."""
        foreign = self._origin.foreign
        if frame is None or foreign(frame.f_code):
            return frame is not None
        for ending, deep in HELPERS.items():
            for _ in range(deep):
                if frame is not None and frame.f_code.co_filename.endswith(ending):
                    frame = frame.f_back
        return frame is not None and foreign(frame.f_code)

    def _asked_deep(self, frame: FrameType | None) -> bool:
        """Whether the nearest frame outside of the library is foreign; what it does at its own import is its own."""
        while frame is not None and self._origin.of_library(frame.f_code):
            if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
                return False
            frame = frame.f_back
        return frame is not None and self._origin.foreign(frame.f_code)

    def _asked_to_read(self, frame: FrameType | None) -> bool:
        """The same for a file, by way of an import, too; not where the library shows a line of it."""
        formatting = 0
        while frame is not None and self._origin.of_library(frame.f_code):
            formatting += frame.f_code.co_filename.endswith(FORMATTERS)
            frame = frame.f_back
        return formatting < FORMATTING and frame is not None and self._origin.foreign(frame.f_code)
