"""Attempts: wrong answers made of a task's own code, each another tree, none of them the reference."""

import pytest
from sweflow_datasets.negatives import Attempt, Kind, attempts_of
from sweflow_datasets.step_code import read_step_code
from sweflow_tasks import Docstrings
from sweflow_tasks.grading.patches import apply_patch
from sweflow_tasks.history.git import read_commit

import sweflow


def attempts(build: sweflow.Folder, place: int, most: int = 30, seed: int = 0) -> tuple[Attempt, ...]:
    rows = [task.row for task in sweflow.load_tasks(build.root)]
    codes = [read_step_code(build.history, row, Docstrings.KEEP) for row in rows]
    beside = place + 1 if place + 1 < len(rows) else place - 1
    return attempts_of(build.history, rows[place], codes[place], (rows[beside], codes[beside]), most, seed)


@pytest.fixture(scope="module")
def widest(calculator: sweflow.Folder) -> int:
    """The place of the task with most functions."""
    sizes = [len(task.target_functions) + len(task.dependent_functions) for task in sweflow.load_tasks(calculator.root)]
    return sizes.index(max(sizes))


@pytest.fixture(scope="module")
def made(calculator: sweflow.Folder, widest: int) -> tuple[Attempt, ...]:
    return attempts(calculator, widest)


def test_attempts_lead_to_different_trees_and_none_to_the_reference(calculator, widest, made):
    row = sweflow.load_tasks(calculator.root)[widest].row
    trees = [apply_patch(calculator.history, row["base_commit"], found.patch) for found in made]
    trees.append(apply_patch(calculator.history, row["base_commit"], row["patch"]))
    assert all(isinstance(tree, dict) for tree in trees)
    assert all(one != other for place, one in enumerate(trees) for other in trees[:place])


def test_a_task_of_several_functions_has_attempts_of_every_kind(made):
    assert {attempt.kind for attempt in made} == set(Kind)


def test_a_seed_gives_the_same_attempts_and_another_one_others(calculator, widest):
    some = attempts(calculator, widest, 6)
    assert len(some) == 6
    assert attempts(calculator, widest, 6) == some
    assert attempts(calculator, widest, 6, seed=1) != some


def test_all_functions_left_out_are_the_skeleton_and_none_the_reference(calculator):
    for task in sweflow.load_tasks(calculator.root):
        code = read_step_code(calculator.history, task.row, Docstrings.KEEP)
        skeleton = read_commit(calculator.history, task.base_commit)
        assert code.without(code.functions) == {path: skeleton[path] for path in code.reference}
        assert code.without(()) == code.reference


def test_a_partial_attempt_leaves_out_what_it_says(calculator, widest, made):
    row = sweflow.load_tasks(calculator.root)[widest].row
    code = read_step_code(calculator.history, row, Docstrings.KEEP)
    for attempt in made:
        if attempt.kind is Kind.PARTIAL:
            tree = apply_patch(calculator.history, row["base_commit"], attempt.patch)
            text = "".join(content.decode() for path, (_, content) in tree.items() if path in code.reference)
            hidden = attempt.what.removeprefix("without ").split(", ")
            assert {function: code.text(function) in text for function in code.functions} == {
                function: function not in hidden for function in code.functions
            }
