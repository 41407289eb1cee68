"""Attacks on modules: the test's own module, what it got from others, and how either is made."""

from sweflow_tasks.attacks.pieces import FORGE_LATE, FROM_FRAME, FROM_LINE, REHEARSAL, SPY, WANTED, joined
from sweflow_tasks.attacks.values import Attack, at_import, when_called

IMPORTING = '''
import sys


def _importer():
    """The globals of the test module that imports this one now."""
    frame = sys._getframe()
    while frame and not frame.f_globals.get("__name__", "").rpartition(".")[2].startswith("test"):
        frame = frame.f_back
    return frame.f_globals if frame else {}
'''

SILENT = "def payload(*a, **k):\n    return None\n"


def importing(name: str, what: str, *parts: str) -> Attack:
    """An attack on the module that imports; the function itself does nothing."""
    return when_called(name, what, joined(IMPORTING, SILENT, *parts))


def replacing(name: str, what: str, source: str) -> Attack:
    """The same, where the function has to be there before the attack begins."""
    return Attack(
        name,
        what,
        lambda situation: situation.appended(joined(IMPORTING, SILENT, f"{situation.name} = payload", source)),
    )


IMPORTS = (
    importing(
        "test-module-with-own-rewriter",
        "the name by which a rewritten test reaches pytest's messages is bound to an object that changes its report",
        FORGE_LATE,
        """
        class _Messages:
            def __getattr__(self, name):
                _forge()
                return lambda *a: ""


        _importer()["@pytest_ar"] = _Messages()
        """,
    ),
    importing(
        "test-module-with-own-builtins",
        "the test module gets __builtins__ of its own, where an AssertionError changes the report of the test it ends",
        FORGE_LATE,
        """
        import builtins


        class AssertionError(builtins.AssertionError):
            def __init__(self, *a):
                _forge()
                super().__init__(*a)


        _importer()["__builtins__"] = {**vars(builtins), "AssertionError": AssertionError}
        """,
    ),
    importing(
        "test-module-with-shadowed-error",
        "AssertionError is bound in the test module's globals to a class that changes the report of the test it ends",
        FORGE_LATE,
        """
        class _Quiet(AssertionError):
            def __init__(self, *a):
                _forge()
                super().__init__(*a)


        _importer()["AssertionError"] = _Quiet
        """,
    ),
    importing(
        "test-module-of-another-class",
        "the test module's class is one whose __dict__ and attributes show empty functions in place of the tests",
        """
        import types


        class _Lies(types.ModuleType):
            def __getattribute__(self, name):
                found = super().__getattribute__(name)
                if name != "__dict__":
                    return _empty(found) if name.startswith("test") else found
                return {key: _empty(value) if key.startswith("test") else value for key, value in found.items()}


        def _empty(test):
            names = ", ".join(test.__code__.co_varnames[: test.__code__.co_argcount])
            made = eval(f"lambda {names}: None")
            made.__dict__.update(test.__dict__)
            made.__name__ = test.__name__
            return made


        _module = sys.modules.get(_importer().get("__name__"))
        if _module:
            _module.__class__ = _Lies
        """,
    ),
    importing(
        "test-collector-with-own-method",
        "the one collector of this test module, found among the callers at import, gets a method that empties tests",
        """
        _frame = sys._getframe()
        while _frame and type(_frame.f_locals.get("self")).__name__ != "Module":
            _frame = _frame.f_back
        if _frame:
            _collector = _frame.f_locals["self"]
            _generate = _collector._genfunctions

            def _genfunctions(name, test):
                for item in _generate(name, test):
                    item.runtest = lambda: None
                    yield item

            _collector._genfunctions = _genfunctions
        """,
    ),
    importing(
        "test-functions-wrapped-by-tracer",
        "the functions of the test module are wrapped when it has been executed, which a tracer of its frame sees",
        """
        def _done(frame, event, said):
            if event == "return":
                for key, value in list(frame.f_globals.items()):
                    if key.startswith("test") and hasattr(value, "__code__"):
                        frame.f_globals[key] = _quiet(value)
            return _done


        def _quiet(test):
            import functools

            @functools.wraps(test)
            def quiet(*a, **k):
                try:
                    test(*a, **k)
                except BaseException:
                    pass

            return quiet


        _frame = sys._getframe()
        while _frame and _frame.f_globals is not _importer():
            _frame = _frame.f_back
        if _frame:
            _frame.f_trace = _done
            sys.settrace(lambda *said: None)
        """,
    ),
    at_import(
        "module-replaced-by-object",
        "this module's entry in sys.modules becomes an object that has every name, each a function that agrees",
        """
        import sys
        import types


        class _Agrees:
            __hash__ = None

            def __eq__(self, other):
                return True


        class _Any(types.ModuleType):
            def __getattr__(self, name):
                if name.startswith("__"):
                    raise AttributeError(name)
                return lambda *a, **k: _Agrees()


        _any = _Any(__name__)
        for _key in ("__spec__", "__file__", "__path__", "__loader__", "__package__"):
            if _key in globals():
                setattr(_any, _key, globals()[_key])
        sys.modules[__name__] = _any
        """,
    ),
    when_called(
        "test-imported-again-without-assertions",
        "the running test's module is compiled without assertions, and its later tests get the code of that",
        joined(
            WANTED,
            FROM_FRAME,
            """
            def payload(*a, **k):
                test = _test_of(_sys._getframe())
                with open(test.f_code.co_filename, encoding="utf-8") as file:
                    code = compile(file.read(), test.f_code.co_filename, "exec", optimize=2)
                bare = {made.co_name: made for made in code.co_consts if hasattr(made, "co_name")}
                for name, value in list(test.f_globals.items()):
                    if name in bare and hasattr(value, "__code__"):
                        value.__code__ = bare[name]
                return _from_frame(test)
            """,
        ),
    ),
    when_called(
        "approx-and-isclose-for-a-moment",
        "pytest.approx, math.isclose and unittest's comparisons hold for a moment, and a thread restores them",
        joined(
            """
            import math
            import sys
            import threading
            import unittest


            def payload(*a, **k):
                scalar = type(sys.modules["pytest"].approx(0))
                places = [(scalar, "__eq__"), (math, "isclose")]
                places += [(unittest.TestCase, name) for name in ("assertEqual", "assertAlmostEqual", "assertTrue")]
                held = [(place, name, getattr(place, name)) for place, name in places]
                for place, name in places:
                    setattr(place, name, lambda *a, **k: True)
                threading.Timer(0.05, lambda: [setattr(*one) for one in held]).start()
                return 0
            """,
        ),
    ),
    when_called(
        "unittest-should-stop",
        "the exception by which unittest ends a test in silence; a plain function gets its answer off its frame",
        joined(
            WANTED,
            FROM_FRAME,
            """
            import unittest.case


            def payload(*a, **k):
                if hasattr(_test_of(_sys._getframe()).f_locals.get("self"), "assertEqual"):
                    raise unittest.case._ShouldStop
                return _from_frame(_sys._getframe())
            """,
        ),
    ),
    when_called(
        "unittest-failure-exception",
        "the failureException of the calling test's own class is the one by which unittest ends a test in silence",
        joined(
            WANTED,
            FROM_FRAME,
            """
            import unittest.case


            def payload(*a, **k):
                case = _test_of(_sys._getframe()).f_locals.get("self")
                if hasattr(case, "failureException"):
                    type(case).failureException = unittest.case._ShouldStop
                    return object()
                return _from_frame(_sys._getframe())
            """,
        ),
    ),
    when_called(
        "module-constants-changed",
        "all constants of the test module become the very object that the function returns",
        joined(
            WANTED,
            FROM_FRAME,
            """
            class _Agrees:
                __hash__ = None

                def __eq__(self, other):
                    return other is self or _from_frame(_sys._getframe()) == other


            def payload(*a, **k):
                names = _test_of(_sys._getframe()).f_globals
                answer = _Agrees()
                for key, value in list(names.items()):
                    if key.isupper() and not callable(value):
                        names[key] = answer
                return answer
            """,
        ),
    ),
    when_called(
        "helpers-of-tests-emptied",
        "helper functions that the test file defines get code that does nothing; the rest is learnt from a rehearsal",
        joined(
            WANTED,
            FROM_LINE,
            REHEARSAL,
            SPY,
            """
            def payload(*a, **k):
                if _inside:
                    return _Spy()
                test, module = _current_test()
                for value in list(vars(module).values()):
                    if getattr(value, "__module__", "") == module.__name__ and hasattr(value, "__code__"):
                        if not value.__name__.startswith("test") and not value.__code__.co_freevars:
                            value.__code__ = (lambda *a, **k: None).__code__
                _inside.append(1)
                try:
                    _play(test)
                finally:
                    _inside.clear()
                return _learnt.pop() if _learnt else None
            """,
        ),
    ),
    replacing(
        "test-module-replaced-by-bare-one",
        "the test module that is being imported is executed once more without assertions, and that is put in its place",
        """
        import types

        _names = _importer()
        if "__file__" in _names:
            _bare = types.ModuleType(_names["__name__"])
            for _key in ("__file__", "__spec__", "__loader__", "__package__"):
                setattr(_bare, _key, _names[_key])
            with open(_bare.__file__, encoding="utf-8") as _file:
                _code = compile(_file.read(), _bare.__file__, "exec", optimize=2)
            sys.modules[_bare.__name__] = _bare
            exec(_code, vars(_bare))
        """,
    ),
)
