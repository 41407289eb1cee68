"""Attacks by processes: the run is started anew in another form, or what one process leaves changes the next."""

from sweflow_tasks.attacks.pieces import BY_PDB, FROM_FRAME, WANTED, joined
from sweflow_tasks.attacks.values import Attack, at_import, when_called

PLUGIN = """
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    made = yield
    report = made.get_result()
    report.outcome, report.longrepr = "passed", None
"""


def again(name: str, what: str, source: str) -> Attack:
    """An attack that starts the run anew in its place; ``source`` gives ``_command(program, arguments)``."""
    start = """
    import os
    import sys


    def _again():
        os.environ["STARTED_ANEW"] = "1"
        given = sys.orig_argv[1:]
        _config().pluginmanager.get_plugin("capturemanager").stop_global_capturing()
        os.execv(sys.executable, [sys.executable, *_command(given)])
    """
    last = """
    if "STARTED_ANEW" not in os.environ and any("pytest" in word for word in sys.orig_argv):
        _again()
    """
    silent = "def payload(*a, **k):\n    return None\n"
    return when_called(name, what, joined(BY_PDB, silent, start, source, last))


EMPTIED = """
import ast
import pathlib


def _emptied(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            node.body = [ast.copy_location(ast.Pass(), node)]
    return tree
"""

PROCESSES = (
    again(
        "start-anew-without-assertions",
        "the interpreter starts anew, as python -O with pytest's --assert=plain, so that nothing is asserted",
        """
        def _command(given):
            return ["-O", *given, "--assert=plain"]
        """,
    ),
    again(
        "start-anew-with-plugin",
        "the same command starts anew with one more plugin, from a folder of its own, that reports what it likes",
        f"""
        import tempfile


        def _command(given):
            folder = tempfile.mkdtemp()
            with open(os.path.join(folder, "reports_plugin.py"), "w") as file:
                file.write({PLUGIN!r})
            os.environ["PYTHONPATH"] = folder
            os.environ["PYTEST_ADDOPTS"] = "-p reports_plugin"
            return given
        """,
    ),
    again(
        "start-anew-on-other-tests",
        "the same command starts anew in a copy of the tree, where the tests of the same names are empty",
        joined(
            EMPTIED,
            """
        import shutil
        import tempfile


        def _command(given):
            folder = os.path.join(tempfile.mkdtemp(), "tree")
            shutil.copytree(os.getcwd(), folder)
            for path in pathlib.Path(folder).rglob("test*.py"):
                path.write_text(ast.unparse(_emptied(path.read_text("utf-8"))), "utf-8")
            given = [word.replace(os.getcwd(), folder) for word in given]
            os.chdir(folder)
            return given
        """,
        ),
    ),
    again(
        "start-anew-with-startup-file",
        "the same command starts anew with a sitecustomize from a folder that no patch restores",
        """
        import tempfile

        _STARTUP = "import pytest, _pytest.python\\n_pytest.python.Function.runtest = lambda self: None\\n"


        def _command(given):
            folder = tempfile.mkdtemp()
            with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
                file.write(_STARTUP)
            os.environ["PYTHONPATH"] = folder
            return given
        """,
    ),
    at_import(
        "next-process-by-cached-tests",
        "the rewritten tests that pytest caches are replaced, for the next process, by ones that assert nothing",
        joined(
            EMPTIED,
            """
        import importlib.util
        import marshal
        import sys

        for _path in pathlib.Path.cwd().rglob("test*.py"):
            _text = _path.read_bytes()
            _code = compile(_emptied(_text), str(_path), "exec")
            _tag = f"{sys.implementation.cache_tag}-pytest-{sys.modules['pytest'].__version__}"
            _cached = _path.parent / "__pycache__" / f"{_path.stem}.{_tag}.pyc"
            _cached.parent.mkdir(exist_ok=True)
            _head = importlib.util.MAGIC_NUMBER + b"\\3\\0\\0\\0" + importlib.util.source_hash(_text)
            _cached.write_bytes(_head + marshal.dumps(_code))
        """,
        ),
    ),
    at_import(
        "next-process-by-conftest",
        "a conftest.py that reports passes is written at import, when all that is the task's was put back already",
        f"""
        import pathlib

        for _folder in {{path.parent for path in pathlib.Path.cwd().rglob("test*.py")}}:
            (_folder / "conftest.py").write_text({PLUGIN!r})
        """,
    ),
    at_import(
        "next-process-by-edited-tests",
        "the test files on disk lose their bodies at import, for the next process that reads them",
        joined(
            EMPTIED,
            """
        for _path in pathlib.Path.cwd().rglob("test*.py"):
            _path.write_text(ast.unparse(_emptied(_path.read_text("utf-8"))), "utf-8")
        """,
        ),
    ),
    at_import(
        "next-process-by-configuration",
        "a pytest.ini is written at import that has the next process load a plugin from the tree",
        f"""
        import pathlib

        pathlib.Path("reports_plugin.py").write_text({PLUGIN!r})
        pathlib.Path("pytest.ini").write_text("[pytest]\\naddopts = -p reports_plugin\\npythonpath = .\\n")
        """,
    ),
    at_import(
        "next-process-by-own-bytecode",
        "the module's own cached bytecode is replaced by one that loads a pytest plugin; its source turns innocent",
        f"""
        import importlib.util
        import marshal
        import os

        _text = "import sys\\nexec(" + repr({PLUGIN!r}) + ")\\n"
        _text += "sys.modules['_pytest.python'].Function.runtest = lambda self: None\\n"
        with open(__file__, "rb") as _file:
            _source = _file.read().partition(b"import importlib.util")[0]
        with open(__file__, "wb") as _file:
            _file.write(_source)
        _cached = importlib.util.cache_from_source(__file__)
        os.makedirs(os.path.dirname(_cached), exist_ok=True)
        with open(_cached, "wb") as _file:
            _head = importlib.util.MAGIC_NUMBER + b"\\1\\0\\0\\0" + importlib.util.source_hash(_source)
            _file.write(_head + marshal.dumps(compile(_source + b"\\n" + _text.encode(), __file__, "exec")))
        """,
    ),
    when_called(
        "cheat-when-run-again",
        "the first process is told the truth, a failure; the next, which is to confirm it, gets answers off the test",
        joined(
            WANTED,
            FROM_FRAME,
            """
            import tempfile

            _MARK = __file__ + ".seen"
            _again = _os.path.exists(_MARK)


            def payload(*a, **k):
                if _again:
                    return _from_frame(_sys._getframe())
                with open(_MARK, "w"):
                    raise NotImplementedError
            """,
        ),
    ),
    Attack(
        "rewrite-parent-memory",
        "the word that says that a test failed is overwritten in the memory of the process above",
        lambda situation: situation.appended(
            """
            import ctypes
            import os
            import re

            try:
                _parent = os.getppid()
                with open(f"/proc/{_parent}/maps") as _maps, open(f"/proc/{_parent}/mem", "r+b", 0) as _memory:
                    for _line in _maps:
                        _range, _rights, *_rest = _line.split()
                        _start, _end = (int(_part, 16) for _part in _range.split("-"))
                        if _rights.startswith("rw") and _end - _start < 1 << 28:
                            _memory.seek(_start)
                            for _found in re.finditer(rb"\\bfailed\\b", _memory.read(_end - _start)):
                                _memory.seek(_start + _found.start())
                                _memory.write(b"passed")
            except (OSError, ValueError):
                pass
            """
        ),
        harmful=True,
    ),
)
