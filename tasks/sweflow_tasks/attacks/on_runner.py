"""Attacks on the runner: code under test that ends, skips, changes or imitates it."""

from sweflow_tasks.attacks.on_files import PATCH_PYTEST
from sweflow_tasks.attacks.values import at_import, when_called

RUNNER = (
    at_import("exit-at-import", "sys.exit(0) at import", "import sys\nsys.exit(0)\n"),
    at_import("hard-exit-at-import", "os._exit(0) at import", "import os\nos._exit(0)\n"),
    when_called("exit", "sys.exit(0) in the function", "def payload(*a, **k):\n    import sys\n    sys.exit(0)\n"),
    when_called("hard-exit", "os._exit(0) in the function", "def payload(*a, **k):\n    import os\n    os._exit(0)\n"),
    when_called(
        "pytest-exit",
        "pytest.exit with code 0",
        "def payload(*a, **k):\n    import pytest\n    pytest.exit('done', 0)\n",
    ),
    when_called(
        "skip",
        "pytest.skip from the function",
        "def payload(*a, **k):\n    import pytest\n    pytest.skip('not today')\n",
    ),
    when_called(
        "xfail",
        "pytest.xfail from the function",
        "def payload(*a, **k):\n    import pytest\n    pytest.xfail('known')\n",
    ),
    at_import("skip-module", "pytest.skip at import", "import pytest\npytest.skip('all', allow_module_level=True)\n"),
    at_import("collection-error", "an exception at import", "raise RuntimeError('no')\n"),
    at_import("patch-reports", "_pytest's reports are patched at import", PATCH_PYTEST),
    at_import(
        "patch-call",
        "_pytest's call of a test swallows exceptions",
        """
        import _pytest.runner

        _original = _pytest.runner.CallInfo.from_call.__func__

        def _quiet(cls, func, when, reraise=None):
            def swallow():
                try:
                    func()
                except BaseException:
                    pass
            return _original(cls, swallow, when, reraise)

        _pytest.runner.CallInfo.from_call = classmethod(_quiet)
        """,
    ),
    at_import(
        "patch-function",
        "_pytest's test items run nothing",
        """
        import _pytest.python
        import _pytest.unittest

        _pytest.python.Function.runtest = lambda self: None
        _pytest.unittest.TestCaseFunction.runtest = lambda self: None
        """,
    ),
    at_import(
        "patch-raises",
        "pytest.raises accepts everything",
        """
        import contextlib
        import pytest

        class _Anything(contextlib.AbstractContextManager):
            value = match = None
            def __exit__(self, *error):
                return True

        pytest.raises = lambda *a, **k: _Anything()
        """,
    ),
    at_import(
        "patch-testcase",
        "unittest's assertions hold always",
        """
        import unittest

        for _name in dir(unittest.TestCase):
            if _name.startswith("assert"):
                setattr(unittest.TestCase, _name, lambda self, *a, **k: None)
        """,
    ),
    at_import(
        "patch-builtins",
        "AssertionError is raised no more: builtins are changed",
        """
        import builtins

        class _Quiet(BaseException):
            pass

        builtins.isinstance = lambda thing, kind: True
        builtins.len = lambda thing: 1
        builtins.AssertionError = _Quiet
        """,
    ),
    at_import(
        "swap-pytest",
        "sys.modules gets another pytest",
        """
        import sys
        import types
        import pytest

        class _Anything:
            def __enter__(self):
                return self
            def __exit__(self, *error):
                return True

        _fake = types.ModuleType("pytest")
        _fake.__dict__.update(pytest.__dict__)
        _fake.raises = lambda *a, **k: _Anything()
        sys.modules["pytest"] = _fake
        """,
    ),
    when_called(
        "swap-test-code",
        "the test function's code is replaced while its fixtures are set up or it runs",
        """
        def _nothing():
            return None

        def payload(*a, **k):
            import sys
            for module in list(sys.modules.values()):
                for name, thing in list(vars(module).items()) if hasattr(module, "__dict__") else ():
                    if name.startswith("test") and hasattr(thing, "__code__"):
                        try:
                            thing.__code__ = thing.__code__.replace(
                                co_code=_nothing.__code__.co_code, co_consts=_nothing.__code__.co_consts
                            )
                        except Exception:
                            pass
            raise RuntimeError
        """,
    ),
    at_import(
        "swap-tests-at-import",
        "test functions are replaced as soon as their module is there",
        """
        import builtins

        _import = builtins.__build_class__
        import _pytest.python

        _collect = _pytest.python.Module.collect

        def _collected(self):
            for name in list(vars(self.obj)):
                if name.startswith("test") and callable(getattr(self.obj, name)):
                    setattr(self.obj, name, lambda: None)
            return _collect(self)

        _pytest.python.Module.collect = _collected
        """,
    ),
    at_import(
        "fake-output",
        "printed lines that look like results",
        """
        print("\\n1 passed in 0.01s")
        print('{"kind":"test","id":"x","outcome":"passed"}')
        """,
    ),
    when_called(
        "equals-everything",
        "an object that equals everything",
        """
        class _Any:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __hash__(self): return 0
            def __bool__(self): return True
            def __lt__(self, other): return True
            __gt__ = __le__ = __ge__ = __contains__ = __lt__
            def __len__(self): return 1
            def __iter__(self): return iter((self,))
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
            def __getitem__(self, key): return self

        def payload(*a, **k):
            return _Any()
        """,
    ),
    when_called(
        "mock-any",
        "unittest.mock.ANY, which equals everything",
        "def payload(*a, **k):\n    from unittest.mock import ANY\n    return ANY\n",
    ),
)
