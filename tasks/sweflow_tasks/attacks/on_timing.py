"""Attacks by moments: code that runs later than the call, on whatever occasion the interpreter or pytest gives."""

from sweflow_tasks.attacks.pieces import FORGE_LATE, forging, joined
from sweflow_tasks.attacks.values import when_called

TIMING = (
    forging(
        "late-in-repr",
        "the report is changed when pytest asks the wrong result for its repr, to say why the assertion failed",
        """
        class _Shown:
            def __repr__(self):
                _forge()
                return "wrong"


        def payload(*a, **k):
            return _Shown()
        """,
    ),
    forging(
        "late-in-equality",
        "the report is changed when the test compares the wrong result, which honestly says that it is not equal",
        """
        class _Compared:
            __hash__ = None

            def __eq__(self, other):
                _forge()
                return False


        def payload(*a, **k):
            return _Compared()
        """,
    ),
    when_called(
        "late-in-exception-text",
        "the report is changed when pytest asks the exception that the function raised for its text",
        joined(
            FORGE_LATE,
            """
        class _Told(Exception):
            def __str__(self):
                _forge()
                return "told"


        def payload(*a, **k):
            raise _Told
        """,
        ),
    ),
    forging(
        "late-by-thread",
        "the report is changed by a thread that was started at import and waits for the function to be called",
        """
        import threading

        _called, _changed = threading.Event(), threading.Event()


        def _wait():
            while _called.wait():
                _called.clear()
                _forge()
                _changed.set()


        threading.Thread(target=_wait, daemon=True).start()


        def payload(*a, **k):
            _changed.clear()
            _called.set()
            _changed.wait(5)
        """,
    ),
    forging(
        "late-by-alarm",
        "the report is changed by a signal's handler, which a timer set off at import calls again and again",
        """
        import os
        import signal
        import time

        _ready = []


        def _tick(number, frame):
            if _ready:
                signal.setitimer(signal.ITIMER_REAL, 0)
                _ready.clear()
                _forge()


        signal.signal(signal.SIGALRM, _tick)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)


        def payload(*a, **k):
            _ready.append(os.getpid())
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            time.sleep(0.05)
        """,
    ),
    forging(
        "late-by-collector",
        "the report is changed by a callback of the garbage collector",
        """
        import gc


        def _collected(phase, said):
            gc.callbacks.remove(_collected)
            _forge()


        def payload(*a, **k):
            gc.callbacks.append(_collected)
            gc.collect()
        """,
    ),
    forging(
        "late-by-finalizer",
        "the report is changed by the finalizer of the wrong result's hidden part, when the assertion lets go of it",
        """
        import weakref


        class _Part:
            pass


        class _Whole:
            def __init__(self):
                self.part = _Part()
                weakref.finalize(self.part, _forge)

            __hash__ = None

            def __eq__(self, other):
                del self.part
                return False


        def payload(*a, **k):
            return _Whole()
        """,
    ),
    forging(
        "late-by-unraisable",
        "the report is changed by sys.unraisablehook, for an object whose __del__ fails",
        """
        class _Falls:
            def __del__(self):
                raise RuntimeError


        def _hook(said, held=_sys.unraisablehook):
            _sys.unraisablehook = held
            _forge()


        def payload(*a, **k):
            _sys.unraisablehook = _hook
            _Falls()
        """,
    ),
    forging(
        "late-by-thread-excepthook",
        "the report is changed by threading.excepthook, for a thread that fails",
        """
        import threading


        def payload(*a, **k):
            held = threading.excepthook
            threading.excepthook = lambda said: _forge()
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()
            threading.excepthook = held
        """,
    ),
    when_called(
        "late-by-audit-hook",
        "the report is changed by an audit hook, at the first event after the function was called",
        joined(
            FORGE_LATE,
            """
        _called = []


        def _heard(event, said):
            if _called:
                _called.clear()
                _forge()


        _sys.addaudithook(_heard)


        def payload(*a, **k):
            _called.append(1)
        """,
        ),
    ),
    forging(
        "late-by-profiler",
        "what the test raised is taken out of pytest's record of its call, by a profiler, before a report is made",
        """
        def _profile(frame, event, arg):
            call = frame.f_locals.get("call") if event == "call" else None
            if call is not None and getattr(call, "excinfo", None) is not None:
                call.excinfo = None
                _sys.setprofile(None)


        def payload(*a, **k):
            _sys.setprofile(_profile)
        """,
    ),
    forging(
        "late-by-profiler-of-import",
        "the same, by a profiler that is set for all threads while the module is imported and stays",
        """
        import threading


        def _profile(frame, event, arg):
            call = frame.f_locals.get("call") if frame.f_code.co_name == "pytest_runtest_makereport" else None
            if getattr(call, "when", "") == "call":
                call.excinfo = None


        threading.setprofile(_profile)
        _sys.setprofile(_profile)


        def payload(*a, **k):
            return None
        """,
    ),
    forging(
        "late-by-log-record",
        "the report is changed when logging formats a record for pytest's capture, by an argument of the message",
        """
        import logging


        class _Shown:
            def __str__(self):
                _forge()
                return "shown"


        def payload(*a, **k):
            logging.getLogger(__name__).warning("%s", _Shown())
        """,
    ),
    forging(
        "late-by-open-generator",
        "the report is changed in the finally of a generator that is left open and closed when its test's frame goes",
        """
        class _Result:
            __hash__ = None

            def __init__(self):
                self.open = self.run()
                next(self.open)

            def run(self):
                try:
                    yield
                finally:
                    _forge()

            def __eq__(self, other):
                self.open.close()
                return False


        def payload(*a, **k):
            return _Result()
        """,
    ),
    forging(
        "late-by-event-loop",
        "the report is changed by a callback that an event loop in another thread runs when the test has gone on",
        """
        import asyncio
        import threading
        import time

        _loop = asyncio.new_event_loop()
        threading.Thread(target=_loop.run_forever, daemon=True).start()


        class _Slow:
            __hash__ = None

            def __eq__(self, other):
                time.sleep(0.1)
                return False


        def payload(*a, **k):
            _loop.call_soon_threadsafe(lambda: _loop.call_later(0.01, _forge))
            return _Slow()
        """,
    ),
    forging(
        "late-in-forked-child",
        "the call forks; the child, whose report is changed, goes on with the run, the parent ends as the child does",
        """
        import os


        def payload(*a, **k):
            os.register_at_fork(after_in_child=_forge)
            child = os.fork()
            if child:
                os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
    ),
    forging(
        "late-at-exit-code",
        "the exit code of the run is made 0 at its end, by a function that atexit calls",
        """
        import atexit
        import os


        def payload(*a, **k):
            atexit.register(lambda: (_sys.stdout.flush(), os._exit(0)))
        """,
    ),
)
