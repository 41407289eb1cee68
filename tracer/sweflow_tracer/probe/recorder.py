"""The recorder: the set of call edges seen so far, filled by one of the engines.

An edge is one integer, ``caller << 35 | callee << 3 | flags``. Caller and callee are numbers of project code
objects, counted from 1; caller 0 means that no project code was on the stack.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import CodeType, FrameType, ModuleType

    Place = tuple[str, str, int]

FOREIGN = 1  # the call passed through frames that are not the project's
COLLECTED = 2  # the garbage collector made the call
STARTED = 4  # the caller started the thread or process in which the callee ran
FLAGS = 3
CALLER = 35
NUMBER = (1 << (CALLER - FLAGS)) - 1
MASK = (1 << FLAGS) - 1


class Recorder:
    """Numbers the project's code objects and keeps one edge set a phase.

    ``numbers`` goes from ``id(code)`` to the number of a code object, 0 for one that is not the project's;
    ``codes`` has the path, name and first line of number n at n - 1. ``starter`` is the number of the code that
    started this process, where it is not the target's first. ``seen`` has the ids of a project code object and of
    the project code object that called it directly, for edges that the open set holds: most calls are repeated
    ones, and an engine that finds them here has nothing to do.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.join(os.path.realpath(root), "")
        self.numbers: dict[int, int] = {}
        self.codes: list[Place] = []
        self.phases: dict[str, set[int]] = {"import": set(), "": set()}
        self.seen: set[tuple[int, int]] = set()
        self._open = self.phases[""]
        self._gc_flag = 0
        self._before_gc = self.seen
        self.starter = 0
        self._places: dict[Place, int] = {}
        self._held: list[CodeType] = []  # keeps code objects alive, so that ids stay theirs
        self._paths: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}
        self._cwd = os.getcwd()
        gc.callbacks.append(self._on_gc)

    def _on_gc(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._gc_flag, self._before_gc, self.seen = COLLECTED, self.seen, set()
        else:
            self._gc_flag, self.seen = 0, self._before_gc

    def start(self, phases: list[str], make: Callable[[str], set[int]] = lambda phase: set()) -> None:
        """Open fresh edge sets, one a phase, with "import" beside them."""
        self.phases = {phase: make(phase) for phase in (*phases, "import")}
        self.enter(phases[0])

    def enter(self, phase: str) -> None:
        """Send the edges that follow to this phase."""
        self._send_to(self.phases[phase])

    def _send_to(self, edges: set[int]) -> None:
        self._open = edges
        self.seen = self._before_gc = set()

    @contextmanager
    def importing(self) -> Generator[None, None, None]:
        """Send the edges of the block to the "import" set."""
        before = self._open
        self.enter("import")
        try:
            yield
        finally:
            self._send_to(before)

    def take(self) -> dict[str, list[int]]:
        """The edges since ``start``, by phase, as sorted lists; the sets that follow are fresh."""
        taken = self.phases
        self.start([""])
        return {phase: sorted(edges) for phase, edges in taken.items() if edges}

    def compact(self, phases: dict[str, list[int]], base: int) -> tuple[list[Place], dict[str, list[int]]]:
        """The code objects beyond number ``base`` that edges speak of, and the edges with these numbered from there.

        A process that runs many tests would otherwise send all that it ever met with each of them.
        """
        numbers: dict[int, int] = {}

        def local(number: int) -> int:
            return number if number <= base else numbers.setdefault(number, base + 1 + len(numbers))

        edges = {
            phase: [
                local(edge >> CALLER) << CALLER | local(edge >> FLAGS & NUMBER) << FLAGS | edge & MASK for edge in found
            ]
            for phase, found in phases.items()
        }
        return [self.codes[number - 1] for number in numbers], edges

    def relative(self, filename: str) -> str | None:
        """The path below the root with forward slashes, or None where the file is not the project's."""
        try:
            return self._paths[filename]
        except KeyError:
            path = self._real(os.path.join(self._cwd, filename)) if not filename.startswith("<") else ""
            below = path.startswith(self.root)
            relative = path[len(self.root) :].replace(os.sep, "/") if below else None
            self._paths[filename] = relative
            return relative

    def _real(self, path: str) -> str:
        """``os.path.realpath`` that looks at each folder once."""
        folder, name = os.path.split(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        path = os.path.join(real, name)
        return os.path.realpath(path) if name in ("", ".", "..") or os.path.islink(path) else path

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

    def called(self, code: CodeType, frame: FrameType | None) -> bool:
        """Add the edge to a code object from the nearest project code at ``frame`` or above; False for foreign code."""
        callee = self.numbers.get(id(code))
        if callee is None:
            callee = self.number(code)
        if not callee:
            return False
        number, flags = self.caller(frame)
        self._open.add(number << CALLER | callee << FLAGS | flags | self._gc_flag)
        if number and not flags and frame is not None and not self._gc_flag:
            self.seen.add((id(code), id(frame.f_code)))
        return True


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
        with recorder.importing():
            return original(self, module)

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
