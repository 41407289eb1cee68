"""The recorder: the set of call edges seen so far, filled by one of the engines.

An edge is one integer, ``caller << 35 | callee << 3 | flags``. Caller and callee are numbers of project code
objects, counted from 1; caller 0 means that no project code was on the stack.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType, ModuleType

    Place = tuple[str, str, int]

FOREIGN = 1  # the call passed through frames that are not the project's
COLLECTED = 2  # the garbage collector made the call
STARTED = 4  # the caller started the thread or process in which the callee ran
FLAGS = 3
CALLER = 35
NUMBER = (1 << (CALLER - FLAGS)) - 1


class Recorder:
    """Numbers the project's code objects and keeps one edge set a phase.

    ``numbers`` goes from ``id(code)`` to the number of a code object, 0 for one that is not the project's;
    ``codes`` has the path, name and first line of number n at n - 1. ``add`` puts an edge into the open set.
    ``starter`` is the number of the code that started this process, where it is not the target's first.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.join(os.path.realpath(root), "")
        self.numbers: dict[int, int] = {}
        self.codes: list[Place] = []
        self.phases: dict[str, set[int]] = {"import": set(), "": set()}
        self.add: Callable[[int], None] = self.phases[""].add
        self.gc_flag = 0
        self.starter = 0
        self._places: dict[Place, int] = {}
        self._held: list[CodeType] = []  # keeps code objects alive, so that ids stay theirs
        self._paths: dict[str, str | None] = {}
        self._cwd = os.getcwd()
        gc.callbacks.append(self._on_gc)

    def _on_gc(self, phase: str, info: dict[str, Any]) -> None:
        self.gc_flag = COLLECTED if phase == "start" else 0

    def start(self, phases: list[str], make: Callable[[str], set[int]] = lambda phase: set()) -> None:
        """Open fresh edge sets, one a phase, with "import" beside them."""
        self.phases = {phase: make(phase) for phase in (*phases, "import")}
        self.enter(phases[0])

    def enter(self, phase: str) -> None:
        """Send the edges that follow to this phase."""
        self.add = self.phases[phase].add

    def take(self) -> dict[str, list[int]]:
        """The edges since ``start``, by phase, as sorted lists; the sets that follow are fresh."""
        taken = self.phases
        self.start([""])
        return {phase: sorted(edges) for phase, edges in taken.items() if edges}

    def relative(self, filename: str) -> str | None:
        """The path below the root with forward slashes, or None where the file is not the project's."""
        try:
            return self._paths[filename]
        except KeyError:
            path = os.path.realpath(os.path.join(self._cwd, filename)) if not filename.startswith("<") else ""
            below = path.startswith(self.root)
            relative = path[len(self.root) :].replace(os.sep, "/") if below else None
            self._paths[filename] = relative
            return relative

    def number(self, code: CodeType) -> int:
        """The number of a code object that was not met before; 0 where it is not the project's."""
        self._held.append(code)
        path = self.relative(code.co_filename)
        number = self.place((path, code.co_name, code.co_firstlineno)) if path is not None else 0
        self.numbers[id(code)] = number
        return number

    def place(self, place: Place) -> int:
        """The number of whatever code stands at a place."""
        number = self._places.get(place)
        if number is None:
            self.codes.append(place)
            number = self._places[place] = len(self.codes)
        return number

    def caller(self, frame: FrameType | None) -> tuple[int, int]:
        """The nearest project code at ``frame`` or above it, else what started this thread or process; and flags."""
        numbers = self.numbers
        flags = 0
        while frame is not None:
            code = frame.f_code
            number = numbers.get(id(code))
            if number is None:
                number = self.number(code)
            if number:
                return number, flags
            flags = FOREIGN
            frame = frame.f_back
        thread = threading._active.get(threading.get_ident())  # type: ignore[attr-defined]
        number = getattr(thread, "_sweflow_starter", None) or self.starter
        return number, flags | STARTED if number else flags

    def record(self, callee: int, frame: FrameType | None) -> None:
        """Add the edge from the nearest project code at ``frame`` or above it."""
        number, flags = self.caller(frame)
        self.add(number << CALLER | callee << FLAGS | flags | self.gc_flag)


def watch_imports(recorder: Recorder) -> None:
    """Send what runs while a module's code is executed to the "import" set, whoever imported it."""
    import importlib._bootstrap_external as bootstrap

    loaders = [bootstrap._LoaderBasics]  # type: ignore[attr-defined]
    if "_pytest.assertion.rewrite" in sys.modules:
        loaders.append(sys.modules["_pytest.assertion.rewrite"].AssertionRewritingHook)
    for loader in loaders:
        _wrap_exec_module(loader, recorder)


def _wrap_exec_module(loader: Any, recorder: Recorder) -> None:
    original = loader.exec_module

    def exec_module(self: Any, module: ModuleType) -> Any:
        previous = recorder.add
        recorder.enter("import")
        try:
            return original(self, module)
        finally:
            recorder.add = previous

    loader.exec_module = exec_module


def after_import(name: str, action: Callable[[], None]) -> None:
    """Call ``action`` once the module of this name has been executed, which may be now or never."""
    import importlib._bootstrap_external as bootstrap

    if name in sys.modules:
        action()
        return
    original = bootstrap._LoaderBasics.exec_module  # type: ignore[attr-defined]

    def exec_module(self: Any, module: ModuleType) -> None:
        original(self, module)
        if module.__name__ == name:
            action()

    bootstrap._LoaderBasics.exec_module = exec_module  # type: ignore[attr-defined]
