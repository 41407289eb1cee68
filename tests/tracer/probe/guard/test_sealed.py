"""What the guard knows travels in sealed records; what carries no seal is an alarm (V6)."""

import json

import pytest
from sweflow_tracer.runner.channel import Tail

from tests.tracer.probe.guard.conftest import Guard

TEST = "import core\n\ndef test_one():\n    core.work()\n"
EVERYWHERE = """
import os

def everywhere(line):
    for fd in range(3, 64):
        try:
            os.write(fd, line.encode() + b"\\n")
        except OSError:
            pass
"""


def test_V6_an_honest_session_has_no_alarm_and_every_record_of_it_is_sealed(guarded: Guard):
    session = guarded("def work(): pass\n", TEST, "test_one")
    assert session.alarms == []
    assert [record["outcome"] for record in session.tests] == ["passed"]
    assert {record["outcome"] for record in session.decoys} == {"failed"}


def test_a_file_of_which_pytest_warns_ends_nothing_where_warnings_are_errors(guarded: Guard):
    odd = "def test_two():\n    assert (1 == 2, 'always true')\n"
    files = {"pytest.ini": "[pytest]\nfilterwarnings = error\n", "tests/test_odd.py": odd}
    session = guarded(
        "def work(): pass\n", TEST, "test_one", trusted=("tests/test_core.py", "tests/test_odd.py"), **files
    )
    assert session.alarms == []
    assert [record["outcome"] for record in session.tests] == ["passed"]


def test_V6_alarms_arrive_although_their_descriptor_leads_elsewhere(guarded: Guard):
    core = """
        import os, sys

        def work():
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for fd in map(int, os.listdir("/proc/self/fd")):
                try:
                    if os.fstat(fd).st_mode & 0o100000 and fd > 2:
                        os.dup2(nowhere, fd)
                except OSError:
                    pass
            sys._getframe()
        """
    session = guarded(core, TEST, "test_one")
    assert session.alarms == ["reaches sys._getframe"]


def test_V6_no_name_leads_to_the_channel(guarded: Guard):
    core = """
        import os

        def work():
            folder = os.path.dirname(os.environ["HOME"])
            assert set(os.listdir(folder)) <= {"cache", "home", "log.txt", "probe", "spool", "tmp"}
            for fd in os.listdir("/proc/self/fd"):
                path = "/proc/self/fd/" + fd
                name = os.readlink(path) if os.path.islink(path) else ""
                assert "record" not in name and ".jsonl" not in name
                assert not name.startswith(folder) or name.endswith(("/log.txt", "(deleted)"))
        """
    session = guarded(core, TEST, "test_one")
    assert [record["outcome"] for record in session.tests] == ["passed"]


@pytest.mark.slow
@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped"])
def test_V6_a_record_of_a_test_without_a_seal_is_an_alarm_however_it_says_that_it_ended(guarded: Guard, outcome: str):
    line = json.dumps({"kind": "test", "id": "tests/test_core.py::test_two", "outcome": outcome})
    session = guarded(EVERYWHERE + f"\ndef work():\n    everywhere({line!r})\n", TEST, "test_one")
    assert "forged a record of tests/test_core.py::test_two" in session.alarms
    assert [record["id"] for record in session.tests if record["id"].endswith("two")] == []


def test_V6_a_decoy_without_a_seal_is_none(guarded: Guard):
    line = json.dumps({"kind": "test", "id": "decoy", "outcome": "failed", "group": -1})
    session = guarded(EVERYWHERE + f"\ndef work():\n    everywhere({line!r})\n", TEST, "test_one")
    assert "decoy" not in {record["id"] for record in session.decoys}
    assert "forged a record of decoy" in session.alarms


@pytest.mark.slow
@pytest.mark.parametrize("line", ["[" * 200_000, '{"kind": 3}', "7", '{"kind":"kept","strays":7}', '{"kind":"end"}'])
def test_V6_a_line_that_is_no_record_of_ours_is_an_alarm_and_ends_nothing(guarded: Guard, line: str):
    core = EVERYWHERE + f"\ndef work():\n    everywhere({line!r})\n" if len(line) < 99 else None
    core = core or EVERYWHERE + "\ndef work():\n    everywhere('[' * 200_000)\n"
    session = guarded(core, TEST, "test_one")
    assert "writes to the channel" in session.alarms
    assert session.ran


def test_V6_what_the_supervisor_says_of_a_test_that_died_is_sealed(guarded: Guard):
    session = guarded("import os\n\ndef work():\n    os._exit(3)\n", TEST, "test_one")
    assert [(record["outcome"], record["detail"]) for record in session.tests] == [
        ("lost", "process left with exit code 3")
    ]
    assert session.alarms == []


def test_V6_200000_brackets_are_a_line_that_nobody_of_ours_wrote(tmp_path):
    channel = tmp_path / "channel"
    channel.write_bytes(b"[" * 200_000 + b"\n" + b'{"kind":"end","ran":true}\n')
    with Tail(channel) as tail:
        assert [record["kind"] for record in tail.read()] == ["torn", "end"]
