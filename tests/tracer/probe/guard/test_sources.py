"""The sources of tests are not for the code under test to read (V6)."""

import pytest

from tests.tracer.probe.guard.conftest import PATH, Guard

TEST = "import core\n\ndef test_one():\n    core.work(lambda: 1 / 0)\n"
OPENS = [
    "open('tests/test_core.py').read()",
    "__import__('pathlib').Path('tests/../tests/test_core.py').read_text()",
    "os.open('/proc/self/cwd/tests/test_core.py', os.O_RDONLY)",
    "os.open('test_core.py', os.O_RDONLY, dir_fd=os.open('tests', os.O_RDONLY))",
    "__import__('linecache').getlines(os.path.abspath('tests/test_core.py'))",
    "__import__('shutil').copy('tests/test_core.py', '/tmp/x-guard')",
    "os.symlink(os.path.abspath('tests/test_core.py'), 'other')",
    "os.link('tests/test_core.py', 'other')",
    "__import__('inspect').getsource(call)",
    "__import__('traceback').FrameSummary(os.path.abspath('tests/test_core.py'), 4, 'x').line",
    "__import__('runpy').run_path('tests/test_core.py')",
    "__import__('importlib').import_module('tests.other')",
]


@pytest.mark.slow
@pytest.mark.parametrize("call", OPENS)
def test_V6_foreign_code_that_opens_or_imports_the_source_of_a_test_is_an_alarm(guarded: Guard, call: str):
    core = f"import os\n\ndef work(call):\n    {call}\n"
    trusted = (PATH, "tests/other.py")
    session = guarded(core, TEST, "test_one", trusted=trusted, tests__other="x = 1\n", tests____init__="")
    assert any(alarm.startswith("opens ") for alarm in session.alarms), (session.alarms, session.log)


STARTED = [
    "subprocess.run(['cat', 'tests/test_core.py'], capture_output=True)",
    "os.system('true')",
    "os.popen('true').read()",
    "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)",
]
MOVED = [
    "os.rename('tests', 'elsewhere')",
    "os.replace('tests', 'elsewhere')",
    "os.symlink(os.path.abspath('tests'), 'elsewhere')",
    "__import__('shutil').move('tests', 'elsewhere')",
]
TAKEN_APART = [
    "sys.modules['test_core'].test_one.__code__.co_consts",
    "dis.dis(sys.modules['test_core'].test_one)",
    "list(dis.get_instructions(sys.modules['test_core'].test_one))",
    "inspect.getclosurevars(sys.modules['test_core'].test_one)",
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "alarm"),
    [
        *((call, "starts a process") for call in STARTED),
        *((call, "moves a folder of tests") for call in MOVED),
        *((call, "reads the code of a test") for call in TAKEN_APART),
    ],
)
def test_V6_foreign_code_that_gets_at_tests_in_another_way_is_an_alarm(guarded: Guard, call: str, alarm: str):
    core = f"import dis, inspect, os, subprocess, sys\n\ndef work(call):\n    {call}\n"
    session = guarded(core, TEST, "test_one")
    assert any(told.startswith(alarm) for told in session.alarms), (session.alarms, session.log)


def test_V6_what_tests_hand_over_may_be_looked_at_and_programs_that_tests_start_are_theirs(guarded: Guard):
    core = """
        import inspect

        def work(call):
            return call.__code__.co_argcount, inspect.signature(call)
        """
    tests = """
        import subprocess, sys
        import core

        def test_one():
            assert core.work(lambda a: a)[0] == 1
            subprocess.run([sys.executable, "-c", ""], check=True)
        """
    assert guarded(core, tests, "test_one").alarms == []


def test_V6_data_files_and_lines_in_shown_tracebacks_are_for_everybody(guarded: Guard):
    core = """
        import logging, os, traceback, warnings

        def work(call):
            open("tests/data.txt", "w").close()
            open("tests/data.txt").close()
            try:
                call()
            except ZeroDivisionError:
                logging.exception("no")
                traceback.format_exc()
                warnings.warn("old", stacklevel=2)
        """
    tests = TEST + "\ndef test_two():\n    assert 'two' in open(__file__).read()\n"
    assert guarded(core, tests, "test_one", "test_two").alarms == []
