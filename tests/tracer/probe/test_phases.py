"""T7: what runs is attributed by its own stack, whatever other threads, the garbage collector and hooks do meanwhile."""

import sys

import pytest
from sweflow_rdg import build_graph, index_source
from sweflow_tracer.project.files import list_files, read_blobs

from tests.helpers import calls_of, trace_of, write_repository

CORE = """\
import gc
import importlib
import threading
import weakref

imported = threading.Event()
used = threading.Event()


def beside_an_import():
    thread = threading.Thread(target=importlib.import_module, args=("slow",))
    thread.start()
    imported.wait(5)
    used_meanwhile()
    used.set()
    thread.join()
    used_after()


def used_meanwhile():
    pass


def used_after():
    pass


def at_import():
    pass


def overlapping():
    first = threading.Thread(target=importlib.import_module, args=("long",))
    second = threading.Thread(target=importlib.import_module, args=("longer",))
    first.start(), second.start()
    first.join(), second.join()
    used_after()


class Cycle:
    def __init__(self):
        self.me = self

    def __del__(self):
        finalized()


def finalized():
    pass


def told(reference):
    pass


def reported():
    pass


def configured():
    pass


def ended():
    pass


def used_in_a_child():
    pass
"""
FILES = {
    "core.py": CORE,
    "slow.py": "import core\ncore.at_import()\ncore.imported.set()\ncore.used.wait(5)\n",
    "long.py": "import time\ntime.sleep(0.1)\n",
    "longer.py": "import time\ntime.sleep(0.3)\n",
    "conftest.py": """\
import os
import core
from _pytest.reports import TestReport
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    if "in_a_child" not in item.name:
        return None
    child = os.fork()
    if not child:
        runtestprotocol(item, log=False, nextitem=nextitem)
        os._exit(0)
    os.waitpid(child, 0)
    for when in ("setup", "call", "teardown"):
        report = TestReport(item.nodeid, item.location, {}, "passed", None, when)
        item.ihook.pytest_runtest_logreport(report=report)
    return True

def pytest_runtest_logreport(report):
    core.reported()

def pytest_configure(config):
    core.configured()

def pytest_sessionfinish(session):
    core.ended()
""",
    "test_core.py": """\
import gc
import weakref
import core

def test_in_a_child():
    core.used_in_a_child()

def test_beside():
    core.beside_an_import()

def test_overlapping():
    core.overlapping()

def test_collected():
    core.Cycle()
    gc.collect()

def test_weak():
    cycle = core.Cycle()
    reference = weakref.ref(cycle, core.told)
    del cycle
    gc.collect()
    assert reference() is None

def test_collected_by_itself():
    gc.set_threshold(1, 1, 1)
    core.Cycle()
    [[] for _ in range(10)]
""",
}


NEWER = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")


@pytest.fixture(
    scope="module",
    params=[("fork", "settrace"), ("none", "settrace"), pytest.param(("fork", "monitoring"), marks=NEWER)],
    ids="-".join,
)
def traced(request, tmp_path_factory, python):
    folder = tmp_path_factory.mktemp("phases")
    repo = write_repository(folder / "repo", FILES)
    isolation, engine = request.param
    trace = trace_of(repo, python, folder / "journal", isolation=isolation, engine=engine)
    return trace, build_graph(trace, index_source(read_blobs(repo, list_files(repo, None))))


def required(traced, test: str) -> set[str]:
    _, graph = traced
    (found,) = (node for node in graph.tests if node.id.endswith(f"::{test}"))
    return {graph.nodes[number].id.partition("::")[2] for number in found.requirement}


def scaffold(traced) -> set[str]:
    return {node.id.partition("::")[2] for node in traced[1].nodes if node.scaffold and node.path == "core.py"}


def test_T7_calls_beside_an_import_in_another_thread_are_the_tests(traced):
    assert {"beside_an_import", "used_meanwhile", "used_after"} <= required(traced, "test_beside")
    assert not {"used_meanwhile", "used_after"} & scaffold(traced)


def test_T7_what_the_importing_thread_calls_is_the_modules(traced):
    assert "at_import" in scaffold(traced)
    assert ("test_beside", "at_import") not in calls_of(traced[0], "test_beside")


def test_T7_the_phase_is_over_when_imports_that_overlapped_are(traced):
    assert "used_after" in required(traced, "test_overlapping")


def test_T1_what_a_collection_that_was_asked_for_calls_is_required(traced):
    assert {"Cycle.__init__", "Cycle.__del__", "finalized"} <= required(traced, "test_collected")
    assert {"told", "finalized"} <= required(traced, "test_weak")


def test_T1_what_a_collection_by_itself_calls_is_not(traced):
    assert required(traced, "test_collected_by_itself") == {"Cycle.__init__"}


def test_what_hooks_of_the_session_and_of_reports_call_is_scaffold(traced):
    assert {"configured", "ended", "reported"} <= scaffold(traced)
    assert not any("reported" in required(traced, test.id.partition("::")[2]) for test in traced[0].tests)


def test_T3_a_test_that_a_plugin_runs_whole_in_a_child_is_followed_phase_by_phase(traced):
    assert required(traced, "test_in_a_child") == {"used_in_a_child"}
    assert ("test_in_a_child", "used_in_a_child") in calls_of(traced[0], "test_in_a_child", "call")
