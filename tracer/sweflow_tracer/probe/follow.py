"""Following: threads and processes that a test starts are recorded, with who started them.

A thread carries its starter's number. A forked child has its starter on its own stack. A child that executes
another Python gets two variables: the folder for its edges (see spool.py) and the place of its starter; its
start-up hook (``hook/sitecustomize.py``) calls ``start_process`` here. Interpreters started with ``-I``, ``-E`` or
``-S`` do not load the hook and are not followed.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING, Any

from . import engines, recorder
from .spool import Spool, read_spool

if TYPE_CHECKING:
    from collections.abc import Callable

    from .recorder import Recorder

SPOOL = "SWEFLOW_SPOOL"
STARTER = "SWEFLOW_STARTER"
PACKAGE = os.path.dirname(os.path.abspath(__file__))
HOOK = os.path.join(PACKAGE, "hook")
SETTINGS = os.path.join(PACKAGE, "following")
ENV = 10  # the place of env among the arguments of subprocess.Popen


class Follower:
    """Follows the processes that tests start, one test at a time; ``folder`` is where their spools go."""

    def __init__(self, found: Recorder, engine: str, folder: str) -> None:
        self._recorder = found
        self._folder = folder
        self._count = 0
        self._test = ""
        self._phase = ""
        with open(SETTINGS, "w", encoding="utf-8") as file:
            file.write("%s\n%s" % (engine, found.root))
        os.register_at_fork(after_in_child=self._forked)
        watch_processes(found, self._spool)

    def enter(self, phase: str) -> None:
        """Processes that are started from now on belong to this phase of the test."""
        if not self._test:
            self._count += 1
            self._test = os.path.join(self._folder, "%d.%d" % (os.getpid(), self._count))
        self._phase = phase
        os.environ[SPOOL] = self._spool()

    def gather(self) -> None:
        """Add the edges of the processes to the recorder's sets; the test is over."""
        os.environ.pop(SPOOL, None)
        if os.path.isdir(self._test):
            phases = self._recorder.phases
            for phase in os.listdir(self._test):
                for imports, edge in read_spool(os.path.join(self._test, phase), self._recorder):
                    phases["import" if imports else phase].add(edge)
        self._test = ""

    def _spool(self) -> str:
        return os.path.join(self._test, self._phase) if self._test else ""

    def _forked(self) -> None:
        """In a child that a test forked: what was seen until now is the parent's."""
        if self._test:
            phase = self._phase
            here = Spool(self._spool(), self._recorder)

            def edges(name: str) -> set[int]:
                """A child may go on with the test: plugins run it whole in one."""
                spool = here if name in (phase, "import") else Spool(os.path.join(self._test, name), self._recorder)
                return spool.edges(name)

            self._recorder.start(["session", "setup", "call", "teardown"], edges)
            self._recorder.enter(phase)


def start_process() -> None:
    """Begin to record in a process that a test started; called by its start-up hook."""
    with open(SETTINGS, encoding="utf-8") as file:
        engine, _, root = file.read().partition("\n")
    found = recorder.Recorder(root)
    line, _, place = os.environ.pop(STARTER, "").partition(":")
    if place:
        name, _, path = place.partition(":")
        found.starter = found.place((path, name, int(line)))

    def spool() -> None:
        found.start(["call"], Spool(os.environ[SPOOL], found).edges)

    spool()
    os.register_at_fork(after_in_child=spool)
    recorder.watch_imports(found)
    recorder.watch_garbage(found)
    watch_threads(found)
    watch_processes(found, lambda: os.environ.get(SPOOL, ""))
    engines.ENGINES[engine](found)


def watch_threads(found: Recorder) -> None:
    """Let every thread know the code that started it."""
    original = threading.Thread.start

    @functools.wraps(original)
    def start(self: threading.Thread) -> None:
        self._sweflow_starter = found.caller(sys._getframe(1))[0]  # type: ignore[attr-defined]
        original(self)

    threading.Thread.start = start  # type: ignore[method-assign]


def watch_processes(found: Recorder, spool: Callable[[], str]) -> None:
    """Let every Python that is started know the code that started it, and its spool folder (empty: do not follow)."""

    def with_starter(original: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with the starter in this process's own environment while it runs."""

        @functools.wraps(original)
        def start(*args: Any, **kwargs: Any) -> Any:
            if not spool():
                return original(*args, **kwargs)
            os.environ[STARTER] = _starter(found, sys._getframe(1))
            try:
                return original(*args, **kwargs)
            finally:
                os.environ.pop(STARTER, None)

        return start

    def popen(original: Callable[..., None]) -> Callable[..., None]:
        """Popen.__init__, with the variables in the environment that it gives to the child."""

        @functools.wraps(original)
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            given = kwargs.get("env")
            if spool() and len(args) <= ENV and (given is None or _runs_python(args, kwargs)):
                kwargs["env"] = _environment(given, spool(), _starter(found, sys._getframe(1)))
            original(self, *args, **kwargs)

        return init

    def on_subprocess() -> None:
        module: Any = sys.modules["subprocess"]
        module.Popen.__init__ = popen(module.Popen.__init__)

    def on_multiprocessing() -> None:
        module: Any = sys.modules["multiprocessing.util"]
        module.spawnv_passfds = with_starter(module.spawnv_passfds)

    os.system = with_starter(os.system)
    recorder.after_import("subprocess", on_subprocess)
    recorder.after_import("multiprocessing.util", on_multiprocessing)


def _environment(given: dict[Any, Any] | None, spool: str, starter: str) -> dict[Any, Any]:
    environment = dict(os.environ if given is None else given)
    environment[SPOOL] = spool
    environment[STARTER] = starter
    path = [entry for entry in str(environment.get("PYTHONPATH", "")).split(os.pathsep) if entry]
    if HOOK not in path:
        environment["PYTHONPATH"] = os.pathsep.join((HOOK, *path, os.path.dirname(PACKAGE)))
    return environment


def _starter(found: Recorder, frame: Any) -> str:
    number, _ = found.caller(frame)
    if not number:
        return ""
    path, name, line = found.codes[number - 1]
    return "%d:%s:%s" % (line, name, path)


def _runs_python(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a child with an environment of its own is Python: others would show our variables."""
    command = kwargs.get("executable") or (args[0] if args else kwargs.get("args"))
    if isinstance(command, (list, tuple)) and command:
        command = command[0]
    if not isinstance(command, (str, bytes, os.PathLike)):
        return False
    name = os.fsdecode(command)
    return "python" in os.path.basename(name) or _is_script(name, kwargs.get("env"))


def _is_script(name: str, given: dict[Any, Any] | None) -> bool:
    """Whether a command is a file that names a Python in its first two lines, as installers write it."""
    path = shutil.which(name, path=(given or os.environ).get("PATH"))
    try:
        with open(path or name, "rb") as file:
            head = file.read(256)
    except OSError:
        return False
    return head.startswith(b"#!") and b"python" in b"".join(head.splitlines()[:2])
