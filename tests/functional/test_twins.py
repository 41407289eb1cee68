"""Twins from the build to the verdict, on a small repository (V8)."""

import json
from pathlib import Path
from random import Random

import pytest
from sweflow_datasets.grading import grader_of
from sweflow_tasks.attacks.matrix import attack_patch, situation_of
from sweflow_tasks.attacks.values import Attack, Situation
from sweflow_tasks.grading import VerdictKind
from sweflow_tasks.grading.grader import Grader
from sweflow_tasks.history.git import read_commit
from sweflow_tasks.twins.draw import draw_sides
from sweflow_tasks.twins.format import read_twins

import sweflow
from tests.helpers import assert_adds_up, write_repository

pytestmark = pytest.mark.slow  # the builds that most of them look at

CODE = """\
def double(number):
    return number + number


def half(number):
    if number % 2:
        raise ValueError(number)
    return number // 2


def greet(name):
    return "hello, " + name


def touch(box):
    box.append(1)


def spoil(box):
    box["spoiled"] = True
    return 1
"""
TESTS = """\
import pathlib
import pytest
import things as code

BOX = {}


@pytest.mark.parametrize(("given", "wanted"), [(1, 2), (2, 4), (5, 10)])
def test_double(given, wanted):
    assert code.double(given) == wanted


class Even:
    def __init__(self, value):
        assert value % 2 == 0, "a change that cannot be collected"
        self.value = value


@pytest.mark.parametrize(("given", "wanted"), [(1, Even(2)), (2, Even(4))])
def test_even(given, wanted):
    assert code.double(given) == wanted.value


def test_half():
    assert code.half(4) == 2
    with pytest.raises(ValueError, match="3"):
        code.half(3)


def make():
    def test_made():
        expected = "hello, you"
        assert code.greet("you") == expected

    return test_made


test_made = make()


def test_calls_another_test():
    test_half()
    assert code.half(8) == 4


def test_touch_asks_for_nothing():
    code.touch([])


def test_spoil():
    before = code.spoil(BOX)
    assert before == 1
    del BOX["spoiled"]


def test_spoiled_is_gone():
    assert "spoiled" not in BOX
    assert code.double(4) == 8


def test_of_a_data_file():
    number = int((pathlib.Path(__file__).parent.parent / "data" / "number.txt").read_text())
    assert code.double(number) == 14


def test_this_file_is_as_it_was_written():
    text = pathlib.Path(__file__).read_text()
    assert "(given, wanted):\\n    assert" in text
    assert code.double(3) == 6
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory, python) -> sweflow.Folder:
    root = tmp_path_factory.mktemp("twins")
    repo = write_repository(root / "small", {"things.py": CODE, "tests/test_code.py": TESTS, "data/number.txt": "7\n"})
    sweflow.build(repo, root / "out", python=python, sandbox="process")
    return sweflow.Folder(root / "out")


@pytest.fixture(scope="module")
def table(built):
    return read_twins(built.twins)


@pytest.fixture(scope="module")
def grader(built):
    with grader_of(built.root, "process", timeout=10.0) as found:
        yield found


def task_of(built: sweflow.Folder, function: str) -> sweflow.Task:
    return next(t for t in sweflow.load_tasks(built.root) if f"things.py::{function}" in t.row["target_functions"])


def graded(built, grader, function: str, source: str) -> sweflow.Verdict:
    """The verdict on a patch that puts something in the place of a function."""
    task = task_of(built, function)
    attack = Attack("made", "", lambda situation: Situation.appended(situation, source))
    return grader.grade(task.whole_row(), attack_patch(attack, situation_of(task.whole_row(), built.history)))


def test_V8_every_test_that_asserts_something_has_a_twin(table, built):
    having = {test.rpartition("::")[2].partition("[")[0] for test in table.with_twins()}
    assert having == {
        "test_double",
        "test_even",
        "test_half",
        "test_made",
        "test_spoil",
        "test_spoiled_is_gone",
        "test_of_a_data_file",
    }
    assert {test for test in table.with_twins() if "test_double[" in test} == {
        f"tests/test_code.py::test_double[{row}]" for row in ("1-2", "2-4", "5-10")
    }


def test_V8_a_step_whose_tests_assert_nothing_is_no_task(built):
    rejected = [json.loads(line) for line in built.rejected.read_text().splitlines()]
    steps = [row for row in rejected if row["reason"] == "no-twin"]
    assert [row["kind"] for row in steps] == ["step"]
    assert {row["id"] for row in rejected if row["reason"] == "step-rejected"} == {"things.py::touch"}
    summary = json.loads(built.summary.read_text())
    assert_adds_up(summary)
    assert summary["twins"] == {"tests": 12, "with_twin": 10}


def test_V8_tests_that_do_not_bear_company_run_apart_and_readers_of_text_are_left_alone(table):
    apart = {test for each in table.functions for test in each.apart}
    untouched = {test for each in table.functions for test in each.untouched}
    assert untouched == {
        f"tests/test_code.py::{name}" for name in ("test_this_file_is_as_it_was_written", "test_calls_another_test")
    }
    assert apart <= {"tests/test_code.py::test_spoiled_is_gone"}


def test_V8_what_a_solver_sees_says_nothing_of_twins(built, table, tmp_path):
    rows = [json.loads(line) for line in built.tasks.read_text().splitlines()]
    assert [row["twins"] for row in rows] == [len(table.with_twins().intersection(row["FAIL_TO_PASS"])) for row in rows]
    sweflow.checkout(built.root, rows[0]["instance_id"], tmp_path / "task")
    assert not list((tmp_path / "task").rglob("twins*"))


def test_V8_each_test_is_itself_on_one_side_and_its_twin_on_the_other(built, table):
    task = sweflow.load_tasks(built.root)[-1]
    blobs = read_commit(built.history, f"refs/references/{task.step:04d}")
    tests = (*task.fail_to_pass, *task.pass_to_pass)
    drawn = [draw_sides(table, tests, blobs, Random(seed)) for seed in range(12)]
    for found in drawn:
        assert list(found.names) == sorted(tests)  # what is drawn from it is the same in every process
        one, two = found.sides
        having = table.with_twins().intersection(tests) - found.untouched
        assert one.twins | two.twins == having
        assert not one.twins & two.twins
        assert one.real | two.real == frozenset(tests) - found.untouched
        assert not one.real & one.twins
        assert not two.real & two.twins
        texts = {side.blobs["tests/test_code.py"][1] for side in found.sides}
        assert len(texts | {blobs["tests/test_code.py"][1]}) == 3
    assert len({found.sides[0].twins for found in drawn}) > 2


def test_V8_ids_in_a_grade_say_nothing_of_what_is_expected(table):
    assert table.opaque
    double = next(each for each in table.functions if each.name == "test_double")
    assert sorted(double.names.values()) == [f"tests/test_code.py::test_double[given-wanted{n}]" for n in range(3)]


@pytest.mark.slow
def test_V8_gold_is_resolved(built, grader):
    for task in sweflow.load_tasks(built.root):
        assert grader.grade(task.whole_row(), task.patch).resolved


@pytest.mark.slow
def test_V8_gold_is_resolved_however_it_is_drawn(built, grader):
    task = sweflow.load_tasks(built.root)[-1]
    for _ in range(10):
        verdict = grader.grade(task.whole_row(), task.patch)
        assert (verdict.verdict, verdict.failing) == (VerdictKind.RESOLVED, ()), verdict


def test_V8_another_right_solution_is_resolved(built, grader):
    verdict = graded(
        built,
        grader,
        "half",
        "def half(number):\n    whole, left = divmod(number, 2)\n    if left:\n        raise ValueError(str(number))\n    return whole\n",
    )
    assert verdict.resolved, verdict


@pytest.mark.parametrize(
    ("function", "source"),
    [
        pytest.param(
            "greet",
            "class Any(str):\n    def __eq__(self, other): return len(other) > 3\n    __hash__ = str.__hash__\n"
            "def greet(name): return Any()\n",
            id="an object that agrees",
        ),
        pytest.param(
            "greet",
            "def greet(name):\n    try:\n        raise KeyError\n    except KeyError as error:\n"
            "        return error.__traceback__.tb_frame.f_back.f_locals.get('expected') or next(\n"
            "            v for v in error.__traceback__.tb_frame.f_back.f_locals.values() if len(str(v)) > 8)\n",
            id="a value of the caller's",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "half",
            "class Agrees(int):\n    def __eq__(self, other): return isinstance(other, int)\n    __hash__ = int.__hash__\n"
            "def half(number):\n    if number == 4:\n        return Agrees()\n"
            "    import linecache, re, sys\n"
            "    names = re.findall(r'raises\\((\\w+)', ''.join(linecache.getlines(sys.modules['test_code'].__file__)))\n"
            "    raise getattr(__import__('builtins'), names[0])(str(number))\n",
            id="the exception that the test's text awaits",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_V8_who_answers_by_the_question_passes_the_twin_too(built, grader, function, source):
    verdict = graded(built, grader, function, source)
    assert verdict.verdict is VerdictKind.TAMPERED, verdict
    assert verdict.reward == 0
    assert verdict.fooled


@pytest.mark.slow
def test_V8_a_wrong_answer_that_a_twin_expects_is_wrong_and_no_cheat(built, grader):
    for _ in range(2):
        verdict = graded(built, grader, "greet", "def greet(name):\n    return 'hello, yov'\n")
        assert verdict.verdict is VerdictKind.FAILED, verdict


def test_V6_a_data_file_that_tests_read_is_put_back_wherever_it_lies(built, grader, table):
    task = sweflow.load_tasks(built.root)[-1]
    assert table.reads_of(task.pass_to_pass) == {"data/number.txt", "pyproject.toml"}
    change = (
        "diff --git a/data/number.txt b/data/number.txt\n--- a/data/number.txt\n+++ b/data/number.txt\n"
        "@@ -1 +1 @@\n-7\n+8\n"
    )
    verdict = grader.grade(task.whole_row(), task.patch + change)
    assert (verdict.verdict, verdict.restored) == (VerdictKind.RESOLVED, ("data/number.txt",))


@pytest.mark.slow
def test_V8_a_pass_of_few_tests_is_told_from_its_twin_more_than_once(built, grader, monkeypatch):
    task = task_of(built, "greet")
    rounds = []
    monkeypatch.setattr(Grader, "_judge_round", heard(Grader._judge_round, rounds))
    assert graded(built, grader, "greet", 'def greet(name):\n    return f"hello, {name}"\n').resolved
    assert [len(each["FAIL_TO_PASS"]) for each in rounds] == [1, 1, 1]
    assert [len(each["PASS_TO_PASS"]) for each in rounds[1:]] == [0, 0]
    rounds.clear()
    assert not grader.grade(task.whole_row(), "").resolved
    assert grader.grade(task.whole_row(), task.patch).resolved
    assert len(rounds) == 2


def heard(function, tasks):
    """A method that notes the tasks that it is called with."""

    def method(self, task, *arguments):
        tasks.append(task)
        return function(self, task, *arguments)

    return method


@pytest.mark.slow
def test_twins_can_be_left_out(built, tmp_path, python):
    repo = built.root.parent / "small"
    options = sweflow.Options.of(twins=0)
    summary = sweflow.build(repo, tmp_path / "out", python=python, options=options, sandbox="process")
    assert summary["steps"]["rejected"] == {}
    assert Path(tmp_path / "out" / "twins.jsonl").read_bytes() == b""
    task = sweflow.load_tasks(tmp_path / "out")[0]
    assert sweflow.grade(task, task.patch, "process").resolved


def test_H2_a_dataset_without_its_twins_is_not_graded_by_less(built):
    away = built.twins.rename(built.root / "away")
    try:
        with pytest.raises(sweflow.SweflowError, match=r"twins\.jsonl is not there"):
            sweflow.grade(sweflow.load_tasks(built.root)[0], "", "process")
    finally:
        away.rename(built.twins)
