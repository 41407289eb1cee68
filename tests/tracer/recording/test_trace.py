"""What the tracer sees, on small suites whose true edges are written here by hand (T1, T2, T3, T5, T6)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sweflow_tracer import Outcome, Trace
from sweflow_tracer.errors import SessionFailed

from tests.helpers import calls_of, trace_of, write_repository

SHOP = """\
import functools

def helper():
    return 1

def imported():
    return 2

VALUE = imported()

@functools.lru_cache
def cached():
    return helper()

def by_c(numbers):
    return sorted(numbers, key=rank)

def rank(n):
    return -n

def make():
    yield helper()

class Thing:
    def __init__(self):
        self.x = 1
    def __add__(self, other):
        return helper()
    def __del__(self):
        released()

def released():
    pass

def fixture_value():
    return 3

def clean():
    pass

def failing():
    raise ValueError("no")
"""
TESTS = """\
import os, sys, random, pytest, shop

@pytest.fixture(scope="module")
def value():
    yield shop.fixture_value()
    shop.clean()

def test_first_use_of_the_cache():
    assert shop.cached() == 1

def test_second_use_of_the_cache():
    assert shop.cached() == 1

def test_callback_through_c():
    assert shop.by_c([1, 2]) == [2, 1]

def test_generator():
    assert list(shop.make()) == [1]

def test_operator():
    assert shop.Thing() + 1 == 1

def test_fixture(value):
    assert value == 3

def test_fixture_again(value):
    assert value == 3

def test_fails():
    shop.failing()

def test_skipped():
    pytest.skip("not here")

@pytest.mark.xfail
def test_expected_to_fail():
    assert False

def test_exits():
    os._exit(0)

def test_hangs():
    import time
    time.sleep(60)

def test_forks():
    if os.fork() == 0:
        raise SystemExit
    os.wait()

@pytest.mark.parametrize("x", ["a::b", "[", "ü", "two words"])
def test_names(x):
    assert shop.helper() == 1

def test_environment():
    assert os.environ["PYTHONHASHSEED"] == "0" and os.environ["TZ"] == "UTC"
    assert random.random() == random.Random(0).random()
    assert "sweflow_tracer" not in sys.modules
    open("left behind", "w").close()

class TestBase:
    def test_inherited(self):
        assert shop.helper()

class TestChild(TestBase):
    pass
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = tmp_path_factory.mktemp("shop") / "shop"
    return write_repository(repo, {"shop.py": SHOP, "tests/test_shop.py": TESTS})


