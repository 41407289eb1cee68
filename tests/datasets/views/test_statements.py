"""Statements from a finished build: the ones that it has, and the short ones for who sees the tests."""

import pytest
from sweflow_datasets.views.build import open_build


@pytest.fixture(scope="module")
def build(calculator):
    return open_build(calculator.root)


def test_D3_a_finished_build_knows_what_its_statements_were_written_from(build):
    for step in build.steps():
        made = build.writer.hidden(build.facts(step))
        assert made.text == step.task.problem_statement
        assert list(made.underspecified) == step.task.row["underspecified"]


def test_the_short_form_is_shorter_names_every_test_and_leaves_nothing_unsaid(build):
    for step in build.steps():
        made = build.writer.visible(build.facts(step), step.base)
        assert len(made.text) < len(step.task.problem_statement)
        assert made.underspecified == ()
        for test in step.task.fail_to_pass:
            assert f"`{test.partition('::')[2].partition('[')[0]}`" in made.text
        assert all(f"### `{f.partition('::')[2]}`" in made.text for f in step.task.target_functions)
