"""Hooks: places where the interpreter keeps what it will call. Foreign code there sees frames, imports and forks."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType

    from .origin import Origin

    Saw = Callable[[str], None]


_signal: Any = import_module("_signal")  # what signal's own functions call
_getsignal = _signal.getsignal


class Hooks:
    """Tells of what foreign code put into hooks: when it does, where that can be heard, and at each look."""

    def __init__(self, origin: Origin, saw: Saw) -> None:
        self._origin = origin
        self._saw = saw
        self._known: dict[int, Any] = {}
        self._signals = sorted(number for number in map(int, signal.valid_signals()) if _getsignal(number) is not None)
        for _, thing in self._standing():
            self._known[id(thing)] = thing

    def listen(self) -> None:
        """Hear of handlers of signals, timers and fork hooks; Python has no audit events for these."""
        _signal.signal = self._heard("signal.signal", _signal.signal)
        for name in ("setitimer", "set_wakeup_fd"):
            setattr(_signal, name, self._heard("signal." + name, getattr(_signal, name)))
            setattr(signal, name, getattr(_signal, name))
        if hasattr(os, "register_at_fork"):
            posix: Any = sys.modules[os.name]
            posix.register_at_fork = os.register_at_fork = self._heard("os.register_at_fork", os.register_at_fork)

    def look(self) -> None:
        """Tell of each hook that leads to foreign code."""
        self._look_at(self._standing())

    def look_at_finders(self, finders: Any) -> None:
        """The same for finders of modules, just before they are asked."""
        self._look_at(("sys.meta_path", finder) for finder in finders or ())

    def _look_at(self, hooks: Iterable[tuple[str, Any]]) -> None:
        for name, thing in hooks:
            if id(thing) not in self._known:
                self._known[id(thing)] = thing
                if self._origin.thing_is_foreign(thing, asked=True):
                    self._saw("sets " + name)

    def _standing(self) -> Iterator[tuple[str, Any]]:
        for name, things in (
            ("sys.meta_path", sys.meta_path),
            ("sys.path_hooks", sys.path_hooks),
            ("gc.callbacks", gc.callbacks),
            ("threading.settrace", (getattr(threading, "_trace_hook", None),)),
            ("threading.setprofile", (getattr(threading, "_profile_hook", None),)),
        ):
            for thing in things:
                yield name, thing
        for number in self._signals:
            yield "signal.signal", _getsignal(number)

    def _heard(self, name: str, function: Any) -> Any:
        origin, saw, frame_at = self._origin, self._saw, sys._getframe

        def heard(*arguments: Any, **named: Any) -> Any:
            frame: FrameType | None = frame_at(1)
            while frame is not None and frame.f_code.co_filename.endswith("/signal.py"):
                frame = frame.f_back
            asked = frame is not None and origin.foreign(frame.f_code)
            things = [thing for thing in (*arguments, *named.values()) if callable(thing)]
            timer = asked and not things and name == "signal.setitimer"
            if timer or any(origin.thing_is_foreign(thing, asked=asked) for thing in things):
                saw("sets " + name)
            return function(*arguments, **named)

        return heard
