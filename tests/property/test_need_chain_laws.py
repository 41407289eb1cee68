"""Laws of chains by need, on generated repositories of which every true need is drawn (C1, C2, S6, S7, V1, V4)."""

import ast
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sweflow_scheduler import make_schedule
from sweflow_tasks import NEVER, Amendments, Reason, Rejection, make_draft
from sweflow_tasks.summary import other_rejections, summarise
from sweflow_tasks.verification.impact import Impact
from sweflow_tasks.verification.test_selection import select_tests

from tests.helpers import assert_adds_up

from .repositories import repositories
from .test_chain_laws import LAW, inputs_of
from .test_inheritance_laws import QUIET
from .test_needed_laws import NEEDED, Truth


@st.composite
def drafts(draw: st.DrawFn):
    """Inputs by need, amendments (some tests rejected, some pairs silent or needless), and the draft of both."""
    made = draw(repositories())
    called: dict[str, set[str]] = {}
    for test in made.graph.tests:
        called.setdefault(test.function, set()).update(made.graph.nodes[n].id for n in test.requirement)
    needs = {test: frozenset(f for f in sorted(found) if draw(st.booleans())) for test, found in called.items()}
    inputs = replace(inputs_of(made), schedule=make_schedule(made.graph, NEEDED, Truth(needs)))
    rejected = [Rejection("test", t.id, t.rejected) for t in made.graph.tests if t.rejected is not None]
    rejected += [Rejection("test", t.id, Reason.FLAKY) for t in made.graph.tests[:1] if draw(st.booleans())]
    pairs = sorted((t.id, made.graph.nodes[n].id) for t in made.graph.tests for n in t.requirement)
    some = st.frozensets(st.sampled_from(pairs), max_size=4) if pairs else st.just(frozenset())
    amendments = Amendments().rejecting(rejected).learning(draw(some), draw(some))
    return made, inputs, amendments, make_draft(inputs, amendments)


@given(drafts())
@LAW
def test_C1_the_last_tree_by_need_is_the_original_and_every_tree_compiles(case):
    made, _, _, draft = case
    assert draft.chain.blobs(NEVER, NEVER) == made.blobs
    for tree in draft.chain.trees:
        for _, content in draft.chain.blobs(tree, tree).values():
            ast.parse(content)


@given(drafts())
@LAW
def test_C2_a_placeholder_does_nothing_until_its_step(case):
    made, _, _, draft = case
    definitions = made.index.definitions()
    for tree in draft.chain.trees:
        module = ast.parse(draft.chain.blobs(tree, tree)["core.py"][1])
        bodies = {node.name: node.body for node in module.body if isinstance(node, ast.FunctionDef)}
        for function in draft.chain.placeholders:
            body = [n for n in bodies[definitions[function].name] if not _is_docstring(n)]
            nothing = ["Return", "Expr"] if definitions[function].is_generator else ["Pass"]
            assert ([type(n).__name__ for n in body] == nothing) == (draft.chain.code[function] > tree)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@given(drafts())
@LAW
def test_C2_what_an_earlier_test_calls_is_a_placeholder_and_nothing_else_is(case):
    made, _, _, draft = case
    plan, code = draft.plan, draft.chain.code
    wanted = {
        made.graph.nodes[n].id
        for test in made.graph.tests
        if test.id in plan.places
        for n in test.requirement
        if code.get(made.graph.nodes[n].id, 0) > plan.step_of(test.id)
    }
    assert draft.chain.placeholders == wanted
    assert not draft.chain.placeholders & draft.chain.removed


@given(drafts())
@LAW
def test_S6_S7_each_function_has_a_fail_to_pass_that_may_notice_it_or_stays_in_place(case):
    _, inputs, amendments, draft = case
    silent = {(n.test, n.function) for n in inputs.schedule.notices if n.by is None}
    unnoticed = amendments.needless | amendments.silent
    functions = {test.id: test.function for test in inputs.graph.tests}
    for step in draft.schedule.steps:
        for function in step.functions:
            assert any(
                (functions[test], function) not in silent and (test, function) not in unnoticed
                for test in draft.plan.fails[step.number]
                if function in draft.plan.meets[test]
            )
    placed = {function for step in inputs.schedule.steps for function in step.functions}
    assert placed == {f for step in draft.schedule.steps for f in step.functions} | draft.unmasked.keys()


@given(drafts())
@LAW
def test_V1_by_need_a_test_runs_where_its_functions_return_and_before_that_where_placeholders_do(case):
    made, inputs, _, draft = case
    selection = select_tests(draft, Impact(made.graph, inputs.index, QUIET))
    code, nodes = draft.chain.code, made.graph.nodes
    quiet = {code[function] for function in draft.chain.placeholders}
    for test in made.graph.tests:
        if test.id in draft.plan.places:
            home = draft.plan.step_of(test.id)
            own = {step for n in test.requirement if (step := code.get(nodes[n].id, 0)) > home}
            for tree in draft.chain.trees:
                if tree in own or (tree in quiet and home < tree <= max(own, default=0)):
                    assert test.id in selection.together(tree)


@given(drafts())
@LAW
def test_V4_the_counts_add_up_by_need(case):
    made, inputs, amendments, draft = case
    broken = {step: (Reason.NO_F2P, "") for step in draft.chain.steps if not draft.plan.fails[step]}
    verified = {step.number: step.functions for step in draft.schedule.steps if step.number not in broken}
    others = other_rejections(made.graph, inputs.schedule, amendments, draft, broken)
    rejections = (*amendments.rejected.values(), *others)
    assert_adds_up(summarise(made.graph, inputs.schedule, amendments, verified, rejections))
