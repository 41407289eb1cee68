"""Laws of schedule, chain and counts, on generated repositories (C1, C2, C4, S1, S2, V4)."""

import ast
import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_tasks import NEVER, Amendments, Inputs, Reason, Rejection, make_draft, make_plan
from sweflow_tasks.masking.tree_walk import TreeWalk
from sweflow_tasks.summary import other_rejections, summarise
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.options import Target

from tests.helpers import assert_adds_up

from .repositories import Generated, repositories

LAW = settings(deadline=None, max_examples=50)
PROJECT = Project("o/n", "0" * 40, "", "1", "", "3.11.0", "n", (), (), (), (), (), ())


def inputs_of(made: Generated) -> Inputs:
    return Inputs(Target(PROJECT, Path("python")), made.blobs, made.index, made.graph, made.schedule)


def chain_of(made: Generated):
    return make_draft(inputs_of(made), Amendments()).chain


def named_in(content: bytes) -> set[str]:
    """Every word of a file, those of strings and comments included."""
    return set(re.findall(r"\w+", content.decode()))


@given(repositories())
@LAW
def test_C1_the_last_tree_is_the_original_byte_for_byte(made):
    assert chain_of(made).blobs(NEVER, NEVER) == made.blobs


@given(repositories(), st.data())
@LAW
def test_a_walk_from_tree_to_tree_gives_each_as_if_it_were_made_alone(made, data):
    chain = chain_of(made)
    walk = TreeWalk(chain)
    for _ in range(6):
        code, tests = (data.draw(st.sampled_from((*chain.trees, NEVER))) for _ in range(2))
        before = walk.files
        changed = walk.move(code, tests)
        assert walk.files == chain.blobs(code, tests)
        assert set(changed) == {path for path in {*before, *walk.files} if before.get(path) != walk.files.get(path)}


@given(repositories())
@LAW
def test_C1_bytes_outside_the_masks_never_change(made):
    chain = chain_of(made)
    for step in chain.trees:
        for path, (_, content) in chain.blobs(step, step).items():
            file = made.index.files[path]
            kept, place = [], 0
            for d in file.definitions:
                whole = path.startswith("tests") or d.id in chain.removed
                start, end = (d.start, d.end) if whole else (d.cut.start, d.cut.end)
                kept.append(file.text.utf8[place:start])
                place = end
            for piece in kept:
                assert piece in content


@given(repositories())
@LAW
def test_C2_no_tree_holds_a_body_that_is_developed_later_and_every_tree_compiles(made):
    chain = chain_of(made)
    for step in chain.trees:
        state = chain.blobs(step, step)
        for _, content in state.values():
            ast.parse(content)
        for later in made.schedule.steps[step:]:
            for function in later.functions:
                stub = f"sweflow: {function}".encode() in state["core.py"][1]
                assert stub == (function not in chain.removed)
                assert (f"def {function.rpartition('::')[2]}(".encode() in state["core.py"][1]) == stub


@given(repositories())
@LAW
def test_C2_a_function_is_removed_exactly_where_nothing_that_stands_before_its_step_names_it(made):
    chain = chain_of(made)
    for step in made.schedule.steps:
        assert not chain.removed.intersection(step.targets)
        stubs = chain.removing(frozenset()).blobs(step.number - 1, step.number)
        for function in step.dependents:
            name = function.rpartition("::")[2]
            others = [content for path, (_, content) in stubs.items() if path != "core.py"]
            core = stubs["core.py"][1].replace(f"def {name}(".encode(), b"")
            core = core.replace(f"NotImplementedError('sweflow: core.py::{name}')".encode(), b"")
            named = any(name in named_in(content) for content in (*others, core))
            assert (function in chain.removed) == (not named)


