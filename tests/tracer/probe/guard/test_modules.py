"""What test modules, the runner's classes and the library's caches hold stays as it was (V6)."""

import ast
import sys
from types import ModuleType, SimpleNamespace

import pytest
from sweflow_tracer.probe.guard.bodies import all_code, digest
from sweflow_tracer.probe.guard.modules import TrustedModules
from sweflow_tracer.probe.guard.sources import flat, read

from tests.tracer.probe.guard.conftest import Guard

TEST = """
import copy
import enum
import math
import re
import unittest
from math import isclose

import core
import pytest

WANTED = 3
TABLE = [(1, 2.0), {"a": None}]
COUNT = 0
LATER = []
KEPT = object()

def close(a, b=1):
    return a == b

class Mixed:
    TOLERANCE = 0.5
    OWN = 0

    def check(self, value):
        assert value

    def other(self):
        pass

class TestIt(Mixed, unittest.TestCase):
    shared = 0

    def test_it(self):
        type(self).shared += 1
        core.work()

class Colour(enum.Enum):
    RED = 1

class Registered(core.Registering):
    pass

@pytest.fixture
def given():
    return 1

def test_one(given, monkeypatch):
    global COUNT
    COUNT += 1
    LATER.append(COUNT)
    monkeypatch.setattr(Mixed, "other", print)
    Mixed.OWN = 1
    core.work()

def test_two():
    copy.copy(Mixed())
"""
CORE = """
class Registering:
    name = ""

    def __init_subclass__(cls):
        cls.name = cls.__qualname__

def work():
    pass
"""
HERE = "__import__('sys').modules['test_core']"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("{}.WANTED = 4", "WANTED"),
        ("{}.WANTED = True + 2.0", "WANTED"),
        ("{}.TABLE[1]['a'] = 0", "TABLE"),
        ("{}.KEPT = None", "KEPT"),
        ("{}.close = lambda a, b=1: True", "close"),
        ("{}.close.__defaults__ = (2,)", "close()"),
        ("{}.close.__code__ = (lambda a, b=1: True).__code__", "close()"),
        ("{}.Mixed.check = lambda self, value: None", "Mixed.check"),
        ("{}.Mixed.TOLERANCE = 1e9", "Mixed.TOLERANCE"),
        ("{}.Mixed.__eq__ = lambda self, other: True", "Mixed.__eq__"),
        ("{}.TestIt.assertEqual = lambda *a: None", "TestIt.assertEqual"),
        ("{0}.TestIt.__bases__ = (type('Other', ({0}.unittest.TestCase,), {{}}),)", "TestIt"),
        ("{}.given = 1", "given"),
        ("{}.isclose = lambda *a: True", "isclose"),
        ("{}.pytest = 1", "pytest"),
        ("{}.len = lambda thing: 3", "len"),
        ("setattr({}, '@py_builtins', 1)", "@py_builtins"),
    ],
)
def test_V6_a_trusted_module_that_another_changed_is_an_alarm(guarded: Guard, statement: str, name: str):
    core = f"{CORE}\ndef work():\n    {statement.format(HERE)}\n"
    assert f"changes test_core.py {name}" in guarded(core, TEST, "test_one", "test_two").alarms


@pytest.mark.slow
@pytest.mark.parametrize("name", ["WANTED = 4", "Mixed.TOLERANCE = 4", "isclose = len", "close = len", "len = id"])
def test_V6_it_is_compared_with_its_text_where_that_was_done_before_any_test(guarded: Guard, name: str):
    late = f"import sys\nsys.modules['test_core'].{name}\n"
    tests = TEST + "\nimport late\n"
    session = guarded(CORE, tests, "test_two", late=late)
    assert f"changes test_core.py {name.partition(' ')[0]}" in session.alarms


def test_V6_what_a_test_file_changes_itself_is_no_alarm(guarded: Guard):
    assert guarded(CORE, TEST, "TestIt::test_it", "test_one", "test_two").alarms == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "alarm"),
    [
        ("unittest.TestCase.longMessage = False", "unittest.case.TestCase.longMessage"),
        ("unittest.TestCase.__eq__ = len", "unittest.case.TestCase.__eq__"),
        ("unittest.TestCase.__getattribute__ = object.__getattribute__", "unittest.case.TestCase.__getattribute__"),
        ("unittest.case.isinstance = lambda *a: True", "unittest.case.isinstance"),
        ("type(pytest.approx(1)).DEFAULT_RELATIVE_TOLERANCE = 9", "ApproxScalar.DEFAULT_RELATIVE_TOLERANCE"),
    ],
)
def test_V6_new_names_and_plain_values_of_held_classes_count(guarded: Guard, statement: str, alarm: str):
    core = f"import pytest, unittest\n\ndef work():\n    {statement}\n"
    tests = "import core\n\ndef test_one():\n    core.work()\n\ndef test_two():\n    pass\n"
    found = guarded(core, tests, "test_one", "test_two").alarms
    assert [name for name in found if name.endswith(alarm)]


