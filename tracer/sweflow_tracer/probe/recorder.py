"""The recorder: the set of call edges seen so far, filled by one of the two engines.

An edge is one integer, ``caller << 34 | callee << 2 | flags``. Caller and callee are numbers of project code
objects, counted from 1; caller 0 means that no project code was on the stack. Flag 1: the call passed through
frames that are not the project's. Flag 2: the garbage collector made the call.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType, ModuleType

FOREIGN = 1
COLLECTED = 2


class Recorder:
    """Numbers the project's code objects and keeps one edge set a phase."""

    def __init__(self, root: str) -> None:
        self.root = os.path.join(os.path.realpath(root), "")
        self.numbers: dict[int, int] = {}  # id(code) -> number, 0 for foreign code
        self.codes: list[tuple[str, str, int]] = []  # (path, name, first line) of number n at n - 1
        self.gc_flag = 0
        self.phases: dict[str, set[int]] = {}
        self.store: set[int] = set()
        self._held: list[CodeType] = []  # keeps code objects alive, so that ids stay theirs
        self._paths: dict[str, str | None] = {}
        gc.callbacks.append(self._on_gc)

    def _on_gc(self, phase: str, info: dict[str, Any]) -> None:
        self.gc_flag = COLLECTED if phase == "start" else 0

    def start(self, phases: list[str]) -> None:
        """Open fresh edge sets, one a phase, with "import" beside them."""
        self.phases = {phase: set() for phase in phases}
        self.phases["import"] = set()

    def enter(self, phase: str) -> None:
        """Send the edges that follow to this phase."""
        self.store = self.phases[phase]

    def take(self) -> dict[str, list[int]]:
        """The edges since ``start``, by phase, as sorted lists; the sets that follow are fresh."""
        taken = self.phases
        self.start([phase for phase in taken if phase != "import"])
        self.store = set()
        return {phase: sorted(edges) for phase, edges in taken.items() if edges}

    def relative(self, filename: str) -> str | None:
        """The path below the root with forward slashes, or None where the file is not the project's."""
        try:
            return self._paths[filename]
        except KeyError:
            path = os.path.realpath(filename) if not filename.startswith("<") else ""
            below = path.startswith(self.root)
            relative = path[len(self.root) :].replace(os.sep, "/") if below else None
            self._paths[filename] = relative
            return relative

    def number(self, code: CodeType) -> int:
        """The number of a code object that was not met before; 0 where it is not the project's."""
        self._held.append(code)
        path = self.relative(code.co_filename)
        number = 0
        if path is not None:
            self.codes.append((path, code.co_name, code.co_firstlineno))
            number = len(self.codes)
        self.numbers[id(code)] = number
        return number

    def record(self, callee: int, frame: FrameType | None) -> None:
        """Add the edge from the nearest project code at ``frame`` or above it."""
        numbers = self.numbers
        flags = self.gc_flag
        caller: int | None = 0
        while frame is not None:
            code = frame.f_code
            caller = numbers.get(id(code))
            if caller is None:
                caller = self.number(code)
            if caller:
                break
            flags |= FOREIGN
            frame = frame.f_back
        self.store.add((caller or 0) << 34 | callee << 2 | flags)


def watch_imports(recorder: Recorder) -> None:
    """Send what runs while a module's code is executed to the "import" set, whoever imported it."""
    import importlib._bootstrap_external as bootstrap

    from _pytest.assertion.rewrite import AssertionRewritingHook

    for loader in (bootstrap._LoaderBasics, AssertionRewritingHook):  # type: ignore[attr-defined]
        _wrap_exec_module(loader, recorder)


def _wrap_exec_module(loader: Any, recorder: Recorder) -> None:
    original = loader.exec_module

    def exec_module(self: Any, module: ModuleType) -> Any:
        previous = recorder.store
        recorder.store = recorder.phases.get("import", previous)
        try:
            return original(self, module)
        finally:
            recorder.store = previous

    loader.exec_module = exec_module


def after_import(name: str, action: Callable[[], None]) -> None:
    """Call ``action`` once the module of this name has been executed, if that ever happens."""
    import importlib._bootstrap_external as bootstrap

    original = bootstrap._LoaderBasics.exec_module  # type: ignore[attr-defined]

    def exec_module(self: Any, module: ModuleType) -> None:
        original(self, module)
        if module.__name__ == name:
            action()

    bootstrap._LoaderBasics.exec_module = exec_module  # type: ignore[attr-defined]


def start_settrace(recorder: Recorder) -> None:
    """Trace calls with ``sys.settrace``; the trace function returns None, so there are no line events."""
    import threading

    numbers = recorder.numbers

    def on_call(frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        callee = numbers.get(id(code))
        if callee is None:
            callee = recorder.number(code)
        if callee:
            recorder.record(callee, frame.f_back)

    threading.settrace(on_call)
    sys.settrace(on_call)


def start_monitoring(recorder: Recorder) -> None:
    """Trace calls with ``sys.monitoring`` (PEP 669, Python 3.12 and later)."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    tool = next(n for n in (4, 3, 2, 0, 1, 5) if monitoring.get_tool(n) is None)
    numbers = recorder.numbers
    disable = monitoring.DISABLE
    getframe = sys._getframe

    def on_start(code: CodeType, offset: int) -> Any:
        callee = numbers.get(id(code))
        if callee is None:
            callee = recorder.number(code)
        if not callee:
            return disable
        try:
            caller: FrameType | None = getframe(2)
        except ValueError:
            caller = None
        recorder.record(callee, caller)
        return None

    def on_throw(code: CodeType, offset: int, exception: BaseException) -> None:
        callee = numbers.get(id(code))
        if callee is None:
            callee = recorder.number(code)
        if callee:
            try:
                caller: FrameType | None = getframe(2)
            except ValueError:
                caller = None
            recorder.record(callee, caller)

    monitoring.use_tool_id(tool, "sweflow")
    events = monitoring.events
    monitoring.register_callback(tool, events.PY_START, on_start)
    monitoring.register_callback(tool, events.PY_RESUME, on_start)
    monitoring.register_callback(tool, events.PY_THROW, on_throw)
    monitoring.set_events(tool, events.PY_START | events.PY_RESUME | events.PY_THROW)


ENGINES: dict[str, Callable[[Recorder], None]] = {
    "settrace": start_settrace,
    "monitoring": start_monitoring,
    "none": lambda recorder: None,
}
