"""Laws of inherited results, on generated repositories (V1)."""

import ast
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from sweflow_tasks import Amendments, Rejection, make_draft
from sweflow_tasks.verification.data_reads import FileReads
from sweflow_tasks.verification.impact import Impact
from sweflow_tasks.verification.test_selection import checkpoints, inherited_results, select_tests

from .imagined import Imagined
from .repositories import repositories
from .test_chain_laws import inputs_of

LAW = settings(deadline=None, max_examples=15)
QUIET = FileReads({}, frozenset(), frozenset())


def draft_of(made):
    unstable = [Rejection("test", t.id, t.rejected) for t in made.graph.tests if t.rejected is not None]
    return make_draft(inputs_of(made), Amendments().rejecting(unstable))


def selection_of(made, draft, file_reads=QUIET):
    return select_tests(draft, Impact(made.graph, made.index, file_reads))


def pairs(draft):
    """Each tree with the one before it, each with the tests that stand beside it."""
    chain = draft.chain
    beside = [chain.blobs(k, k if chain.following(k) is None else chain.following(k)) for k in chain.trees]
    return zip(chain.trees[1:], beside, beside[1:], strict=False)


def earlier(draft, tree):
    return {test for step in range(tree) for test in draft.plan.of(step)}


def parts(blobs, path, masked):
    """A file's functions by name, and its syntax without the bodies of those that are masked at some time."""
    module = ast.parse(blobs[path][1])
    bodies = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            bodies[node.name] = ast.dump(node)
            if f"{path}::{node.name}" in masked:
                documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
                del node.body[int(documented) :]
    return bodies, ast.dump(module)


@given(repositories())
@LAW
def test_V1_a_result_is_inherited_only_where_all_that_the_test_needs_is_the_same(made):
    draft = draft_of(made)
    selection = selection_of(made, draft)
    nodes = made.graph.nodes
    tests = {test.id: test for test in made.graph.tests}
    for tree, before, after in pairs(draft):
        old, top_before = parts(before, "core.py", draft.chain.code)
        new, top_after = parts(after, "core.py", draft.chain.code)
        for test in earlier(draft, tree) - selection.together(tree):
            path = tests[test].path
            assert before[path] == after[path]
            assert top_before == top_after
            for number in tests[test].requirement:
                name = nodes[number].id.rpartition("::")[2]
                assert old[name] == new[name]


@given(repositories())
@LAW
def test_V1_a_test_that_reads_a_source_runs_wherever_that_source_differs(made):
    draft = draft_of(made)
    reads = {test.path: frozenset({"core.py"}) for test in made.graph.tests}
    selection = selection_of(made, draft, FileReads(reads, frozenset(), frozenset()))
    for tree, before, after in pairs(draft):
        if before["core.py"] != after["core.py"]:
            assert selection.together(tree) >= earlier(draft, tree)


@given(repositories())
@LAW
def test_V1_what_cannot_be_judged_runs_on_every_tree_and_so_does_everything_on_the_last(made):
    draft = draft_of(made)
    opaque = frozenset(test.path for test in made.graph.tests)
    selection = selection_of(made, draft, FileReads({}, opaque, frozenset()))
    assert selection == select_tests(draft, None)
    last = draft.chain.trees[-1]
    assert selection_of(made, draft).together(last) == select_tests(draft, None).together(last)


@given(repositories())
@LAW
def test_V1_what_is_marked_as_inherited_is_what_did_not_run(made):
    draft = draft_of(made)
    selection = selection_of(made, draft)
    for step, found in inherited_results(draft, selection).items():
        tree = draft.chain.before(step)
        assert found.skeleton == len(earlier(draft, tree + 1) - selection.together(tree))
        assert found.reference == len(earlier(draft, step + 1) - selection.together(step))
        assert max(found.skeleton, found.reference) <= found.tests <= found.skeleton + found.reference
        assert (found.since is None) == (found.tests == 0)
    assert {found.tests for found in inherited_results(draft, select_tests(draft, None)).values()} <= {0}


@given(st.integers(1, 2000))
def test_checkpoints_are_at_most_eight_and_the_last_tree_is_one(count):
    trees = tuple(range(count))
    chosen = checkpoints(trees)
    assert trees[-1] in chosen
    assert len(chosen) <= 8


@given(repositories(), st.data())
@LAW
def test_V1_the_tree_that_broke_something_is_found_as_if_everything_had_run_everywhere(made, data):
    draft = draft_of(made)
    tests = sorted(earlier(draft, draft.chain.trees[-1] + 1))
    broken = data.draw(st.sets(st.sampled_from(tests))) if tests else set()
    since = data.draw(st.sampled_from(draft.chain.trees))
    with patch("sweflow_tasks.verification.test_selection.SHORTEST", 100):
        selections = (select_tests(draft, None), selection_of(made, draft))
    runs = []
    for selection in selections:
        with tempfile.TemporaryDirectory() as folder:
            verifier = Imagined(Path(folder), broken, since)
            runs.append(verifier.run(draft, selection, lambda progress: None))
    assert runs[0] == runs[1]
