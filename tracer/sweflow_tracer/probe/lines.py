"""The lines that tests execute of a few functions."""

from __future__ import annotations

import dis
import sys
import threading
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from .recorder import Recorder


class LineRecorder:
    """Watches functions, by path and by first and last line; nested ones are part of them.

    A test that sets a trace function of its own takes this one's place for as long as it keeps it there.
    """

    def __init__(self, recorder: Recorder, watched: dict[str, list[list[int]]]) -> None:
        self._recorder = recorder
        self._watched = watched
        self._paths: dict[CodeType, str | None] = {}
        self._possible: set[tuple[str, int]] = set()
        self._executed: set[tuple[str, int]] = set()

    def start(self) -> None:
        """Begin to watch."""
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)

    def take(self) -> dict[str, list[tuple[str, int]]]:
        """Lines executed since the last time, and lines that the functions called since then have."""
        sys.settrace(self._on_call)
        found = {"executed": sorted(self._executed), "possible": sorted(self._possible)}
        self._executed.clear()
        self._possible.clear()
        return found

    def _on_call(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        if code not in self._paths:
            self._paths[code] = self._of_watched(code)
        path = self._paths[code]
        if path is None:
            return None
        executed = self._executed
        if event == "call":
            self._possible.update((path, line) for line in _lines(code))

        def on_line(frame: FrameType, event: str, arg: Any) -> Any:
            if event == "line":
                executed.add((path, frame.f_lineno))
            return on_line

        return on_line

    def _of_watched(self, code: CodeType) -> str | None:
        path = self._recorder.relative(code.co_filename)
        spans = self._watched.get(path or "", ())
        return path if any(first <= code.co_firstlineno <= last for first, last in spans) else None


def _lines(code: CodeType) -> set[int]:
    """The lines that have instructions, those of nested functions included; without the heads of the functions."""
    found = {line for _, line in dis.findlinestarts(code) if line is not None and line != code.co_firstlineno}
    for const in code.co_consts:
        if isinstance(const, CodeType):
            found |= _lines(const)
    return found or {code.co_firstlineno}
