"""Who names what: the static facts on which removal rests (G3)."""

import pytest
from sweflow_rdg.index.names import NameIndex, Part, Region
from sweflow_rdg.index.source import index_source

SOURCE = b'''\
from __future__ import annotations
from .base import helper as h

__all__ = ["listed", "a.dotted:name"]
TABLE = {"key": keyed, "x": "named_in_a_string"}
alias = aliased

@decorated
def f(value=default, other: postponed = 1) -> returned:
    """docstring"""
    called()
    def inner():
        self.attribute
        return getattr(self, "visit_" + kind), f"do_{kind}_now", "on_%s" % kind
    return inner

class C(Base, metaclass=Meta):
    level = computed()
    def method(self): return inline()
    """remark"""

"two words", "not an identifier!", b"bytes"
'''


@pytest.fixture(scope="module")
def names() -> NameIndex:
    return NameIndex(index_source({"m.py": ("100644", SOURCE), "other.py": ("100644", b"import m\nm.listed()\n")}))


def where(names: NameIndex, name: str) -> list[str]:
    return [str(region) for region in names.regions(name)]


@pytest.mark.parametrize(
    "name",
    ["helper", "h", "name", "dotted", "keyed", "named_in_a_string", "aliased", "Base", "Meta", "computed", "level"],
)
def test_G3_module_and_class_level_name_things_at_import(names, name):
    assert where(names, name) == ["m.py::<module> level"]
    assert name in names.at_import("m.py")


@pytest.mark.parametrize("name", ["decorated", "default"])
def test_G3_decorators_and_defaults_are_the_functions_header_and_run_at_import(names, name):
    assert where(names, name) == ["m.py::f header"]
    assert name in names.at_import("m.py")


@pytest.mark.parametrize("name", ["postponed", "returned"])
def test_G3_postponed_annotations_name_things_but_not_at_import(names, name):
    assert where(names, name) == ["m.py::f header"]
    assert name not in names.at_import("m.py")


def test_G3_annotations_are_evaluated_without_the_future_import():
    names = NameIndex(index_source({"m.py": ("100644", b"def f(a: evaluated): pass\n")}))
    assert "evaluated" in names.at_import("m.py")


@pytest.mark.parametrize("name", ["called", "attribute", "inner"])
def test_G3_a_body_names_what_its_nested_functions_name(names, name):
    assert where(names, name) == ["m.py::f body"]
    assert name not in names.at_import("m.py")


@pytest.mark.parametrize("name", ["visit_Name", "do_it", "run_now", "on_exit"])
def test_G3_a_string_with_a_gap_names_every_function_that_fits(names, name):
    assert where(names, name) == ["m.py::f body"]


@pytest.mark.parametrize("name", ["f", "method", "docstring", "remark", "words", "identifier", "bytes", "do", "visit"])
def test_G3_definitions_docstrings_remarks_and_prose_name_nothing(names, name):
    assert where(names, name) == []


def test_G3_mentions_are_found_across_files(names):
    assert where(names, "listed") == ["m.py::<module> level", "other.py::<module> level"]


def test_names_of_regions_are_the_inverse_of_regions_of_names(names):
    body = Region("m.py::C.method", Part.BODY)
    assert names.names([body]) == {"inline"}
    assert names.names([body, Region("other.py::<module>", Part.LEVEL)]) == {"inline", "m", "listed"}
