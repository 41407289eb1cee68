"""One small repository in which something is wrong with most tests, and what the build says of each (V1, V4, C5)."""

import json
import subprocess
from pathlib import Path

import pytest
from sweflow_tasks.json_lines import read_lines

import sweflow
from tests.helpers import assert_adds_up, whole_rows, write_repository

CORE = '''\
def good():
    """One.

    >>> good()
    1
    """
    return 1

def hidden():
    return 2

def refuses():
    raise ValueError("no")

def read():
    return 3

def looked_at():
    return 4

def guarded():
    return 5

def never_called():
    return 6
'''
TESTS = """\
import inspect, subprocess, sys
import pytest
import core

state = []

def test_good():
    assert core.good() == 1

def test_swallows():
    try:
        core.hidden()
    except Exception:
        pass

def test_any_error_will_do():
    with pytest.raises(Exception):
        core.refuses()

def test_reads_source_of_what_it_needs():
    assert "return" in inspect.getsource(core.read)
    assert core.read() == 3

def test_calls_only_if_it_looks_right():
    if "return" in inspect.getsource(core.guarded):
        assert core.guarded() == 5

def test_reads_source_only():
    assert "return 1" in inspect.getsource(core.good)

def test_in_a_child_process():
    done = subprocess.run([sys.executable, "-c", "import core; core.good()"], capture_output=True, text=True)
    assert not done.stderr

def test_in_a_child_process_that_ignores_its_environment():
    code = "import sys; sys.path.insert(0, '.'); import core; core.good()"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert not done.stderr

def test_fails():
    assert False

@pytest.mark.skip
def test_skipped():
    pass

@pytest.mark.xfail
def test_expected_to_fail():
    assert False

@pytest.mark.parametrize("n", range(6))
def test_wants_a_clean_state(n):
    assert len(state) == 0

def test_leaves_something():
    state.append(1)

@pytest.mark.parametrize("works", [True, False])
def test_half_of_it_passes(works):
    assert core.looked_at() == (4 if works else 5)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, python: Path) -> sweflow.Folder:
    base = tmp_path_factory.mktemp("reasons")
    files = {
        "core.py": CORE,
        "unfinished.py": "def f(:\n",
        "tests/test_core.py": TESTS,
        "tests/test_missing.py": "import nothing_of_this_name\ndef test_x(): pass\n",
        "conftest.py": "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\n",
    }
    repo = write_repository(base / "repo", files)
    arguments = ("--doctest-modules", "--ignore=unfinished.py")
    sweflow.build(repo, base / "out", python=python, arguments=arguments, options=sweflow.Options.of(reruns=3, twins=0))
    return sweflow.Folder(base / "out")


@pytest.fixture(scope="module")
def reasons(built) -> dict[str, str]:
    return {row["id"].rpartition("::")[2]: row["reason"] for row in read_lines(built.rejected) if row["kind"] == "test"}


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("test_swallows", "swallowed"),
        ("test_any_error_will_do", "swallowed"),
        ("test_reads_source_of_what_it_needs", "unrelated-failure"),
        ("test_calls_only_if_it_looks_right", "passes-on-skeleton"),
        ("test_reads_source_only", "fails-on-skeleton"),
        ("test_in_a_child_process_that_ignores_its_environment", "untraced-subprocess"),
        ("test_fails", "failing"),
        ("test_skipped", "skipped"),
        ("test_expected_to_fail", "xfail"),
        ("test_wants_a_clean_state[0]", "order-dependent"),
        ("test_half_of_it_passes[False]", "failing"),
        ("core.good", "not-a-function"),
    ],
)
def test_V4_every_rejected_test_has_its_reason(reasons, test, reason):
    assert reasons[test] == reason


def test_V1_what_is_left_are_the_steps_that_fail_for_the_right_reason(built):
    rows = whole_rows(built)
    assert [row["FAIL_TO_PASS"] for row in rows] == [
        ["tests/test_core.py::test_half_of_it_passes[True]"],
        ["tests/test_core.py::test_good", "tests/test_core.py::test_in_a_child_process"],
    ]
    assert [row["target_functions"] for row in rows] == [["core.py::looked_at"], ["core.py::good"]]


def test_V4_files_steps_and_functions_are_counted_too(built):
    summary = json.loads(built.summary.read_text())
    assert_adds_up(summary)
    assert summary["files"]["rejected"] == {"collection-error": 1, "unparsable-file": 1}
    assert summary["steps"]["rejected"] == {"no-fail-to-pass": 4}
    assert summary["functions"]["rejected"] == {"step-rejected": 4}
    assert summary["functions"]["unreached"] == 1


def test_C5_rejected_tests_are_in_no_tree_and_return_at_the_end(built):
    def text(commit: str) -> str:
        command = ["git", "-C", str(built.history), "show", f"{commit}:tests/test_core.py"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    last = text("refs/references/0006")
    for name in ("test_swallows", "test_fails", "test_skipped", "test_reads_source_only"):
        assert f"def {name}(" not in last
        assert f"def {name}(" in text("main")
    assert "def test_good(" in last
    assert text("main") == TESTS
