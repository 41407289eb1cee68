"""The guard in the target's interpreter: seals, bodies, alarms, changes (V6)."""

import hmac
import subprocess
import sys
import textwrap
import types

import pytest
from sweflow_tracer.probe.guard import bodies, integrity, seal
from sweflow_tracer.runner.seals import is_sealed

KEY = "ab" * 32


def test_both_ends_agree_on_a_seal_and_nobody_else_has_it():
    record = {"kind": "test", "id": "a::b", "outcome": "passed", "duration": 0.25, "edges": {"call": [1, 2]}}
    sealed = seal.make_sealer(bytes.fromhex(KEY))(record)
    assert is_sealed(KEY, {**sealed, "group": 3})
    assert not is_sealed(KEY, record)
    assert not is_sealed(KEY, {**sealed, "outcome": "failed"})
    assert not is_sealed("cd" * 32, sealed)
    assert not is_sealed(KEY, {**record, "seal": hmac.new(b"", b"", "sha256").hexdigest()})


def code(text: str) -> types.CodeType:
    found = [c for c in compile(textwrap.dedent(text), "x", "exec").co_consts if hasattr(c, "co_code")]
    return found[0]


@pytest.mark.parametrize(
    "other",
    [
        "def f(a):\n    return a == {2, 1, 4}\n",
        "def f(a):\n    return a != {2, 1, 3}\n",
        "def f(b):\n    return b == {2, 1, 3}\n",
        "def f(a):\n    return a == {2, 1, True}\n",
        "def f(a):\n    return a == (lambda: {2, 1, 3})\n",
        "\ndef f(a):\n    return a == {2, 1, 3}\n",
    ],
)
def test_a_digest_tells_bodies_apart_whatever_their_file(other):
    one = "def f(a):\n    return a == {2, 1, 3}\n"
    assert bodies.digest(code(one)) == bodies.digest(code(one).replace(co_filename="elsewhere"))
    assert bodies.digest(code(one)) != bodies.digest(code(other))


WATCHED = """
import sys
sys.path.insert(0, {probe!r})
from guard.bodies import Watch

def returns():
    with suppress():
        raise KeyError
    return None

class suppress:
    def __enter__(self): pass
    def __exit__(self, *error): return True

def ends_without_return():
    with suppress():
        raise KeyError

def raises():
    raise KeyError

def yields():
    yield 1

async def waits():
    return 1

def equal():
    class Any:
        def __eq__(self, other): return True
    class Same:
        def __eq__(self, other): return isinstance(other, Same)
    return Same() == Same(), Any() == 1

said = []
watch = Watch(said.append)
functions = (returns, ends_without_return, raises, yields, waits, equal)
for function in functions:
    watch.watch(function.__code__)
watch.start()
for function in functions:
    watch.watch(function.__code__)
    try:
        made = function()
        if function is waits:
            made.send(None)
        if function is yields:
            next(made)
            made.close()
    except (KeyError, StopIteration):
        pass
sys.settrace(None)
print([function.__name__ for function in functions if watch.ended(function.__code__)], said)
"""


def test_V6_only_a_body_that_returned_has_ended_and_what_equals_everything_is_seen():
    import sweflow_tracer

    probe = f"{sweflow_tracer.__path__[0]}/probe"
    script = WATCHED.format(probe=probe)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    wanted = "['returns', 'ends_without_return', 'waits', 'equal'] ['equals-everything equal.<locals>.Any']"
    assert done.stdout.strip() == wanted


def test_V6_what_tests_rest_on_is_compared_with_what_it_was(monkeypatch):
    import unittest

    snapshot = integrity.Snapshot("no_package")
    assert snapshot.changes(near=False) == []
    with monkeypatch.context() as patch:
        patch.setattr(pytest, "raises", lambda *a: None)
        patch.setattr(unittest.TestCase, "assertEqual", lambda *a: None)
        code = unittest.TestCase.assertTrue.__code__
        patch.setattr(unittest.TestCase.assertTrue, "__code__", code.replace(co_name="another"))
        found = snapshot.changes(near=True)
    assert "pytest.raises" in found
    assert "unittest.case.TestCase.assertTrue()" in found
    assert "unittest.case.TestCase.assertEqual" in found
    assert snapshot.changes(near=False) == []


ALARMED = """
import sys
sys.path.insert(0, {probe!r})
from guard.alarms import Alarms
from guard.origin import Origin
import collections, inspect, logging, traceback
said = []
Alarms(Origin("/nowhere", frozenset()), {{id(inspect.unwrap): "inspect.unwrap"}}, said.append).listen()
def run(text):
    exec(compile(text, "/nowhere/core.py", "exec"), {{}})
    print(text.replace("\\n", "; "), "->", said)
    del said[:]
run("import collections, logging\\ncollections.namedtuple('P', 'x')\\nlogging.getLogger().info('x')")
run("import traceback\\ntry: 1/0\\nexcept Exception: traceback.format_exc()")
run("import sys\\nsys._getframe()")
run("import inspect\\ninspect.currentframe()")
run("import inspect\\ninspect.stack()")
run("try: 1/0\\nexcept Exception as e: e.__traceback__.tb_frame")
run("import traceback, sys\\ntry: 1/0\\nexcept Exception as e: list(traceback.walk_tb(e.__traceback__))")
run("def g(): yield\\ng().gi_frame")
run("import gc\\ngc.get_objects()")
run("import inspect\\ninspect.unwrap.__code__ = (lambda f, stop=None: f).__code__")
"""


def test_V6_reaching_for_frames_is_an_alarm_and_what_honest_code_does_is_none():
    import sweflow_tracer

    script = ALARMED.format(probe=f"{sweflow_tracer.__path__[0]}/probe")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found = [line.rpartition("-> ")[2] for line in done.stdout.splitlines()]
    assert found[:2] == ["[]", "[]"], done.stdout
    assert all("reaches" in line for line in found[2:9]), done.stdout
    assert found[9:] == ["['changes inspect.unwrap()']"]
