"""Code is foreign unless it lies in files that are known, whatever name it carries (V6)."""

import subprocess
import sys

import pytest
import sweflow_tracer

PROBE = f"{sweflow_tracer.__path__[0]}/probe"
START = f"""
import os, sys
sys.path.insert(0, {PROBE!r})
from guard.alarms import Alarms
from guard.origin import Origin
import collections, dataclasses, enum, logging, typing
said = []
Alarms(Origin("/nowhere", frozenset({{"test_it.py"}})), {{}}, said.append).listen()
"""


def alarms(text: str) -> str:
    script = f"{START}{text}\nprint(said)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "name",
    [
        "'<frozen os>'",
        "'<frozen importlib._bootstrap>'",
        "'<decorator>'",
        "os.__file__",
        "collections.__file__",
        "'/usr/lib/python3/dist-packages/six.py'",
        "'namedtuple_P'",
        "''",
        "os.path.dirname(os.__file__) + '/new.py'",
    ],
)
@pytest.mark.parametrize("space", ["{}", "vars(os)"])
def test_V6_code_under_a_name_that_is_not_its_own_is_foreign(name, space):
    found = alarms(f"exec(compile('import sys; sys._getframe()', {name}, 'exec'), {space})")
    assert found == "['reaches sys._getframe']"


LINKED = """
import guard.origin, importlib, time
folder = {folder!r}
guard.origin.library_folders = lambda: (folder + "/",)
origin = guard.origin.Origin("/nowhere", frozenset())
time.sleep(0.05)
{change}
sys.path.insert(0, folder)
said = origin.foreign(importlib.import_module("installed").work.__code__)
"""


@pytest.mark.parametrize(
    ("change", "foreign"),
    [
        ("", False),
        ("os.link(folder + '/installed.py', folder + '/of_another_environment.py')", False),
        ("open(folder + '/installed.py', 'a').write('# more')", True),
        ("os.utime(folder + '/installed.py', (1, 1))", True),
    ],
)
def test_V6_an_installed_file_is_known_while_installers_link_it_and_not_once_it_was_written(tmp_path, change, foreign):
    (tmp_path / "installed.py").write_text("def work(): pass\n")
    assert alarms(LINKED.format(folder=str(tmp_path), change=change)) == str(foreign)


def test_V6_an_installed_file_with_an_odd_escape_is_known_where_warnings_are_errors(tmp_path):
    (tmp_path / "installed.py").write_text("def work(): return '\\d'\n")
    errors = "import warnings; importlib.import_module('installed'); warnings.simplefilter('error'); before = list(warnings.filters)"
    text = LINKED.format(folder=str(tmp_path), change="").replace("said =", f"{errors}\nsaid =")
    assert alarms(f"{text}\nassert warnings.filters == before") == "False"


HONEST = """
import asyncio, collections, dataclasses, enum, logging, typing, traceback, warnings, threading, functools
Pair = collections.namedtuple("Pair", "a b")
Pair(1, 2)._replace(a=3)

@dataclasses.dataclass
class Data:
    a: int = 0

class Colour(enum.Enum):
    RED = 1

T = typing.TypeVar("T")
Typed = typing.NamedTuple("Typed", [("a", int)])
repr(Data(1)), Colour["RED"], Data(1) == Data(2)
logging.getLogger("x").warning("text")
warnings.simplefilter("ignore")
warnings.warn("old", DeprecationWarning, stacklevel=2)
try:
    1 / 0
except ZeroDivisionError:
    traceback.format_exc()
thread = threading.Thread(target=len, args=((),))
thread.start(), thread.join()
Enum = enum.Enum("Enum", "a b")
"""


def test_V6_what_honest_code_does_by_way_of_the_library_is_no_alarm():
    assert alarms(f"exec(compile({HONEST!r}, '/nowhere/core.py', 'exec'), {{'__name__': 'core'}})") == "[]"


@pytest.mark.parametrize(
    "text",
    [
        "import logging\nf = lambda n: f(n - 1) if n else logging.currentframe()\nf(5)",
        "import inspect; inspect.currentframe()",
        "import threading; threading.settrace_all_threads(lambda *a: None)",
        "import threading; threading.setprofile_all_threads(lambda *a: None)",
        "import _pytest._code.code as c, sys\ntry: 1/0\nexcept Exception as e: c.Traceback(e.__traceback__)[0].frame",
    ],
)
def test_V6_ways_to_frames_and_tracing_by_the_library_are_alarms(text):
    if "_all_threads" in text and sys.version_info < (3, 12):
        pytest.skip("Python 3.12 has it")
    assert "reaches" in alarms(f"exec(compile({text!r}, '/nowhere/core.py', 'exec'), {{}})")
