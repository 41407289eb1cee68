"""The engines: ways to be told of every call, ``sys.settrace`` and ``sys.monitoring``."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from .recorder import Recorder

    TraceFunction = Callable[[FrameType, str, Any], Any]
    Intact = Callable[[], bool]


def start_settrace(recorder: Recorder) -> Intact:
    """Trace calls with ``sys.settrace``; the trace function returns None, so there are no line events.

    A trace function that the target sets runs beside ours. What is given back tells whether ours is still there:
    a tracer written in C takes its place, and a recursion that hits the limit inside it switches it off.
    """
    numbers = recorder.numbers
    set_trace, get_trace, set_threads = sys.settrace, sys.gettrace, threading.settrace

    def on_call(frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        if numbers.get(id(code)) == 0:
            return
        back = frame.f_back
        if back is None or (id(code), id(back.f_code)) not in recorder.seen:
            recorder.called(code, back)

    def beside(theirs: TraceFunction | None) -> TraceFunction:
        if theirs is None or theirs is on_call:
            return on_call

        def both(frame: FrameType, event: str, arg: Any) -> Any:
            if event == "call":
                on_call(frame, event, arg)
            return theirs(frame, event, arg)

        both.theirs = theirs  # type: ignore[attr-defined]
        return both

    def settrace(function: TraceFunction | None, /) -> None:
        """As sys.settrace."""
        set_trace(beside(function))

    def gettrace() -> Any:
        """As sys.gettrace."""
        return seen(get_trace())

    def settrace_threads(func: Any) -> None:
        """As threading.settrace."""
        set_threads(beside(func))

    def intact() -> bool:
        current = get_trace()
        if current is on_call or hasattr(current, "theirs"):
            return True
        set_trace(on_call)
        return False

    def seen(current: Any) -> Any:
        """What the target set itself."""
        return None if current is on_call else getattr(current, "theirs", current)

    sys.settrace, sys.gettrace = settrace, gettrace  # type: ignore[assignment]
    threading.settrace = settrace_threads
    if sys.version_info >= (3, 10):
        get_threads = threading.gettrace
        threading.gettrace = lambda: seen(get_threads())
    set_threads(on_call)
    set_trace(on_call)
    return intact


def start_monitoring(recorder: Recorder) -> Intact:
    """Trace calls with ``sys.monitoring`` (PEP 669, Python 3.12 and later).

    The callbacks ask for the caller's frame, never for the callee's, which then need not be made.
    """
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    tool = next(n for n in (4, 3, 2, 0, 1, 5) if monitoring.get_tool(n) is None)
    disable = monitoring.DISABLE
    getframe = sys._getframe

    def caller() -> FrameType | None:
        try:
            return getframe(3)
        except ValueError:
            return None

    def on_start(code: CodeType, offset: int) -> Any:
        try:
            back = getframe(2)
        except ValueError:
            back = None
        if back is not None and (id(code), id(back.f_code)) in recorder.seen:
            return None
        return None if recorder.called(code, back) else disable

    def on_throw(code: CodeType, offset: int, exception: BaseException) -> None:
        recorder.called(code, caller())

    monitoring.use_tool_id(tool, "sweflow")
    events = monitoring.events
    monitoring.register_callback(tool, events.PY_START, on_start)
    monitoring.register_callback(tool, events.PY_RESUME, on_start)
    monitoring.register_callback(tool, events.PY_THROW, on_throw)
    monitoring.set_events(tool, events.PY_START | events.PY_RESUME | events.PY_THROW)
    return always


def always() -> bool:
    """What cannot be displaced is intact."""
    return True


ENGINES: dict[str, Callable[[Recorder], Intact]] = {
    "settrace": start_settrace,
    "monitoring": start_monitoring,
    "none": lambda recorder: always,
}
