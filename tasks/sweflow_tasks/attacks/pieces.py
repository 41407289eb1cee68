"""Code that attacks share: how an answer is read off a test, and how a failure is turned into a pass."""

from textwrap import dedent

from sweflow_tasks.attacks.values import Attack, when_called


def joined(*parts: str) -> str:
    """Pieces of source as one, each without its margin."""
    return "\n".join(dedent(part).strip("\n") for part in parts) + "\n"


WANTED = r'''
import ast as _ast
import os as _os
import re as _re
import sys as _sys

_served = {}


def _holds(node, line):
    return node.lineno <= line <= node.end_lineno


def _plain(value):
    return getattr(value, "expected", value) if "pprox" in type(value).__name__ else value


def _other_side(node, names, hint):
    """What a comparison or an assertion of unittest awaits of the side that holds a call (or a name: the hint)."""

    def ours(side):
        found = _ast.walk(side)
        return any(isinstance(n, _ast.Name) and n.id == hint if hint else isinstance(n, _ast.Call) for n in found)

    def value(side):
        return _plain(eval(compile(_ast.Expression(side), "<string>", "eval"), names))

    sides = []
    if isinstance(node, _ast.Compare):
        sides = [node.left, *node.comparators[:1]]
    elif isinstance(node, _ast.Call) and len(node.args) > 1:
        sides = node.args[:2]
    if len(sides) == 2:
        mine, other = sides if ours(sides[0]) else sides[::-1]
        awaited = value(other)
        if isinstance(mine, (_ast.ListComp, _ast.List, _ast.Tuple)) and isinstance(awaited, (list, tuple)):
            place = _served.get(id(node.left if hasattr(node, "left") else node), 0)
            key = (mine.lineno, mine.col_offset, _os.environ.get("PYTEST_CURRENT_TEST"))
            place = _served[key] = _served.get(key, -1) + 1
            return awaited[place % len(awaited)]
        return awaited
    return not isinstance(node, _ast.UnaryOp)


def _awaited(text, line, names):
    """What a test awaits of a call in a line of it; an exception, raised, where it awaits one."""
    chain = [n for n in _ast.walk(_ast.parse(text)) if isinstance(n, _ast.stmt) and _holds(n, line)]
    for node in chain:
        for item in getattr(node, "items", ()):
            call = item.context_expr
            if isinstance(call, _ast.Call) and "aises" in _ast.dump(call.func):
                kind = eval(compile(_ast.Expression(call.args[0]), "<string>", "eval"), names)
                said = [k.value for k in call.keywords if k.arg == "match"]
                said = [eval(compile(_ast.Expression(value), "<string>", "eval"), names) for value in said]
                raise (kind[0] if isinstance(kind, tuple) else kind)(_re.sub(r"\\(.)", r"\1", said[0]) if said else "")
    last = chain[-1]
    if isinstance(last, _ast.Assert):
        return _other_side(last.test, names, "")
    if isinstance(last, _ast.Expr):
        return _other_side(last.value, names, "")
    hint = getattr(getattr(last, "targets", [None])[0], "id", "")
    for function in reversed(chain):
        for node in _ast.walk(function):
            if isinstance(node, _ast.Assert) and node.lineno > line:
                return _other_side(node.test, names, hint)
    return None
'''
"""``_awaited(text, line, names)``: what the test of this text awaits of a call in that line."""

FROM_FRAME = """
def _test_of(frame):
    while frame and not frame.f_code.co_name.lower().startswith("test"):
        frame = frame.f_back
    return frame


def _from_frame(frame):
    frame = _test_of(frame)
    with open(frame.f_code.co_filename, encoding="utf-8") as file:
        return _awaited(file.read(), frame.f_lineno, {**frame.f_globals, **frame.f_locals})
"""
"""``_from_frame(frame)``: the answer, from any frame that is called by a test's."""

