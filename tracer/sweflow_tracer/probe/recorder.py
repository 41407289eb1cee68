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
    ones, and an engine that finds them here has nothing to do. It stays empty while some thread imports or collects
    garbage, since edges of that thread go elsewhere (T7).
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.join(os.path.realpath(root), "")
        self.numbers: dict[int, int] = {}
        self.codes: list[Place] = []
        self.phases: dict[str, set[int]] = {"import": set(), "": set()}
        self.seen: set[tuple[int, int]] = set()
        self.phase = ""
        self._open = self.phases[""]
        self._imports: dict[int, int] = {}  # how many imports a thread is in
        self._collector = 0  # the thread in which garbage is collected by itself
        self._asking: set[int] = set()  # threads in which the project asked for that
        self.starter = 0
        self._places: dict[Place, int] = {}
        self._held: list[CodeType] = []  # keeps code objects alive, so that ids stay theirs
        self._paths: dict[str, str | None] = {}
        self._folders: dict[str, str] = {}
        self._cwd = os.getcwd()
        gc.callbacks.append(self._on_gc)
        os.register_at_fork(after_in_child=self._alone)

    def _on_gc(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start" and threading.get_ident() not in self._asking:
            self._collector = threading.get_ident()
        else:
            self._collector = 0
        self.seen = set()

    def _alone(self) -> None:
        """Forget other threads: a forked child has none of them, and may give their numbers to new ones."""
        me = threading.get_ident()
        self._imports = {thread: depth for thread, depth in self._imports.items() if thread == me}
        self._asking &= {me}

    def start(self, phases: list[str], make: Callable[[str], set[int]] = lambda phase: set()) -> None:
        """Open fresh edge sets, one a phase, with "import" beside them."""
        self.phases = {phase: make(phase) for phase in (*phases, "import")}
        self.enter(phases[0])

    def enter(self, phase: str) -> None:
        """Send the edges that follow to this phase."""
        self.phase = phase
        self._open = self.phases[phase]
        self.seen = set()

    @contextmanager
    def importing(self) -> Generator[None, None, None]:
        """Send this thread's edges in the block to the "import" set."""
        me = threading.get_ident()
        self._imports[me] = self._imports.get(me, 0) + 1
        self.seen = set()
        try:
            yield
        finally:
            self._imports[me] -= 1
            if not self._imports[me]:
                del self._imports[me]
            self.seen = set()

    @contextmanager
    def asked_to_collect(self) -> Generator[None, None, None]:
        """Calls that the garbage collector makes in the block are the project's: it asked for them."""
        me = threading.get_ident()
        first = me not in self._asking
        self._asking.add(me)
        try:
            yield
        finally:
            if first:
                self._asking.discard(me)

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
        seen = self.seen  # before anything is looked at: who changes it puts another in its place
        callee = self.numbers.get(id(code))
        if callee is None:
            callee = self.number(code)
        if not callee:
            return False
        number, flags = self.caller(frame)
        edges = self._open
        if self._imports or self._collector:
            me = threading.get_ident()
            edges = self.phases["import"] if me in self._imports else edges
            flags |= COLLECTED if me == self._collector else 0
        elif number and not flags and frame is not None:
            seen.add((id(code), id(frame.f_code)))
        edges.add(number << CALLER | callee << FLAGS | flags)
        return True


def watch_garbage(recorder: Recorder) -> None:
    """Tell garbage that the project asked to collect from garbage that was collected by itself."""
    original = gc.collect

    def collect(generation: int = 2) -> int:
        """As gc.collect."""
        if not recorder.caller(sys._getframe(1))[0]:
            return original(generation)
        with recorder.asked_to_collect():
            return original(generation)

    gc.collect = collect


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
