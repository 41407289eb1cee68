"""Every view of every step restores its reference byte for byte, and an answer that is another one does not."""

from dataclasses import replace

import pytest
from sweflow_datasets.views.build import open_build
from sweflow_datasets.views.kinds import apply, views_of
from sweflow_datasets.views.material import Material, ViewOptions
from sweflow_datasets.views.values import AnswerKind, Refused, RefusedReason, StatementKind, ViewKind

PATCH = ViewOptions(answer=AnswerKind.PATCH, statement=StatementKind.TESTS_VISIBLE)
CASES = [*((kind, ViewOptions()) for kind in ViewKind), (ViewKind.CHAT, PATCH)]


@pytest.fixture(scope="module")
def build(calculator):
    return open_build(calculator.root)


@pytest.mark.parametrize(("kind", "options"), CASES, ids=[*ViewKind, "patch"])
def test_the_answer_of_a_view_restores_the_reference(build, kind, options):
    made = 0
    for step in build.steps():
        for view in views_of(Material(build, options), step, kind):
            if isinstance(view, Refused):
                assert (kind, view.reason) == (ViewKind.INSTRUCTION, RefusedReason.NO_RULE)
                continue
            made += 1
            assert apply(view, view.answer) == step.reference
            assert view.base != step.reference
    assert made >= len(build.tasks)


def test_a_view_of_one_answer_takes_another_one(build):
    step = next(build.steps())
    view = next(views_of(Material(build, ViewOptions()), step, ViewKind.SEARCH_REPLACE))
    other = replace(view.blocks[0], replace="    return None\n")
    from sweflow_datasets.views.blocks import write_blocks

    tree = apply(view, f"Sure:\n\n{write_blocks([other])}\nThat is all.")
    assert b"    return None\n" in tree[other.path][1]
    assert tree != step.reference
