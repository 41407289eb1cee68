"""Bodies of tests: are they the trusted text's, and did they run to their end.

What a body must look like is compiled from its file before any code under test is loaded. A body ran to its end where
its frame returned, rather than was left by an exception.
"""

from __future__ import annotations

import ast
import dis
import hashlib
import inspect
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .sources import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, FrameType

    from .sources import Scope

    Saw = Callable[[str], None]

RETURNS = frozenset(code for name, code in dis.opmap.items() if name in ("RETURN_VALUE", "RETURN_CONST"))


def digest(code: CodeType) -> str:
    """A hash of what a code object does, whatever file name it carries."""
    made = hashlib.sha256()
    _feed(made, code)
    return made.hexdigest()


def _feed(made: Any, code: CodeType) -> None:
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags, code.co_firstlineno)
    made.update(repr((code.co_name, code.co_code, names, counts)).encode("utf-8", "surrogatepass"))
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            _feed(made, constant)
        else:
            value = sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
            made.update(repr((type(constant).__name__, value)).encode("utf-8", "surrogatepass"))


def trusted_files(root: str, paths: Iterable[str], config: Any) -> tuple[set[str], dict[str, Scope]]:
    """Digests of all code in the files, as pytest rewrites it and as it stands; and what they say, by whole path."""
    found: set[str] = set()
    scopes: dict[str, Scope] = {}
    for path in paths:
        file = Path(root, path)
        if not path.endswith(".py"):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the project may take them for errors: that is for its own run to say
                tree = ast.parse(file.read_bytes(), str(file))
                scope = read(tree)
                codes = rewritten(file, config), compile(tree, str(file), "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue  # the run will not get to load it either
        scopes[str(file)] = scope
        found.update(digest(inner) for code in codes for inner in all_code(code))
    return found, scopes


def rewritten(file: Path, config: Any) -> CodeType:
    """The code of a file as pytest changes it."""
    from _pytest.assertion.rewrite import _rewrite_test

    return _rewrite_test(file, config)[1]


def all_code(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that it holds."""
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from all_code(constant)


def function_of(thing: Any) -> Any:
    """The function that a method, or what a class holds of one, has; else the thing itself.

    Only the type is asked: a proxy may fail whatever it is asked.
    """
    return thing.__func__ if hasattr(type(thing), "__func__") else thing


def body_of(item: Any) -> CodeType | None:
    """The code of a test's body as it stands now; None where it has none in Python."""
    function: Any = getattr(item, "obj", None)
    function = inspect.unwrap(function_of(function)) if function is not None else None
    inner = getattr(getattr(function, "hypothesis", None), "inner_test", None)
    return getattr(inner or function, "__code__", None)


class Watch:
    """Notes which of the watched code objects returned; ``saw`` is told of objects that equal everything."""

    def __init__(self, saw: Saw) -> None:
        self._wanted: set[int] = set()
        self._ended: set[int] = set()
        self._saw = saw
        self._busy = False
        self._canary = object()
        self._kept: list[Any] = []
        self._enable: Callable[[CodeType], None] = lambda code: None

    def watch(self, code: CodeType) -> None:
        """Start to note returns from a code object."""
        self._wanted.add(id(code))
        self._kept.append(code)  # its id stays its own
        self._enable(code)
        self._ended.discard(id(code))

    def ended(self, code: CodeType) -> bool:
        """Whether the code object returned since it was watched."""
        return id(code) in self._ended

    def start(self) -> None:
        """Begin; with ``sys.monitoring`` where there is one."""
        if hasattr(sys, "monitoring"):
            self._start_monitoring()
        else:
            self._start_settrace()

    def _returned(self, code: CodeType, frame: FrameType, value: Any) -> None:
        if id(code) in self._wanted:
            self._ended.add(id(code))
        elif value is True and not self._busy and code.co_argcount >= 2:
            mine: Any = frame.f_locals.get(code.co_varnames[0])
            self._busy = True
            try:
                if mine.__eq__(self._canary) is True:
                    self._saw("equals-everything %s" % type(mine).__qualname__)
            except BaseException:
                pass  # what does not compare with the canary does not equal everything
            finally:
                self._busy = False

    def _start_settrace(self) -> None:
        returned, wanted, returns = self._returned, self._wanted, RETURNS

        def inside(frame: FrameType, event: str, arg: Any) -> Any:
            if event == "return" and frame.f_code.co_code[frame.f_lasti] in returns:
                returned(frame.f_code, frame, arg)
            return inside

        def on_call(frame: FrameType, event: str, arg: Any) -> Any:
            code = frame.f_code
            if id(code) in wanted or code.co_name == "__eq__":
                frame.f_trace_lines = False
                return inside
            return None

        sys.settrace(on_call)

    def _start_monitoring(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        tool = next(number for number in (4, 3, 2, 1, 0) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(tool, "guard")
        returned, events, frame_at = self._returned, monitoring.events, sys._getframe

        def enable(code: CodeType) -> None:
            monitoring.set_local_events(tool, code, events.PY_RETURN)

        def on_start(code: CodeType, offset: int) -> Any:
            if code.co_name == "__eq__":
                enable(code)
            return monitoring.DISABLE

        def on_return(code: CodeType, offset: int, value: Any) -> None:
            returned(code, frame_at(1), value)

        monitoring.register_callback(tool, events.PY_START, on_start)
        monitoring.register_callback(tool, events.PY_RETURN, on_return)
        monitoring.set_events(tool, events.PY_START)
        self._enable = enable