@pytest.fixture(scope="module")
def trace(shop: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Trace:
    return trace_of(shop, python, tmp_path_factory.mktemp("journal"), timeout=3.0)


def outcome(trace: Trace, name: str) -> Outcome:
    return next(test.outcome for test in trace.tests if test.id.endswith(name))


def test_T3_a_cache_warmed_by_one_test_hides_nothing_from_the_next(trace):
    for name in ("test_first_use_of_the_cache", "test_second_use_of_the_cache"):
        assert calls_of(trace, name, "call") == {("-", name), (name, "cached"), ("cached", "helper")}


def test_T3_fixture_edges_belong_to_each_test_that_uses_the_fixture(trace):
    for name in ("test_fixture", "test_fixture_again"):
        assert calls_of(trace, name, "setup") == {("-", "value"), ("value", "fixture_value")}
        assert calls_of(trace, name, "teardown") == {("-", "value"), ("value", "clean")}


def test_T1_a_callback_through_c_is_called_by_the_function_that_called_c(trace):
    assert ("by_c", "rank") in calls_of(trace, "test_callback_through_c")


def test_T1_a_generator_is_resumed_by_its_consumer(trace):
    assert calls_of(trace, "test_generator", "call") >= {("test_generator", "make"), ("make", "helper")}


def test_T1_operators_and_finalizers_are_calls(trace):
    calls = calls_of(trace, "test_operator", "call")
    assert calls >= {("test_operator", "__add__"), ("__add__", "helper"), ("__del__", "released")}


def test_code_that_runs_at_import_belongs_to_its_module(trace):
    names = [code.name for code in trace.codes] + ["-"]
    edges = {(names[e.caller], names[e.callee]) for e in (trace.edges[n] for n in trace.edge_sets[trace.imports])}
    assert ("<module>", "imported") in edges
    assert not any("imported" in pair for test in trace.tests for pair in calls_of(trace, test.id))


def test_V2_only_a_pass_is_a_pass(trace):
    assert outcome(trace, "test_fails") is Outcome.FAILED
    assert outcome(trace, "test_skipped") is Outcome.SKIPPED
    assert outcome(trace, "test_expected_to_fail") is Outcome.XFAILED


def test_T6_a_test_that_exits_hangs_or_forks_loses_only_its_own_record(trace):
    assert outcome(trace, "test_exits") is Outcome.LOST
    assert outcome(trace, "test_hangs") is Outcome.TIMED_OUT
    assert outcome(trace, "test_forks") is Outcome.PASSED
    assert outcome(trace, "test_environment") is Outcome.PASSED


def test_ids_with_any_character_are_kept_and_belong_to_one_test_function(trace):
    named = [test for test in trace.tests if "test_names" in test.id]
    assert len({test.id for test in named}) == 4
    assert {test.function for test in named} == {"tests/test_shop.py::test_names"}
    assert {test.outcome for test in named} == {Outcome.PASSED}


def test_an_inherited_test_is_one_test_function_per_class_with_one_body(trace):
    inherited = [test for test in trace.tests if test.id.endswith("test_inherited")]
    assert [test.function for test in inherited] == [
        "tests/test_shop.py::TestBase::test_inherited",
        "tests/test_shop.py::TestChild::test_inherited",
    ]
    assert inherited[0].body == inherited[1].body


def test_nothing_is_written_into_the_repository(trace, shop):
    written = sorted(path.relative_to(shop).as_posix() for path in shop.rglob("*") if path.is_file())
    assert written == ["pyproject.toml", "shop.py", "tests/test_shop.py"]


@pytest.mark.slow
def test_T6_a_child_that_a_test_leaves_behind_in_a_session_of_its_own_is_ended(python, tmp_path):
    mark = f"{os.getpid()}.{id(tmp_path)}"
    files = {
        "tests/test_leaves.py": "import subprocess\n\ndef test_leaves():\n"
        f"    subprocess.Popen(['sleep', '{mark}'], start_new_session=True, env={{}})\n"
    }
    trace = trace_of(write_repository(tmp_path / "r", files), python, tmp_path / "journal")
    assert [test.outcome for test in trace.tests] == [Outcome.PASSED]
    assert mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_tests_that_get_in_each_others_way_side_by_side_are_judged_alone(python, tmp_path):
    body = "    open('same', 'w').write('{0}')\n    time.sleep(0.5)\n    assert open('same').read() == '{0}'\n"
    text = "import time\n" + "".join(f"def test_{n}():\n{body.format(n)}" for n in "abcd")
    repo = write_repository(tmp_path / "r", {"tests/test_same.py": text})
    trace = trace_of(repo, python, tmp_path / "journal", jobs=2)
    assert {test.outcome for test in trace.tests} == {Outcome.PASSED}


@pytest.mark.slow
def test_T3_a_process_a_test_gives_the_same_edges_as_a_fork_a_test(shop, trace, python, tmp_path):
    small = write_repository(
        tmp_path / "shop", {"shop.py": SHOP, "tests/test_shop.py": TESTS.split("def test_fails", maxsplit=1)[0]}
    )
    alone = trace_of(small, python, tmp_path / "journal", isolation="process")
    assert alone.isolation == "process"
    for test in alone.tests:
        assert calls_of(alone, test.id) == calls_of(trace, test.id)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
def test_T4_both_engines_give_the_same_edges(python, tmp_path):
    files = {"shop.py": SHOP, "tests/test_shop.py": TESTS.split("def test_fails", maxsplit=1)[0]}
    repo = write_repository(tmp_path / "shop", files)
    one, two = (trace_of(repo, python, tmp_path / engine, engine=engine) for engine in ("settrace", "monitoring"))
    assert one.engine != two.engine
    for test in one.tests:
        assert calls_of(one, test.id) == calls_of(two, test.id)


@pytest.mark.slow
def test_a_thread_that_lives_on_after_collection_means_a_process_a_test(python, tmp_path):
    files = {
        "tests/test_thread.py": "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def test_a(): pass\ndef test_exits():\n    import os\n    os._exit(3)\ndef test_b(): pass\n"
    }
    trace = trace_of(write_repository(tmp_path / "r", files), python, tmp_path / "journal", reruns=1)
    assert trace.isolation == "process"
    assert [(test.outcome, test.reruns) for test in trace.tests] == [
        (Outcome.PASSED, (Outcome.PASSED,)),
        (Outcome.LOST, (Outcome.NOT_RUN,)),
        (Outcome.PASSED, (Outcome.PASSED,)),
    ]
    assert trace.tests[1].detail == "process left with exit code 3"


@pytest.mark.slow
def test_plain_runs_tell_flaky_and_order_dependent_tests(python, tmp_path):
    text = "state = []\ndef test_a(): state.append(1)\ndef test_b(): pass\ndef test_needs_a(): assert state\n"
    text += "def test_c(): assert state in ([], [1])\ndef test_hash(): assert hash('a') % 2 == {}\n"
    hashed = {
        seed: int(
            subprocess.run(
                [sys.executable, "-c", "print(hash('a') % 2)"],
                env={"PYTHONHASHSEED": str(seed)},
                capture_output=True,
                check=True,
            ).stdout
        )
        for seed in range(6)
    }
    repo = write_repository(tmp_path / "r", {"tests/test_order.py": text.format(hashed[0])})
    trace = trace_of(repo, python, tmp_path / "journal", reruns=5)
    by_name = {test.id.rpartition("::")[2]: test for test in trace.tests}
    assert by_name["test_needs_a"].outcome is Outcome.FAILED  # alone, nothing has filled the list
    assert set(by_name["test_hash"].reruns) == {
        Outcome.PASSED if hashed[seed] == hashed[0] else Outcome.FAILED for seed in range(1, 6)
    }
    assert set(by_name["test_b"].reruns) == {Outcome.PASSED}


@pytest.mark.slow
def test_D1_a_trace_goes_on_from_the_records_of_one_before_it(shop, python, tmp_path):
    repo = write_repository(
        tmp_path / "r", {"tests/test_count.py": "def test_a(): pass\ndef test_b(): pass\ndef test_c(): pass\n"}
    )
    whole = trace_of(repo, python, tmp_path / "journal")
    segment = tmp_path / "journal" / "trace-0.jsonl"
    lines = segment.read_text().splitlines(keepends=True)
    tests = [n for n, line in enumerate(lines) if '"kind":"test"' in line]
    segment.write_text("".join(lines[: tests[1]]) + lines[tests[1]][:20])  # one record, and a torn line
    again = trace_of(repo, python, tmp_path / "journal")
    assert (tmp_path / "journal" / "trace-1.jsonl").read_text().count('"kind":"test"') == 2
    assert [(t.id, t.outcome, t.call) for t in again.tests] == [(t.id, t.outcome, t.call) for t in whole.tests]


def test_V3_a_session_that_ends_in_its_middle_is_no_verdict_on_its_tests(python, tmp_path):
    text = "import os, signal\ndef test_a(): os.kill(os.getppid(), signal.SIGKILL)\ndef test_b(): pass\n"
    repo = write_repository(tmp_path / "r", {"tests/test_kill.py": text})
    with pytest.raises(SessionFailed, match="before every test had run") as caught:
        trace_of(repo, python, tmp_path / "journal")
    assert caught.value.killed


@pytest.mark.slow
def test_T1_what_is_called_between_collection_and_the_first_test_moves_no_names(tmp_path, python):
    """The probe collects garbage there, and a finalizer of the project is a function that nobody had called yet."""
    core = (
        "import gc\ngc.disable()\n\n\nclass Node:\n    def __init__(self):\n        self.me = self\n\n"
        "    def __del__(self):\n        leave()\n\n\ndef leave():\n    pass\n\n\nNode()\n\n\n"
        "def double(n):\n    return twice(n)\n\n\ndef twice(n):\n    return 2 * n\n"
    )
    tests = "import core\n\n\ndef test_double():\n    assert core.double(2) == 4\n"
    repo = write_repository(tmp_path / "repo", {"core.py": core, "test_core.py": tests})
    trace = trace_of(repo, python, tmp_path / "journal")
    assert {("test_double", "double"), ("double", "twice")} <= calls_of(trace, "test_double", "call")
