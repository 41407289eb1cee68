"""Bases, overrides and imports, found by name (G3)."""

import textwrap

import pytest
from sweflow_rdg.index.classes import Classes, overrides
from sweflow_rdg.index.modules import imported_files
from sweflow_rdg.index.source import SourceIndex, index_source


def indexed(files: dict[str, str]) -> SourceIndex:
    return index_source({path: ("100644", textwrap.dedent(text).encode()) for path, text in files.items()})


BASE = """\
    class Base:
        def run(self): pass
        @property
        def size(self): pass
"""


def test_G3_a_method_overrides_that_of_its_base():
    index = indexed({"m.py": BASE + "    class C(Base):\n        def run(self): pass\n        def other(self): pass\n"})
    assert overrides(index) == {"m.py::C.run": ("m.py::Base.run",)}


def test_G3_every_accessor_of_a_property_is_overridden_and_overrides():
    text = """
        class A:
            @property
            def size(self): pass
            @size.setter
            def size(self, value): pass
        class B(A):
            @property
            def size(self): pass
    """
    assert overrides(indexed({"m.py": text})) == {"m.py::B.size": ("m.py::A.size", "m.py::A.size@2")}


@pytest.mark.parametrize(
    ("line", "base"),
    [
        ("from pkg.base import Base", "Base"),
        ("from .base import Base as B", "B"),
        ("from . import base", "base.Base"),
        ("import pkg.base", "pkg.base.Base"),
        ("import pkg.base as b", "b.Base"),
        ("from .base import *", "Base"),
        ("from .front import Base", "Base"),
        ("from pkg import front", "front.Base[int]"),
    ],
)
def test_G3_a_base_is_found_through_imports_and_re_exports(line, base):
    use = f"{line}\nclass C({base}):\n    def run(self): pass\n"
    front = "from .base import Base\n"
    index = indexed({"src/pkg/base.py": BASE, "src/pkg/front.py": front, "src/pkg/use.py": use})
    assert overrides(index) == {"src/pkg/use.py::C.run": ("src/pkg/base.py::Base.run",)}


def test_G3_nearest_first_and_each_class_once():
    text = """
        class A:
            def f(self): pass
        class B(A):
            def f(self): pass
        class C(A): pass
        class D(B, C):
            def f(self): pass
    """
    index = indexed({"m.py": text})
    assert Classes(index).ancestors("m.py::D") == ("m.py::B", "m.py::C", "m.py::A")
    assert overrides(index)["m.py::D.f"] == ("m.py::B.f", "m.py::A.f")


def test_G3_a_nested_class_is_found_in_the_class_around_it():
    text = """
        class Outer:
            class Base:
                def f(self): pass
            class Inner(Base):
                def f(self): pass
    """
    assert overrides(indexed({"m.py": text})) == {"m.py::Outer.Inner.f": ("m.py::Outer.Base.f",)}


def test_a_class_that_names_itself_or_a_stranger_has_no_bases():
    index = indexed({"m.py": "from elsewhere import X\nclass X(X): pass\nclass Y(Unknown, make()): pass\n"})
    assert Classes(index).bases("m.py::X") == ()
    assert Classes(index).bases("m.py::Y") == ()


def test_G3_imports_become_files_of_the_project():
    index = indexed(
        {
            "src/pkg/__init__.py": "",
            "src/pkg/a.py": "from . import b\nimport os\nfrom pkg import c\n",
            "src/pkg/b.py": "from .c import x\n",
            "src/pkg/c.py": "from ... import far\n",
            "tests/test_a.py": "import pkg.a\n",
        }
    )
    assert imported_files(index) == {
        "src/pkg/__init__.py": (),
        "src/pkg/a.py": ("src/pkg/__init__.py", "src/pkg/b.py", "src/pkg/c.py"),
        "src/pkg/b.py": ("src/pkg/c.py",),
        "src/pkg/c.py": (),
        "tests/test_a.py": ("src/pkg/a.py",),
    }