def test_V6_what_was_put_into_a_cache_of_the_library_is_gone_before_the_next_test(guarded: Guard):
    core = """
        import re

        def work():
            for key in ((str, "right", 0), (str, "right", re.compile("").flags)):
                re._cache[key] = getattr(re, "_cache2", {})[key] = re.compile("")
        """
    tests = """
        import re
        import core

        def test_one():
            core.work()

        def test_two():
            assert re.match("right", "wrong") is None
        """
    assert [record["outcome"] for record in guarded(core, tests, "test_one", "test_two").tests] == ["passed"] * 2


def test_a_text_says_what_is_bound_once_and_what_by_literals():
    text = """
a = 1
b = -2.5
c = [1, {"x": (None, True, b"y")}]
d = {1, 2}
e = a
f = 1
f = 2
g: int = 3
h = i = "x"
for j in range(3): k = j
try: l = 1
except E as m: pass
def n():
    global o
    x.p = 2
o = 1
p = 1
import q.r, s as t
from u import v as w
class X(y.z, W[int]): q = 1
"""
    scope = read(ast.parse(text))
    assert set(scope.literals) == {"a", "b", "c", "g", "h", "i"}
    assert scope.literals["c"] == flat([1, {"x": (None, True, b"y")}])
    assert scope.once == set("abcdeghijklmntwXq")
    assert scope.imports == {"t": ("s", ""), "w": ("u", "v")}
    assert scope.classes["X"][0] == ["y.z", None]


def test_values_are_told_apart_by_their_types():
    class Three(int):
        pass

    found = [flat(value) for value in (3, 3.0, "3", b"3", True, [3], (3,), {3: 3}, None)]
    assert len(set(found)) == len(found)
    assert (flat(Three(3)), flat({3}), flat([{3}])) == (None, None, None)
    assert flat(["".join("ab")]) == flat(["ab"])


def test_a_proxy_that_fails_whatever_it_is_asked_ends_nothing(guarded: Guard):
    core = """
        class Proxy:
            def __getattr__(self, name):
                raise RuntimeError("outside of a request")

        current = Proxy()
    """
    tests = "from core import current\n\n\ndef test_one():\n    assert type(current).__name__ == 'Proxy'\n"
    session = guarded(core, tests, "test_one")
    assert session.alarms == []
    assert [record["outcome"] for record in session.tests] == ["passed"]


MANY = """
def helper():
    assert not test_named_by_a_helper.__doc__

def test_one():
    pass

def test_two():
    pass

def test_that_calls():
    test_two()

def test_named_by_a_helper():
    pass

class TestIt:
    def test_method(self):
        pass

    def test_that_calls(self):
        self.test_method()
"""
TESTS = {"test_one", "test_two", "test_that_calls", "test_named_by_a_helper"} | {
    f"TestIt.{name}" for name in ("test_method", "test_that_calls")
}


def changed_in(monkeypatch: pytest.MonkeyPatch, name: str) -> dict[str, list[str]]:
    """By test, what is told of it after a test of its module got another code; ``all`` is what is told at the end."""
    module = ModuleType("test_many")
    module.__file__ = "/tree/test_many.py"
    code = compile(MANY, module.__file__, "exec")
    exec(code, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    tests = {key: thing for key, thing in vars(module).items() if key.startswith("test_")}
    tests.update({f"TestIt.{key}": thing for key, thing in vars(module.TestIt).items() if key.startswith("test_")})
    items = {key: SimpleNamespace(module=module, obj=thing) for key, thing in tests.items()}
    trusted = TrustedModules(
        {module.__file__: read(ast.parse(MANY))}, {digest(inner) for inner in all_code(code)}, lambda module: False
    )
    assert trusted.take(items.values()) == []
    tests[name].__code__ = (lambda *given: None).__code__
    found = {key: trusted.changes(item, whole=False) for key, item in items.items()}
    return {**{key: names for key, names in found.items() if names}, "all": trusted.changes(None, whole=True)}


@pytest.mark.parametrize(
    ("name", "tests"),
    [
        ("test_one", {"test_one"}),
        ("test_two", {"test_two", "test_that_calls"}),
        ("TestIt.test_method", {"TestIt.test_method", "TestIt.test_that_calls"}),
        ("test_named_by_a_helper", TESTS),
    ],
)
def test_V6_another_test_is_looked_at_where_something_names_it_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch, name: str, tests: set[str]
):
    found = changed_in(monkeypatch, name)
    assert found == {key: [f"test_many.py {name}()"] for key in (*tests, "all")}
