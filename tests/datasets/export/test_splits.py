"""Which split a task goes into."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sweflow_datasets.errors import SplitNotUsable
from sweflow_datasets.export.splits import Share, assign, empty_splits, parse_shares

from tests.datasets.made_tasks import made_task

NAMES = st.sampled_from([f"o/{name}" for name in "abcdefgh"])
TASKS = st.lists(st.tuples(NAMES, st.integers(0, 12)), max_size=30).map(
    lambda drawn: [
        replace(made_task(repo, step), group=f"g{group}" if group < 6 else "")
        for step, (repo, group) in enumerate(drawn, 1)
    ]
)
SHARES = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    lambda parts: tuple(Share(f"s{n}", part / sum(parts)) for n, part in enumerate(parts))
)


def tasks_of(**sizes: int):
    return [made_task(f"o/{name}", step) for name, size in sizes.items() for step in range(1, size + 1)]


@given(TASKS, SHARES, st.randoms(use_true_random=False))
def test_D6_no_repository_and_no_group_is_parted(tasks, shares, chance):
    assigned = assign(tasks, shares)
    assert [task.instance_id for task in assigned] == [task.instance_id for task in tasks]
    assert {task.split for task in assigned} <= {share.name for share in shares}
    for key in (lambda task: task.repo, lambda task: task.group or task.instance_id):
        splits = {(key(task), task.split) for task in assigned}
        assert len(splits) == len({key(task) for task in assigned})
    again = assign(chance.sample(tasks, len(tasks)), shares)
    assert {task.instance_id: task.split for task in again} == {task.instance_id: task.split for task in assigned}


def test_two_versions_of_one_repository_stay_together():
    tasks = [*tasks_of(one=3, two=2), *(made_task("o/one", step, version="2.0") for step in range(4, 9))]
    assigned = assign(tasks, parse_shares("train=0.5,test=0.5"))
    assert Counter((task.repo, task.split) for task in assigned) == {("o/one", "train"): 8, ("o/two", "test"): 2}


def test_duplicates_draw_their_repositories_together():
    tasks = [replace(task, group="g") if task.row["step"] == 1 else task for task in tasks_of(one=3, two=2)]
    assert len({task.split for task in assign(tasks, parse_shares("train=0.5,test=0.5"))}) == 1


def test_splits_come_near_to_their_shares():
    tasks = tasks_of(**{f"r{n:02d}": 1 + n % 7 for n in range(60)})
    counts = Counter(task.split for task in assign(tasks, parse_shares("train=0.8, dev=0.1, test=0.1")))
    assert abs(counts["train"] - 0.8 * len(tasks)) <= 2
    assert abs(counts["test"] - 0.1 * len(tasks)) <= 2


def test_an_empty_split_is_told_with_what_there_is_to_part():
    shares = parse_shares("train=0.9,test=0.1")
    assert empty_splits(assign(tasks_of(one=3), shares), shares) == (
        "No task is in test: tasks of one repository stay together, near duplicates too, "
        "which leaves 1 part for 2 splits, the largest with 3 of 3 tasks."
    )
    assert empty_splits(assign(tasks_of(one=9, two=1), shares), shares) == ""
    assert empty_splits((), shares).startswith("No task is in train and test: ")


def test_shares_are_read():
    assert parse_shares("train=0.9, test=.1") == (Share("train", 0.9), Share("test", 0.1))
    assert parse_shares("test=1") == (Share("test", 1.0),)
    assert len(parse_shares("a=0.3333333,b=0.3333333,c=0.3333334")) == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is no name"),
        ("train", "'' is no number"),
        ("train=0.9,test=0.2", r"add up to 1\.1"),
        ("train=0.5,train=0.5", "train is there 2 times"),
        ("train=1.1,test=-0.1", "the share of test is -0.1"),
        ("train=nan", "the share of train is nan"),
        ("train=inf", "the share of train is inf"),
        ("Train=1", "'Train' is no name"),
        ("../x=1", "'../x' is no name"),
        ("train-set=1", "'train-set' is no name"),
        ("all=1", "'all' is no name"),
    ],
)
def test_what_is_no_split_is_refused(text, problem):
    with pytest.raises(SplitNotUsable, match=problem) as caught:
        parse_shares(text)
    assert caught.value.asked == text
