"""Handlers, finders and hooks that the code under test sets are alarms; the library's are none (V6)."""

import pytest

from tests.tracer.probe.guard.conftest import Guard

TEST = "import core\n\ndef test_one():\n    core.work()\n\ndef test_two():\n    pass\n"
FINDER = "class Finder:\n    def find_spec(self, *a): return None\n"


STATEMENTS = {
    "signal.signal(signal.SIGALRM, lambda *a: None)": "sets signal.signal",
    "signal.signal(signal.SIGALRM, {}.__setitem__)": "sets signal.signal",
    "import _signal; _signal.signal(14, lambda *a: None); _signal.signal(14, 0)": "sets signal.signal",
    "signal.setitimer(signal.ITIMER_REAL, 100)": "sets signal.setitimer",
    "os.register_at_fork(before=lambda: None)": "sets os.register_at_fork",
    "sys.meta_path.insert(0, Finder())": "sets sys.meta_path",
    "sys.path_hooks.insert(0, lambda path: None)": "sets sys.path_hooks",
    "gc.callbacks.append(lambda *a: None)": "sets gc.callbacks",
    "threading.settrace(lambda *a: None)": "sets threading.settrace",
    "threading.setprofile(lambda *a: None)": "sets threading.setprofile",
    "sys.addaudithook(lambda *a: None)": "reaches sys.addaudithook",
    "sys.setprofile(None)": "reaches sys.setprofile",
    "sys.meta_path.insert(0, Finder()); import tabnanny; del sys.meta_path[0]": "sets sys.meta_path",
}
IMPORTS = f"import gc, os, signal, sys, threading\n{FINDER}\n"


@pytest.mark.slow
@pytest.mark.parametrize("statement", STATEMENTS)
def test_V6_what_foreign_code_has_called_is_an_alarm(guarded: Guard, statement: str):
    core = f"{IMPORTS}def work():\n    {statement}\n"
    assert STATEMENTS[statement] in guarded(core, TEST, "test_one", "test_two").alarms


def test_V6_so_it_is_where_it_does_so_at_its_import(guarded: Guard):
    core = IMPORTS + "\n".join(STATEMENTS) + "\ndef work(): pass\n"
    assert set(STATEMENTS.values()) <= set(guarded(core, TEST, "test_one").alarms)


def test_V6_what_the_library_has_called_and_what_tests_set_is_none(guarded: Guard):
    core = """
        import asyncio, concurrent.futures, importlib.machinery, logging, random, signal, sys

        def work():
            sys.meta_path.append(importlib.machinery.PathFinder)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            asyncio.run(asyncio.sleep(0))
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                pool.submit(len, ()).result()
        """
    tests = TEST + "\ndef test_three():\n    import signal\n    signal.signal(signal.SIGALRM, lambda *a: None)\n"
    assert guarded(core, tests, "test_one", "test_two", "test_three").alarms == []
