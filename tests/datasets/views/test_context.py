"""Context: pieces of files by distance in the graph, within a budget, and what did not fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_datasets.views.build import open_build
from sweflow_datasets.views.context import choose, wanted
from sweflow_datasets.views.distance import distances
from sweflow_datasets.views.kinds import views_of
from sweflow_datasets.views.material import Material, ViewOptions
from sweflow_datasets.views.pieces import PieceKind, pieces_of
from sweflow_datasets.views.render import rendered
from sweflow_datasets.views.texts import lines_of
from sweflow_datasets.views.tokens import estimate
from sweflow_datasets.views.values import ContextKind, Refused, RefusedReason, StatementKind, ViewKind

from tests.datasets.views.made_steps import tree

CODE = '''\
import x


class A(B):
    """Docs."""

    size = 1

    @property
    def area(self):
        def inner(): pass
        return 1

    class C:
        def m(self): pass


if x:
    def f(): pass
else:
    def f(): pass
'''


def test_every_function_is_a_piece_and_what_is_left_belongs_to_class_and_module():
    found = {piece.name: piece for piece in pieces_of("a.py", CODE)}
    assert [*found] == ["a.py", "a.py::A", "a.py::A.area", "a.py::A.C", "a.py::A.C.m", "a.py::f", "a.py::f@2"]
    assert found["a.py::A.area"].text.startswith("    @property\n")
    assert found["a.py::A.area"].kind is PieceKind.FUNCTION
    assert found["a.py::A"].text == 'class A(B):\n    """Docs."""\n\n    size = 1\n\n\n'
    assert "else:\n" in found["a.py"].text


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([*CODE.splitlines(keepends=True), "\r\n", "\f\n", "a\rb\n", "é"]), max_size=12).map(
        "".join
    )
)
def test_each_line_of_a_file_is_in_one_piece_whatever_it_holds(text):
    numbers = sorted(number for piece in pieces_of("a.py", text) for number in piece.lines)
    assert numbers == list(range(len(lines_of(text))))


def test_lines_that_are_not_shown_are_said_with_their_numbers():
    pieces = {piece.name: piece for piece in pieces_of("a.py", CODE)}
    files = tree({"a.py": CODE.encode()})
    said = rendered([pieces["a.py::A.area"], pieces["a.py::f"]], files)
    shown = "    @property\n    def area(self):\n        def inner(): pass\n        return 1\n"
    assert said == (
        "### `a.py`\n\n```python\n# (lines 1-8 are not shown)\n" + shown + "# (lines 13-18 are not shown)\n"
        "    def f(): pass\n# (lines 20-21 are not shown)\n```\n"
    )
    assert rendered(list(pieces.values()), files) == f"### `a.py`\n\n```python\n{CODE}```\n"


@pytest.fixture(scope="module")
def build(calculator):
    return open_build(calculator.root)


def test_callers_and_callees_are_near_and_helpers_of_all_do_not_make_everything_near(build):
    for step in build.steps():
        near = distances(build, step, tests=False)
        assert {name for name, far in near.items() if far == 0} == set(step.functions)
        for name in step.functions:
            beside = {*build.graph.callees(name), *build.graph.callers(name)}
            assert all(near[other] <= 1 for other in beside if build.graph.node(other).role == "core")
        assert not [name for name in near if build.graph.node(name).role != "core"]


def test_the_tests_and_what_they_use_are_there_for_who_sees_them(build):
    for step in build.steps():
        hidden = {piece.name for _, piece in wanted(build, step, ContextKind.GRAPH, tests=False)}
        seen = {piece.name for _, piece in wanted(build, step, ContextKind.GRAPH, tests=True)}
        bodies = {build.graph.nodes[build.tests[test].body].id for test in step.task.fail_to_pass}
        assert bodies <= seen
        assert not bodies & hidden


def test_what_does_not_fit_is_named_and_the_nearest_goes_first(build):
    step = list(build.steps())[-1]
    found = wanted(build, step, ContextKind.GRAPH, tests=True)
    everything = choose(found, None, estimate)
    assert (len(everything.shown), everything.left_out) == (len(found), ())
    half = sum(estimate(piece.text) for piece in everything.shown) // 2
    some = choose(found, half, estimate)
    assert some.left_out
    assert {piece.name for piece in some.shown} | set(some.left_out) == {piece.name for _, piece in found}
    assert sum(estimate(piece.text) for piece in some.shown) <= half
    assert {piece.name for far, piece in found if far == 0 and piece.kind is PieceKind.FUNCTION} <= {
        piece.name for piece in some.shown
    }


@pytest.mark.parametrize("kind", list(ContextKind))
@pytest.mark.parametrize("statement", list(StatementKind))
def test_a_record_keeps_to_its_budget_or_says_that_it_does_not_fit(build, kind, statement):
    for most in (700, 1400):
        options = ViewOptions(most, kind, statement)
        for step in list(build.steps())[::3]:
            (found,) = views_of(Material(build, options), step, ViewKind.CHAT)
            if isinstance(found, Refused):
                assert found.reason is RefusedReason.OVER_BUDGET
                assert found.detail
            else:
                assert sum(map(estimate, found.texts())) <= most
                assert all(
                    f"def {name.rpartition('.')[2].rpartition('::')[2]}(" in found.prompt.text
                    for name in step.task.target_functions
                )


def test_the_whole_repository_begins_with_the_files_to_change(build):
    for step in build.steps():
        found = [piece.path for _, piece in wanted(build, step, ContextKind.WHOLE_REPO, tests=False)]
        own = {name.partition("::")[0] for name in step.functions}
        assert set(found[: len(own)]) == own
        assert set(found) == {path for path in step.skeleton if path.endswith(".py") and step.skeleton[path][1]}
