"""Views of real projects: every one restores its reference, follows its rule, and statements leave nothing unsaid."""

import pytest
from sweflow_datasets.views.build import open_build
from sweflow_datasets.views.instruction import Instruction, broken
from sweflow_datasets.views.kinds import apply, views_of
from sweflow_datasets.views.material import Material, ViewOptions
from sweflow_datasets.views.search_replace import SearchReplace
from sweflow_datasets.views.values import AnswerKind, Refused, RefusedReason, StatementKind, ViewKind

import sweflow
from tests.corpus.projects import folder, script

OPTIONS = (ViewOptions(), ViewOptions(answer=AnswerKind.PATCH, statement=StatementKind.TESTS_VISIBLE))
pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module", params=["tabulate", "itsdangerous", "marshmallow"])
def build(request, tmp_path_factory):
    project = script("prepare").prepare(request.param, folder(tmp_path_factory))
    out = tmp_path_factory.mktemp(request.param) / "out"
    options = sweflow.Options.of(twins=0)
    sweflow.build(project.repo, out, python=project.python, arguments=tuple(project.args), options=options)
    return open_build(out)


def test_every_view_of_a_real_project_restores_its_reference(build):
    assert build.tasks
    for step in build.steps():
        for kind, options in ((kind, options) for kind in ViewKind for options in OPTIONS):
            for view in views_of(Material(build, options), step, kind):
                if isinstance(view, Refused):
                    assert view.reason is RefusedReason.NO_RULE
                    continue
                assert apply(view, view.answer) == step.reference
                if isinstance(view, Instruction):
                    assert broken(view, view.answer) == ""
                if isinstance(view, SearchReplace):
                    assert all(block.search for block in view.blocks)


def test_both_forms_of_a_statement_leave_nothing_unsaid(build):
    for step in build.steps():
        facts = build.facts(step)
        full, short = build.writer.hidden(facts), build.writer.visible(facts, step.base)
        assert full.text == step.task.problem_statement
        assert full.underspecified == short.underspecified == ()
