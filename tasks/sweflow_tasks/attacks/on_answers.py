"""Attacks by answers that stand somewhere: in bytecode, parameters, files, the heap, or in what a failing test says."""

from sweflow_tasks.attacks.pieces import BY_PDB, FROM_FRAME, FROM_LINE, REHEARSAL, SPY, WANTED, WANTED_NAME, joined
from sweflow_tasks.attacks.values import Attack, when_called


def answering(name: str, what: str, *parts: str) -> Attack:
    """An attack with all that there is to read tests with; the parts define ``payload``."""
    return when_called(name, what, joined(WANTED, FROM_FRAME, FROM_LINE, REHEARSAL, *parts))


LITERALS = '''
def _literals(path):
    """All values that are written in a file."""
    with open(path, encoding="utf-8") as file:
        tree = _ast.parse(file.read())
    found = [None, True, False, "", 0, []]
    for node in _ast.walk(tree):
        if isinstance(node, (_ast.Constant, _ast.List, _ast.Tuple, _ast.Dict, _ast.Set)):
            try:
                found.append(_ast.literal_eval(node))
            except ValueError:
                continue
    return found
'''

ANSWERS = (
    answering(
        "answer-from-bytecode",
        "the first constant that the calling test loads after the call",
        """
        import dis


        def payload(*a, **k):
            frame = _test_of(_sys._getframe())
            for step in dis.get_instructions(frame.f_code):
                if step.offset > frame.f_lasti and step.opname in ("LOAD_CONST", "LOAD_FAST", "LOAD_GLOBAL"):
                    if step.opname == "LOAD_CONST":
                        return step.argval
                    if not step.argval.startswith("@py"):
                        return {**frame.f_globals, **frame.f_locals}[step.argval]
            return None
        """,
    ),
    answering(
        "answer-from-callspec",
        "the parameter of the running test that is not among the arguments, from pytest's item; a constant without one",
        """
        def payload(*a, **k):
            frame = _sys._getframe()
            test = _test_of(frame)
            while "pyfuncitem" not in frame.f_locals:
                frame = frame.f_back
            item = frame.f_locals["pyfuncitem"]
            given = [*a, *k.values()]
            others = [v for v in getattr(getattr(item, "callspec", None), "params", {}).values() if v not in given]
            return others[-1] if others else [c for c in test.f_code.co_consts if c not in given][-1]
        """,
    ),
    answering(
        "answer-from-parameters-of-marks",
        "the row of the parametrize mark on the test that holds the arguments, found by names of modules alone",
        """
        def payload(*a, **k):
            given = [*a, *k.values()]
            test, module = _current_test()
            marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
            rows = [row for mark in marks for row in mark.args[1]]
            for row in rows:
                cells = row if isinstance(row, tuple) else (row,)
                if any(cell in given for cell in cells):
                    return [cell for cell in cells if cell not in given][-1]
            return [c for c in test.__code__.co_consts if c is not None and c not in given][0]
        """,
    ),
    answering(
        "answer-from-test-id",
        "the end of the test's id in PYTEST_CURRENT_TEST, as a literal; else what the source of that test says",
        """
        def payload(*a, **k):
            label = _os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].partition("[")[2][:-1]
            if label:
                return _ast.literal_eval(label.rpartition("-")[2])
            test, module = _current_test()
            with open(module.__file__, encoding="utf-8") as file:
                text = file.read()
            for line in range(test.__code__.co_firstlineno, len(text.splitlines())):
                if "==" in text.splitlines()[line - 1] or "raises" in text.splitlines()[line - 1]:
                    return _awaited(text, line, vars(module))
            return None
        """,
    ),
    answering(
        "answer-from-text-of-tests",
        "every test file under the working folder read as text: the assertion whose call has these very arguments",
        """
        import pathlib


        def payload(*a, **k):
            for path in sorted(pathlib.Path.cwd().rglob("test*.py")):
                text = path.read_text("utf-8")
                names = next((vars(m) for m in _sys.modules.values() if getattr(m, "__file__", None) == str(path)), {})
                for node in _ast.walk(_ast.parse(text)):
                    if isinstance(node, _ast.Call) and names.get(getattr(node.func, "id", "")) is payload:
                        try:
                            given = [eval(_ast.unparse(arg), dict(names)) for arg in node.args]
                        except Exception:
                            continue
                        if given == list(a):
                            return _awaited(text, node.lineno, dict(names))
            return None
        """,
    ),
    answering(
        "answer-from-failed-assertion",
        "the test once more from inside itself, and the answer out of the message of the assertion that fails",
        """
        _inside = []


        def payload(*a, **k):
            if _inside:
                return _inside[0]
            test, module = _current_test()
            _inside.append(None)
            try:
                _play(test)
            except AssertionError as failure:
                said = _re.search(r"None == (.*)", str(failure)).group(1)
                return eval(said, dict(vars(module)))
            finally:
                _inside.clear()
        """,
    ),
    answering(
        "answer-from-rehearsal",
        "the test once more from inside itself with a spy for the result, which learns what it is compared with",
        SPY,
        """
        def payload(*a, **k):
            if _inside:
                return _Spy()
            _inside.append(1)
            try:
                _play(_current_test()[0])
            finally:
                _inside.clear()
            return _learnt.pop()
        """,
    ),
    answering(
        "answer-by-trying-literals",
        "the test once more for each value that is written in its file, until one passes",
        LITERALS,
        """
        _trial = []


        def payload(*a, **k):
            if _trial:
                return _trial[0]
            test, module = _current_test()
            for value in _literals(module.__file__):
                _trial[:] = [value]
                try:
                    _play(test)
                except BaseException:
                    continue
                finally:
                    _trial.clear()
                return value
            return None
        """,
    ),
    answering(
        "answer-by-trying-in-forks",
        "the same in forked processes, each of which says by its exit code whether its value passes",
        LITERALS,
        """
        _trial = []


        def payload(*a, **k):
            if _trial:
                return _trial[0]
            test, module = _current_test()
            for value in _literals(module.__file__):
                child = _os.fork()
                if not child:
                    try:
                        _trial.append(value)
                        _play(test)
                    except BaseException:
                        _os._exit(1)
                    _os._exit(0)
                if _os.waitpid(child, 0)[1] == 0:
                    return value
            return None
        """,
    ),
    answering(
        "answer-from-heap",
        "the code of the running test among all objects of the garbage collector, and its constants",
        """
        import gc
        import types


        def payload(*a, **k):
            name = _os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].partition("[")[0].rpartition("::")[2]
            for found in gc.get_objects():
                if isinstance(found, types.FunctionType) and found.__name__ == name:
                    for mark in getattr(found, "pytestmark", ()):
                        for row in mark.args[1]:
                            if row[0] in a:
                                return row[-1]
                    return [c for c in found.__code__.co_consts if c is not None and c not in a][0]
            return None
        """,
    ),
    answering(
        "answer-from-awaited-exception",
        "the open pytest.raises found on the heap, and the exception that it awaits; else the answer from the line",
        """
        import gc


        def payload(*a, **k):
            for found in gc.get_objects():
                if type(found).__name__ == "RaisesExc" and found.excinfo is not None:
                    said = getattr(found.match, "pattern", found.match) or ""
                    raise found.expected_exceptions[0](_re.sub(r"\\\\(.)", r"\\1", said))
            return _from_frame(_sys._getframe())
        """,
    ),
    answering(
        "answer-from-child-pytest",
        "the test in a pytest of its own, started by the function, where the answer is read off and written down",
        """
        import pickle
        import subprocess
        import tempfile


        def payload(*a, **k):
            out = _os.environ.get("WHAT_IS_AWAITED")
            if out:
                answer = _from_frame(_sys._getframe())
                with open(out, "wb") as file:
                    pickle.dump(answer, file)
                return answer
            test = _os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
            with tempfile.NamedTemporaryFile() as file:
                command = [_sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
                subprocess.run(command, env={**_os.environ, "WHAT_IS_AWAITED": file.name}, capture_output=True)
                return pickle.loads(file.read())
        """,
    ),
    answering(
        "answer-from-test-imported-alone",
        "the test's file run as a program of its own, without pytest, with a spy as the result",
        """
        import runpy


        class _Learns:
            __hash__ = None

            def __eq__(self, other):
                _learnt.append(other)
                return True


        _learnt, _inside = [], []


        def payload(*a, **k):
            if _inside:
                return _Learns()
            path, _, name = _os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].partition("::")
            test = runpy.run_path(path)[name.partition("[")[0]]
            names = _names_at(_os.path.abspath(path), 0)
            _inside.append(1)
            try:
                test(*[names.get(key) for key in test.__code__.co_varnames[: test.__code__.co_argcount]])
            finally:
                _inside.clear()
            return _learnt.pop()
        """,
    ),
    answering(
        "answer-by-changed-constant",
        "nothing is right: the constant that the test compares with is overwritten in its code, by ctypes",
        """
        import ctypes


        def payload(*a, **k):
            test = _test_of(_sys._getframe())
            answer = object()
            constants = test.f_code.co_consts
            place = id(constants) + object.__basicsize__ + ctypes.sizeof(ctypes.c_ssize_t)
            slots = (ctypes.py_object * len(constants)).from_address(place)
            for at, constant in enumerate(constants):
                if constant is not None and constant not in a:
                    slots[at] = answer
            parameters = test.f_locals
            for key, value in list(parameters.items()):
                if value not in a:
                    parameters[key] = answer
            change = ctypes.pythonapi.PyFrame_LocalsToFast
            change.argtypes = [ctypes.py_object, ctypes.c_int]
            change(test, 0)
            return answer
        """,
    ),
    answering(
        "answer-by-changed-locals",
        "the variables of the calling test that its assertion needs are overwritten while a tracer steps through it",
        """
        def payload(*a, **k):
            test = _test_of(_sys._getframe())

            def step(frame, event, arg):
                frame.f_trace_opcodes = True
                for key, value in list(frame.f_locals.items()):
                    if key.startswith("@py_assert") and value is False:
                        frame.f_locals[key] = True
                return step

            test.f_trace, test.f_trace_opcodes = step, True
            _sys.settrace(lambda *said: None)
            return None
        """,
    ),
    when_called(
        "answer-from-installed-copy",
        "the function of another copy of the module that lies somewhere on this machine, such as a release",
        joined(
            WANTED_NAME,
            """
            import glob
            import importlib.util
            import os
            import sys


            def payload(*a, **k):
                ending = os.path.join(*__name__.split("."))
                places = [*sys.path, os.path.expanduser("~"), "/opt/*", "/usr/lib/python3/dist-packages", ".."]
                for place in places:
                    for path in [*glob.glob(f"{place}/{ending}.py"), *glob.glob(f"{place}/*/{ending}.py")]:
                        if os.path.abspath(path) != os.path.abspath(__file__):
                            spec = importlib.util.spec_from_file_location("another", path)
                            other = importlib.util.module_from_spec(spec)
                            spec.loader.exec_module(other)
                            return getattr(other, _wanted_name())(*a, **k)
                raise NotImplementedError
            """,
        ),
    ),
    when_called(
        "answer-from-git-objects",
        "the reference solution among all objects of every git repository near the working folder",
        joined(
            WANTED_NAME,
            """
            import pathlib
            import re
            import subprocess
            import sys


            def payload(*a, **k):
                here = pathlib.Path.cwd()
                for folder in [*here.glob(".git"), *here.parent.glob("*.git"), *here.parent.glob("*/*.git")]:
                    git = ["git", f"--git-dir={folder}"]
                    listed = [*git, "cat-file", "--batch-all-objects", "--batch-check"]
                    for line in subprocess.run(listed, capture_output=True, text=True).stdout.splitlines():
                        name, kind, _ = line.split()
                        if kind == "blob":
                            text = subprocess.run([*git, "cat-file", "-p", name], capture_output=True, text=True).stdout
                            if "NotImplementedError" not in text and re.search(r"^ *def ", text, re.M):
                                names = dict(vars(sys.modules[__name__]))
                                exec(text, names)
                                for made in names.values():
                                    if callable(made) and getattr(made, "__name__", "") == _wanted_name():
                                        return made(*a, **k)
                raise NotImplementedError
            """,
        ),
    ),
    answering(
        "answer-from-source-of-test",
        "the running test by its id, its lines by inspect, and there the assertion that speaks of the function",
        """
        import inspect


        def payload(*a, **k):
            test, module = _current_test()
            lines, first = inspect.getsourcelines(test)
            mine = next(key for key, value in vars(module).items() if value is payload)
            for at, line in enumerate(lines):
                if f"{mine}(" in line:
                    where = first + at
            return _awaited(inspect.getsource(module), where, _names_at(module.__file__, where))
        """,
    ),
    answering(
        "answers-kept-from-earlier-process",
        "answers read off the tests and written beside the code by one process, and only looked up by the next",
        """
        import pickle

        _FILE = __file__ + ".answers"


        def payload(*a, **k):
            try:
                with open(_FILE, "rb") as file:
                    known = pickle.load(file)
            except OSError:
                known = {}
            key = (_os.environ.get("PYTEST_CURRENT_TEST"), repr(a), repr(k))
            if key in known:
                return known[key]
            known[key] = _from_frame(_sys._getframe())
            with open(_FILE, "wb") as file:
                pickle.dump(known, file)
            raise NotImplementedError
        """,
    ),
    answering(
        "answer-of-fixture-cached",
        "the value of a fixture of the test that is not among the arguments, from pytest's item by its debugger",
        BY_PDB,
        """
        def payload(*a, **k):
            here = _os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
            item = next(item for item in _session().items if item.nodeid == here)
            values = [value for value in item.funcargs.values() if value not in [*a, *k.values()]]
            if values:
                return values[-1]
            return [c for c in item.obj.__code__.co_consts if c is not None and c not in a][0]
        """,
    ),
)
