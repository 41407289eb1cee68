"""What really runs finds its function: one traced repository with every odd kind of code (G1)."""

import os

import pytest
from sweflow_rdg import build_graph, index_source
from sweflow_tracer.project.files import list_files, read_blobs

from tests.helpers import trace_of, write_repository

ODD = """\
import dataclasses, functools
from collections import namedtuple

def plain(): return 1

def wrap(f):
    @functools.wraps(f)
    def inner(*a):
        return f(*a)
    return inner

@wrap
def decorated(): return 1

def outer():
    def nested():
        return (lambda: [n for n in range(2)])()
    class Local:
        def method(self): return {n: n for n in (1,)}
    return nested, Local().method, (n for n in (1, 2))

if plain.__name__ == "another":
    def twice(): return "first"
else:
    def twice(): return "second"

class C:
    table = [(lambda: n)() for n in range(2)]

    @property
    def size(self): return self._size

    @size.setter
    def size(self, value): self._size = value

    @staticmethod
    def static(): return 1

    @classmethod
    def make(cls): return cls()

    async def later(self): return 1

    def generate(self): yield from (1, 2)

@dataclasses.dataclass
class Data:
    x: int
    def __post_init__(self): plain()

class Point(namedtuple("Point", "x y")):
    def far(self): return self.x + self.y

space = {"plain": plain}
exec(compile("def made():\\n    return plain()\\n", __file__, "exec"), space)
made = space["made"]
"""
TESTS = """\
import asyncio, pkg.odd as odd, pkg.link, helper

def test_decorated(): assert odd.decorated() == 1
def test_nested():
    nested, method, generator = odd.outer()
    assert nested() == [0, 1] and method() == {1: 1} and list(generator) == [1, 2]
def test_conditional(): assert odd.twice() == "second"
def test_property():
    c = odd.C(); c.size = 2
    assert c.size == 2
def test_kinds(): assert odd.C.static() and odd.C.make() and asyncio.run(odd.C().later()) and list(odd.C().generate())
def test_dataclass(): assert odd.Data(1).x == 1
def test_namedtuple(): assert odd.Point(1, 2).far() == 3
def test_exec(): assert odd.made() == 1
def test_link(): assert pkg.link.real() == 1
def test_other_root(): assert helper.lib() == 1
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory, python):
    folder = tmp_path_factory.mktemp("odd")
    files = {
        "pyproject.toml": '[project]\nname = "odd"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["src", "lib"]\n',
        "src/pkg/odd.py": ODD,
        "src/pkg/real.py": "def real(): return 1\n",
        "lib/helper.py": "def lib(): return 1\n",
        "tests/test_odd.py": TESTS,
    }
    repo = write_repository(folder / "repo", files)
    os.symlink("real.py", repo / "src" / "pkg" / "link.py")
    blobs = read_blobs(repo, list_files(repo, None))
    return build_graph(trace_of(repo, python, folder / "journal"), index_source(blobs))


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        ("decorated", {"wrap", "decorated"}),
        ("nested", {"outer"}),
        ("conditional", {"twice@2"}),
        ("property", {"C.size", "C.size@2"}),
        ("kinds", {"C.static", "C.make", "C.later", "C.generate"}),
        ("dataclass", {"Data.__post_init__", "plain"}),
        ("namedtuple", {"Point.far"}),
        ("exec", {"plain"}),
        ("link", {"real"}),
        ("other_root", {"lib"}),
    ],
)
def test_G1_every_kind_of_code_belongs_to_its_function(graph, test, wanted):
    found = next(t for t in graph.tests if t.id.endswith(f"test_{test}"))
    assert found.rejected is None
    assert {graph.nodes[number].id.partition("::")[2] for number in found.requirement} == wanted


def test_G1_files_reached_by_symlink_src_layout_and_namespace_packages_keep_their_path(graph):
    reached = {graph.nodes[number].path for number in graph.reached}
    assert reached == {"src/pkg/odd.py", "src/pkg/real.py", "lib/helper.py"}


def test_G1_a_call_through_made_code_is_marked_foreign(graph):
    ids = [node.id.partition("::")[2] for node in graph.nodes]
    calls = {(ids[call.caller], ids[call.callee]): call.foreign for call in graph.calls if call.caller >= 0}
    assert calls["test_dataclass", "Data.__post_init__"] is True
    assert calls["Data.__post_init__", "plain"] is False


def test_G1_code_made_by_exec_under_a_file_s_name_is_reported(graph):
    assert [(found.code.path, found.code.name, found.reason) for found in graph.unresolved] == [
        ("src/pkg/odd.py", "made", "not-in-the-source")
    ]


def test_G1_class_bodies_and_what_they_run_belong_to_the_module(graph):
    assert all(not node.id.endswith(("::C", "::Data", "::Point")) for node in graph.nodes)
    assert "wrap" in {node.id.partition("::")[2] for node in graph.nodes if node.scaffold}
