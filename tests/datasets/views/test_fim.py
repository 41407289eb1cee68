"""Fill in the middle: exact parts of the reference's file, in both orders."""

from dataclasses import replace

from sweflow_datasets.views.build import open_build
from sweflow_datasets.views.fim import Fim, Marks, apply, views_of
from sweflow_datasets.views.values import RefusedReason

from tests.datasets.views.made_steps import made_step

CODE = '''\
import x\r
\r
\r
def area(w, h):\r
    """Docs."""\r
    # why\r
    return w * h  # naïve\r
\r
\r
def one(): return 1'''


def test_a_body_is_a_hole_with_all_that_stands_around_it():
    step = made_step({"a.py": b""}, {"a.py": ("100755", b"\xef\xbb\xbf" + CODE.encode())}, "a.py::area", "a.py::one")
    area, one = views_of(step)
    assert isinstance(area, Fim)
    assert area.answer == "\r\n    # why\r\n    return w * h  # naïve"
    assert area.region.prefix.startswith("\ufeffimport x\r\n")
    assert (one.answer, one.region.suffix) == ("return 1", "")
    for view in (area, one):
        assert view.region.prefix + view.answer + view.region.suffix == "\ufeff" + CODE
        assert apply(view, view.answer) == step.reference
        assert apply(view, "\r\n    pass")["a.py"][0] == "100755"


def test_the_orders_hold_the_parts_between_the_marks():
    step = made_step({"a.py": b""}, {"a.py": b"def f():\n    return 1\n"}, "a.py::f")
    (view,) = views_of(step, Marks("<P>", "<S>", "<M>"))
    assert view.psm == "<P>def f():\n<S>\n<M>    return 1"
    assert view.spm == "<P><S>\n<M>def f():\n    return 1"


def test_a_function_that_cannot_be_a_hole_is_refused_with_the_reason():
    gone = made_step({"a.py": b""}, {"a.py": b"x = 1\n"}, "a.py::f")
    marked = made_step({"a.py": b""}, {"a.py": b"def f():\n    return '<|fim_middle|>'\n"}, "a.py::f")
    latin = made_step({"a.py": b""}, {"a.py": b"# coding: latin-1\ndef f():\n    return '\xe9'\n"}, "a.py::f")
    reasons = [view.reason for step in (gone, marked, latin) for view in views_of(step)]
    assert reasons == [RefusedReason.NO_REGION, RefusedReason.MARKER_IN_TEXT, RefusedReason.NOT_TEXT]


def test_a_build_has_a_view_for_each_function_of_each_step(calculator):
    build = open_build(calculator.root)
    for step in build.steps():
        assert [view.region.function for view in views_of(step)] == [*step.functions]


def test_another_answer_gives_another_tree():
    step = made_step({"a.py": b""}, {"a.py": b"def f():\n    return 1\n"}, "a.py::f")
    (view,) = views_of(step)
    assert apply(replace(view), "\n    return 2") != step.reference