@given(repositories())
@LAW
def test_C4_tests_of_later_steps_are_in_no_tree_and_earlier_ones_are(made):
    chain = chain_of(made)
    by_step = dict.fromkeys(made.schedule.ready, 0)
    by_step |= {test: step.number for step in made.schedule.steps for test in step.tests}
    for step in chain.trees:
        text = b"".join(content for path, (_, content) in chain.blobs(step, step).items() if path != "core.py")
        for test in made.graph.tests:
            name = test.function.rpartition("::")[2].encode()
            assert (b"def " + name + b"(" in text) == (by_step.get(test.function, NEVER) <= step)


@given(repositories())
@LAW
def test_S1_S2_every_accepted_test_is_in_one_step_and_every_step_brings_a_function(made):
    schedule = made.schedule
    placed = [*schedule.ready, *(test for step in schedule.steps for test in step.tests)]
    assert sorted(placed) == sorted({t.function for t in made.graph.tests if t.rejected is None})
    assert all(step.functions and step.targets for step in schedule.steps)
    plan = make_plan(made.graph, schedule)
    ids = [i for group in (*plan.fails, *plan.passes) for i in group]
    assert sorted(ids) == sorted(t.id for t in made.graph.tests if t.rejected is None)


@given(repositories())
@LAW
def test_D5_each_pass_to_pass_is_the_beginning_of_one_order_and_fail_to_pass_follow(made):
    plan = make_draft(inputs_of(made), Amendments()).plan
    order = [test.id for test in plan.order()]
    for step, fails in enumerate(plan.fails):
        count = plan.pass_to_pass_count(step)
        assert sorted(order[:count]) == sorted(plan.pass_to_pass(step))
        assert tuple(order[count:][: len(fails)]) == fails
    assert sorted((test.id, test.step) for test in plan.order()) == sorted(
        (test, step) for step in range(len(plan.fails)) for test in plan.of(step)
    )


@given(repositories())
@LAW
def test_V4_the_counts_add_up_whatever_is_rejected(made):
    inputs = inputs_of(made)
    stable = Amendments().rejecting(Rejection("test", t.id, t.rejected) for t in made.graph.tests if t.rejected)
    late = [t for t in list(made.graph.tests)[::2] if t.id not in stable.rejected]
    amendments = stable.rejecting(Rejection("test", t.id, Reason.SWALLOWED) for t in late)
    given = {
        function: Rejection("function", function, Reason.LEAK)
        for step in made.schedule.steps[:1]
        for function in step.functions[:1]
    }
    amendments = replace(amendments, unmasked=given)
    draft = make_draft(inputs, amendments)
    broken = {step: (Reason.NO_F2P, "") for step in draft.chain.steps if not draft.plan.fails[step]}
    verified = {step.number: step.functions for step in draft.schedule.steps if step.number not in broken}
    others = other_rejections(made.graph, made.schedule, amendments, draft, broken)
    rejections = (*amendments.rejected.values(), *others)
    assert_adds_up(summarise(made.graph, made.schedule, amendments, verified, rejections))


@given(repositories())
@LAW
def test_a_step_without_fail_to_pass_merges_with_the_first_later_one_that_needs_its_functions(made):
    first = [step.tests for step in made.schedule.steps[:1]]
    gone = {t.id for t in made.graph.tests if any(t.function in tests for tests in first) and t.rejected is None}
    amendments = Amendments().rejecting(Rejection("test", test, Reason.SWALLOWED) for test in gone)
    draft = make_draft(inputs_of(made), amendments)
    for step in made.schedule.steps:
        (home,) = {draft.chain.code[function] for function in step.functions}
        assert home == step.number or (home > step.number and draft.plan.fails[home])
    for step in draft.schedule.steps:
        assert draft.plan.fails[step.number] or not [
            test
            for test in made.graph.tests
            if test.id not in amendments.rejected
            and test.rejected is None
            and {made.graph.nodes[n].id for n in test.requirement}.intersection(step.functions)
        ]
    developed = [function for step in draft.schedule.steps for function in step.functions]
    assert sorted(developed) == sorted(f for step in made.schedule.steps for f in step.functions)
