"""One small repository of which every need is known, built by what tests need (S6, S7)."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sweflow_datasets import pipeline
from sweflow_scheduler import Closure
from sweflow_tasks.format import read_certificates

import sweflow
from sweflow.cli.main import cli
from sweflow.errors import NotAQuestion
from sweflow.reporting.material import read_material
from sweflow.reporting.payload import payload
from tests.helpers import assert_adds_up, git, whole_rows, write_repository

CORE = '''\
SEEN = []


def note(text):
    """Nobody looks at what it keeps."""
    SEEN.append(text)


def clear(box):
    note("clear")
    del box[:]


def left(box):
    box.add(1)


def right(box):
    box.add(1)


def far(number):
    """Makes the tests of one side dear."""
    total = 0
    for step in range(number):
        total += step
        total -= step
    return number + total


def numbers(box):
    """Yields what is there."""
    for number in box:
        yield number


class Box:
    def __init__(self):
        note("box")
        self.held = []

    @property
    def size(self):
        return len(self.held)

    @classmethod
    def of(cls, *held):
        box = cls()
        box.held.extend(held)
        return box
'''
TESTS = """\
import core


def test_clear_empty():
    box = []
    core.clear(box)
    assert box == []


def test_clear():
    box = [core.far(0) + 1]
    core.clear(box)
    assert not box


def test_either():
    box = set()
    core.left(box)
    core.right(box)
    assert box == {1}


def test_left():
    box = {core.far(2)}
    core.left(box)
    assert box == {1, 2}


def test_right():
    box = {core.far(2)}
    core.right(box)
    assert box == {1, 2}


def test_numbers():
    assert list(core.numbers([core.far(1)])) == [1]


def test_box():
    assert core.Box.of(1, 2).size == 2
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, python: Path) -> sweflow.Folder:
    """The repository, built by need."""
    root = tmp_path_factory.mktemp("by-need")
    repo = write_repository(root / "repo", {"core.py": CORE, "test_core.py": TESTS})
    options = sweflow.Options.of(closure="needed", twins=0)
    sweflow.build(repo, root / "out", python=python, options=options, sandbox="process", allow_dirty=True)
    return sweflow.Folder(root / "out")


def run(*arguments: object) -> str:
    """What a command prints; its error is raised."""
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def names(row: dict, key: str) -> set[str]:
    return {name.rpartition("::")[2] for name in row[key]}


def functions(row: dict) -> set[str]:
    return names(row, "target_functions") | names(row, "dependent_functions")


def test_S6_each_function_of_a_task_is_noticed_by_one_of_its_tests(built):
    certificates = read_certificates(built.certificates)
    for row in whole_rows(built):
        noticed = {found["function"]: found["by"] for found in certificates[row["instance_id"]]["noticed"]}
        assert noticed.keys() == {*row["target_functions"], *row["dependent_functions"]}
        assert set(noticed.values()) <= set(row["FAIL_TO_PASS"])


def test_S7_a_function_is_asked_for_by_the_first_test_that_looks(built):
    rows = whole_rows(built)
    (clears,) = (row for row in rows if "clear" in functions(row))
    assert names(clears, "FAIL_TO_PASS") == {"test_clear"}
    assert "test_core.py::test_clear_empty" in clears["PASS_TO_PASS"]
    assert set().union(*map(functions, rows)) >= {"clear", "left", "right", "far", "numbers"}


def test_S7_functions_that_nobody_notices_are_in_no_task_and_stay_in_place(built):
    rejected = [json.loads(line) for line in built.rejected.read_text().splitlines()]
    assert {"kind": "function", "id": "core.py::note", "reason": "pseudo-tested"}.items() <= rejected[0].items()
    assert all("note" not in functions(row) for row in whole_rows(built))
    assert_adds_up(json.loads(built.summary.read_text()))


def test_S7_functions_that_are_noticed_together_do_not_both_wait(built):
    """``test_either`` notices neither side alone. With both empty it fails, so one of them comes with it or before."""
    rows = whole_rows(built)
    place = {name: row["step"] for row in rows for name in functions(row)}
    order = [json.loads(line) for line in built.tests.read_text().splitlines()]
    (step,) = (test["step"] for test in order if test["id"].endswith("test_either"))
    assert min(place["left"], place["right"]) <= step


def test_C2_a_placeholder_does_nothing_and_the_statement_says_so(built):
    rows = whole_rows(built)
    (clears,) = (row for row in rows if "clear" in functions(row))
    skeleton = git(built.history, "show", f"{clears['base_commit']}:core.py")
    assert "def clear(box):\n    pass  # sweflow: 'core.py::clear'\n" in skeleton
    assert (
        "body that does nothing" in clears["problem_statement"] or "does nothing so far" in clears["problem_statement"]
    )
    before = [row for row in rows if row["step"] < clears["step"] and "test_core.py" in row["test_patch"]]
    assert all("`clear` in `core.py`, which comes with step" in row["problem_statement"] for row in before)


def test_the_evidence_of_a_placeholder_is_that_the_test_called_it(built):
    (clears,) = (row for row in whole_rows(built) if "clear" in functions(row))
    (base,) = read_certificates(built.certificates)[clears["instance_id"]]["base"]
    assert (base["raised"], base["functions"]) == (False, ["core.py::clear"])


def test_pseudo_tested_functions_can_be_asked_for(built):
    rows = json.loads(run("graph", built.root, "--show", "pseudo-tested", "--json"))
    assert [row["function"] for row in rows] == ["core.py::note"]


def test_what_nobody_asked_is_no_answer(inventory):
    with pytest.raises(NotAQuestion, match="--closure needed"):
        run("graph", inventory.root, "--show", "pseudo-tested")


def test_H2_a_schedule_by_need_is_explained_without_running_a_test(built):
    (clears,) = (row for row in whole_rows(built) if "clear" in functions(row))
    ran = built.runs.read_bytes()
    said = run("schedule", built.root, "--explain", clears["step"])
    assert "core.py::clear waited for it: 1 test function before it can do without." in said
    assert built.runs.read_bytes() == ran


@pytest.mark.slow
def test_D2_the_answers_and_the_order_are_the_same_each_time(built, tmp_path, python):
    options = pipeline.stored_options(built.root)
    assert options.rules.closure is Closure.NEEDED
    again = sweflow.build(
        built.root.parent / "repo",
        tmp_path / "out",
        python=python,
        options=options,
        sandbox="process",
        allow_dirty=True,
    )
    other = sweflow.Folder(tmp_path / "out")
    assert again["steps"]["verified"] > 0
    for name in ("schedule", "tasks", "certificates", "rejected"):
        assert getattr(other, name).read_bytes() == getattr(built, name).read_bytes(), name


def test_a_report_says_who_notices_a_function(built):
    graph = pipeline.load_graph(built.root)
    found = payload(read_material(built, graph, pipeline.load_schedule(built.root, graph)))
    noticed = {graph.nodes[node].id: graph.tests[test].id for node, test in found["noticed"]}
    assert noticed["core.py::clear"] == "test_core.py::test_clear"
    assert "core.py::note" not in noticed
