"""Attacks by answers read off the test that calls: ways to its frame, or to no more than its line."""

from sweflow_tasks.attacks.pieces import FROM_FRAME, WANTED, by_frame, by_line, joined
from sweflow_tasks.attacks.values import when_called

FRAMES = (
    by_frame(
        "frame-by-signal",
        "the answer from the frame that a signal's handler is given",
        """
        import signal


        def _frame():
            found = []
            held = signal.signal(signal.SIGUSR1, lambda number, frame: found.append(frame))
            signal.raise_signal(signal.SIGUSR1)
            signal.signal(signal.SIGUSR1, held)
            return found[0]
        """,
    ),
    by_frame(
        "frame-by-ctypes",
        "the answer from the frame that the interpreter's own C function gives",
        """
        import ctypes


        def _frame():
            state = ctypes.pythonapi.PyThreadState_Get
            state.restype = ctypes.c_void_p
            get = ctypes.pythonapi.PyThreadState_GetFrame
            get.argtypes, get.restype = [ctypes.c_void_p], ctypes.py_object
            return get(state())
        """,
    ),
    by_frame(
        "frame-by-generator",
        "the answer from the frame that called a generator which looks at itself",
        """
        def _frame():
            def look():
                yield me.gi_frame.f_back

            me = look()
            return next(me)
        """,
    ),
    by_frame(
        "frame-by-coroutine",
        "the answer from the frame that drives a coroutine which looks at itself",
        """
        def _frame():
            async def look():
                found.append(me.cr_frame.f_back)

            found = []
            me = look()
            try:
                me.send(None)
            except StopIteration:
                pass
            return found[0]
        """,
    ),
    by_frame(
        "frame-by-profiler",
        "the answer from a frame that sys.setprofile reports",
        """
        def _frame():
            found = []
            _sys.setprofile(lambda frame, event, arg: found.append(frame))
            len("")
            _sys.setprofile(None)
            return found[0]
        """,
    ),
    by_frame(
        "frame-by-tracer",
        "the answer from a frame that sys.settrace reports",
        """
        def _frame():
            found = []
            _sys.settrace(lambda frame, event, arg: found.append(frame))
            (lambda: 0)()
            _sys.settrace(None)
            return found[0]
        """,
    ),
    by_frame(
        "frame-by-unraisable-hook",
        "the answer from the traceback that sys.unraisablehook is given for a __del__ that fails",
        """
        class _Falls:
            def __del__(self):
                raise RuntimeError


        def _frame():
            found = []
            held = _sys.unraisablehook
            _sys.unraisablehook = lambda said: found.append(said.exc_traceback.tb_frame.f_back)
            _Falls()
            _sys.unraisablehook = held
            return found[0]
        """,
    ),
    by_frame(
        "frame-by-exit-of-a-context",
        "the answer from the traceback that a context manager's __exit__ is given",
        """
        class _Looks:
            def __enter__(self):
                return self

            def __exit__(self, kind, error, trace):
                self.found = trace.tb_frame
                return True


        def _frame():
            with _Looks() as looks:
                raise RuntimeError
            return looks.found
        """,
    ),
    by_frame(
        "frame-by-other-thread",
        "the answer from sys._current_frames(), asked by another thread",
        """
        import threading


        def _frame():
            found = []
            mine = threading.get_ident()
            other = threading.Thread(target=lambda: found.append(_sys._current_frames()[mine]))
            other.start()
            other.join()
            return found[0]
        """,
    ),
    by_frame(
        "frame-by-debugger",
        "the answer from the frame at which a debugger of the standard library stops",
        """
        import bdb


        class _Stops(bdb.Bdb):
            def user_line(self, frame):
                self.found = frame
                self.set_quit()

            def user_return(self, frame, value):
                self.user_line(frame)


        def _frame():
            stops = _Stops()
            try:
                stops.runcall(lambda: len(""))
            except bdb.BdbQuit:
                pass
            return stops.found
        """,
    ),
    when_called(
        "frame-under-library-names",
        "the answer from a frame, by code that bears the file and the name of the standard library's",
        joined(
            "_SOURCE = "
            + repr(joined(WANTED, FROM_FRAME, "def get(*a, **k):\n    return _from_frame(_sys._getframe())")),
            """
            import functools
            import os

            _place = {"__name__": "functools", "__file__": functools.__file__}
            exec(compile(_SOURCE, os.__file__, "exec"), _place)
            for _made in list(_place.values()):
                if hasattr(_made, "__code__"):
                    _code = _made.__code__.replace(co_filename="<frozen os>", co_qualname="_Environ.get")
                    _made.__code__ = _code.replace(co_name="get")
                    _made.__module__ = "os"
            payload = functools.partial(_place["get"])
            """,
        ),
    ),
    by_line(
        "line-by-faulthandler",
        "the answer at the line that faulthandler writes to a file",
        """
        import faulthandler
        import tempfile


        def _callers():
            with tempfile.TemporaryFile() as file:
                faulthandler.dump_traceback(file, all_threads=False)
                file.seek(0)
                text = file.read().decode()
            return [(path, int(line)) for path, line in _re.findall(r'File "(.*)", line (\\d+)', text)]
        """,
    ),
    by_line(
        "line-by-warning",
        "the answer at the line that a warning with a stacklevel names",
        """
        import warnings


        def _callers():
            found = []
            for level in range(2, 30):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    warnings.warn("where", stacklevel=level)
                found.append((caught[0].filename, caught[0].lineno))
            return found
        """,
    ),
    by_line(
        "line-by-logging",
        "the answer at the line that a record of logging names",
        """
        import logging


        def _callers():
            found = []
            log = logging.Logger("where")
            log.handle = lambda record: found.append((record.pathname, record.lineno))
            for level in range(1, 30):
                log.error("", stacklevel=level)
            return found
        """,
    ),
    by_line(
        "line-by-tracemalloc",
        "the answer at the line where tracemalloc says that an object was made",
        """
        import tracemalloc


        def _callers():
            tracemalloc.start(60)
            trace = tracemalloc.get_object_traceback(bytearray(4000))
            tracemalloc.stop()
            return [(frame.filename, frame.lineno) for frame in reversed(trace)]
        """,
    ),
    by_line(
        "line-by-formatted-stack",
        "the answer at the line in the text of traceback.format_stack()",
        """
        import traceback


        def _callers():
            text = "".join(reversed(traceback.format_stack()))
            return [(path, int(line)) for path, line in _re.findall(r'File "(.*)", line (\\d+)', text)]
        """,
    ),
    when_called(
        "frame-of-stack-summary",
        "the answer among the locals that traceback.StackSummary captures for all callers",
        joined(
            WANTED,
            """
            import traceback


            def payload(*a, **k):
                pairs = traceback.walk_stack(None)
                for frame in traceback.StackSummary.extract(pairs, capture_locals=True, lookup_lines=False):
                    if frame.name.startswith("test"):
                        names = {key: _ast.literal_eval(said) for key, said in frame.locals.items() if _literal(said)}
                        module = next(m for m in _sys.modules.values() if getattr(m, "__file__", "") == frame.filename)
                        with open(frame.filename, encoding="utf-8") as file:
                            return _awaited(file.read(), frame.lineno, {**vars(module), **names})
                return None


            def _literal(text):
                try:
                    _ast.literal_eval(text)
                except (SyntaxError, ValueError):
                    return False
                return True
            """,
        ),
    ),
)