FROM_LINE = '''
def _names_at(path, line):
    """The names in a test's module, with the parameters that the test's id speaks of."""
    module = next(m for m in list(_sys.modules.values()) if getattr(m, "__file__", None) == path)
    names = dict(vars(module))
    name, _, label = _os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0].rpartition("::")[2].partition("[")
    for mark in getattr(names.get(name), "pytestmark", ()):
        if mark.name == "parametrize":
            keys = [k.strip() for k in mark.args[0].split(",")] if isinstance(mark.args[0], str) else mark.args[0]
            rows = [row if len(keys) > 1 else (row,) for row in mark.args[1]]
            spoken = ["-".join(str(cell) for cell in row) for row in rows]
            names.update(zip(keys, rows[spoken.index(label[:-1]) if label[:-1] in spoken else 0]))
    return names


def _from_lines(lines):
    """The answer, from the paths and lines of all callers, the nearest first."""
    for path, line in lines:
        if _os.path.basename(path).startswith("test") or path.endswith("_test.py"):
            with open(path, encoding="utf-8") as file:
                return _awaited(file.read(), line, _names_at(path, line))
    return None
'''
"""``_from_lines(lines)``: the answer, from no more than the place of the call."""

REHEARSAL = '''
def _current_test():
    """The function of the test that runs, and the module that it stands in; nothing but names are asked for."""
    path, *inside = _os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].partition("[")[0].split("::")
    for module in list(_sys.modules.values()):
        if (getattr(module, "__file__", None) or "").endswith(path):
            found = module
            for name in inside:
                found = getattr(found, name)
            return found, module
    raise LookupError(path)


def _play(test):
    """The test once more, from inside itself."""
    import inspect

    _, module = _current_test()
    names = _names_at(module.__file__, 0)
    wanted = list(inspect.signature(test).parameters)
    if wanted[:1] == ["self"]:
        case = getattr(module, test.__qualname__.partition(".")[0])
        return test(case(test.__name__) if hasattr(case, "assertEqual") else case())
    return test(**{key: names.get(key) for key in wanted})
'''
"""``_current_test()`` and ``_play(test)``: the running test, found by its id, once more."""

FORGE = '''
import sys as _sys


def _forge():
    """The next report that says failed says passed, and all is as it was."""
    kind = _sys.modules["_pytest.reports"].TestReport
    held = kind.__dict__["from_item_and_call"]

    def made(cls, item, call):
        report = held.__func__(cls, item, call)
        if report.outcome == "failed":
            report.outcome, report.longrepr = "passed", None
        kind.from_item_and_call = held
        return report

    kind.from_item_and_call = classmethod(made)
'''
"""``_forge()``: the report of the running test will say that it passed, and pytest is whole again right after."""

FORGE_LATE = '''
import sys as _sys


def _forge():
    """The same in the last moment, while pytest puts together the report of a failure."""
    kind = _sys.modules["_pytest.reports"].TestReport
    held = kind.__init__

    def init(self, *a, **k):
        held(self, *a, **k)
        if self.outcome == "failed":
            self.outcome, self.longrepr = "passed", None
        kind.__init__ = held

    kind.__init__ = init
'''
"""``_forge()``, for those that come when the report is being made."""

BY_PDB = '''
import sys as _sys


def _config():
    """pytest's configuration; its debugger keeps it in a class, where no frame and no heap is needed to get it."""
    return _sys.modules["_pytest.debugging"].pytestPDB._config


def _session():
    return _config().pluginmanager.get_plugin("session")
'''
"""``_config()`` and ``_session()``, by way of pytest's debugger."""


SPY = """
class _Spy:
    __hash__ = None

    def __eq__(self, other):
        _learnt.append(other)
        return True


_learnt, _inside = [], []
"""
"""``_Spy``, which equals everything and keeps what it met in ``_learnt``."""

WANTED_NAME = """
def _wanted_name():
    return next(key for key, value in globals().items() if value is payload and key != "payload")
"""
"""``_wanted_name()``: the name of the function that ``payload`` stands in for."""


def by_frame(name: str, what: str, source: str) -> Attack:
    """An attack that gives the test's own answer; ``source`` defines ``_frame()``, which gets hold of some frame."""
    last = "def payload(*a, **k):\n    return _from_frame(_frame())\n"
    return when_called(name, what, joined(WANTED, FROM_FRAME, source, last))


def by_line(name: str, what: str, source: str) -> Attack:
    """The same from lines alone; ``source`` defines ``_callers()``, pairs of path and line, the nearest first."""
    last = "def payload(*a, **k):\n    return _from_lines(_callers())\n"
    return when_called(name, what, joined(WANTED, FROM_LINE, source, last))


def forging(name: str, what: str, source: str) -> Attack:
    """An attack that has the failed test reported as passed; ``source`` defines ``payload`` and uses ``_forge()``."""
    return when_called(name, what, joined(FORGE, source))
