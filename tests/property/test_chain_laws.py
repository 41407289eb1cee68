"""Laws of schedule, chain and counts, on generated repositories (C1, C2, C4, S1, S2, V4)."""

import ast
from pathlib import Path

from hypothesis import given, settings
from sweflow_rdg import Reason
from sweflow_tasks import NEVER, Inputs, Rejection, make_chain, make_plan
from sweflow_tasks.dataset import other_rejections, summarise
from sweflow_tracer.project import Project
from sweflow_tracer.session import Target

from ..helpers import assert_adds_up
from .repositories import Generated, repositories

PROJECT = Project("o/n", "0" * 40, "", "1", "", "3.11.0", "n", (), (), (), (), (), ())


def chain_of(made: Generated):
    return make_chain(made.blobs, made.index, made.graph, made.schedule)


@given(repositories())
@settings(deadline=None)
def test_C1_the_last_tree_is_the_original_byte_for_byte(made):
    assert chain_of(made).blobs(NEVER, NEVER) == made.blobs


@given(repositories())
@settings(deadline=None)
def test_C1_bytes_outside_the_masks_never_change(made):
    chain = chain_of(made)
    for step in range(chain.last + 1):
        for path, (_, content) in chain.blobs(step, step).items():
            file = made.index.files[path]
            kept, place = [], 0
            for d in file.definitions:
                start, end = (d.start, d.end) if path.startswith("tests") else (d.cut.start, d.cut.end)
                kept.append(file.text.utf8[place:start])
                place = end
            for piece in kept:
                assert piece in content


@given(repositories())
@settings(deadline=None)
def test_C2_no_tree_holds_a_body_that_is_developed_later_and_every_tree_compiles(made):
    chain = chain_of(made)
    for step in range(chain.last + 1):
        state = chain.blobs(step, step)
        for _, content in state.values():
            ast.parse(content)
        for later in made.schedule.steps[step:]:
            for function in later.functions:
                assert f"sweflow: {function}".encode() in state["core.py"][1]


@given(repositories())
@settings(deadline=None)
def test_C4_tests_of_later_steps_are_in_no_tree_and_earlier_ones_are(made):
    chain = chain_of(made)
    by_step = dict.fromkeys(made.schedule.ready, 0)
    by_step |= {test: step.number for step in made.schedule.steps for test in step.tests}
    for step in range(chain.last + 1):
        text = b"".join(content for path, (_, content) in chain.blobs(step, step).items() if path != "core.py")
        for test in made.graph.tests:
            name = test.function.rpartition("::")[2].encode()
            assert (b"def " + name + b"(" in text) == (by_step.get(test.function, NEVER) <= step)


@given(repositories())
@settings(deadline=None)
def test_S1_S2_every_accepted_test_is_in_one_step_and_every_step_brings_a_function(made):
    schedule = made.schedule
    placed = [*schedule.ready, *(test for step in schedule.steps for test in step.tests)]
    assert sorted(placed) == sorted({t.function for t in made.graph.tests if t.rejected is None})
    assert all(step.functions and step.targets for step in schedule.steps)
    plan = make_plan(made.graph, schedule)
    ids = [i for group in (*plan.fails, *plan.passes) for i in group]
    assert sorted(ids) == sorted(t.id for t in made.graph.tests if t.rejected is None)


@given(repositories())
@settings(deadline=None)
def test_V4_the_counts_add_up_whatever_is_rejected(made):
    inputs = Inputs(Target(PROJECT, Path("python")), made.blobs, made.index, made.graph, made.schedule)
    rejected = {t.id: Rejection("test", t.id, t.rejected) for t in made.graph.tests if t.rejected is not None}
    for test in list(made.graph.tests)[::2]:
        rejected.setdefault(test.id, Rejection("test", test.id, Reason.SWALLOWED))
    plan = make_plan(made.graph, made.schedule, frozenset(rejected))
    steps = {step.number for step in made.schedule.steps if plan.fails[step.number]}
    others = other_rejections(inputs, steps, rejected, ())
    assert_adds_up(summarise(inputs, steps, rejected, (*rejected.values(), *others)))
