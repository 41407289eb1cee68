"""What a watched run says of tests that read the project's files as data or start processes (V1)."""

import pytest
from sweflow_tracer.runner.options import SessionOptions

from tests.helpers import session_on

FILES = {
    "conftest.py": "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\n",
    "core.py": "def one():\n    return 1\n",
    "lazy.py": "TWO = 2\n",
    "data/words.txt": "word\n",
    "test_reads.py": """\
import inspect, multiprocessing, os, pathlib, subprocess, sys, tempfile
import core

HERE = pathlib.Path(__file__).parent

def test_calls():
    assert core.one() == 1

def test_looks_at_source():
    assert "return 1" in inspect.getsource(core.one)

def test_looks_at_source_again():
    assert "return 1" in inspect.getsource(core.one)

def test_imports_late():
    import lazy
    assert lazy.TWO == 2

def test_reads_data():
    assert (HERE / "data" / "words.txt").read_text() == "word\\n"

def test_lists_a_folder():
    assert os.listdir(HERE / "data") == ["words.txt"]

def test_lists_where_it_stands():
    assert "core.py" in os.listdir()

def test_starts_a_process():
    subprocess.run([sys.executable, "-c", "pass"], check=True)

def test_spawns():
    process = multiprocessing.get_context("spawn").Process(target=core.one)
    process.start()
    process.join()
    assert process.exitcode == 0

def test_forks():
    process = multiprocessing.get_context("fork").Process(target=core.one)
    process.start()
    process.join()
    assert process.exitcode == 0

def test_writes_elsewhere():
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
""",
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory, python):
    folder = tmp_path_factory.mktemp("reads")
    names = [line[4:-3] for line in FILES["test_reads.py"].splitlines() if line.startswith("def test")]
    groups = [[f"test_reads.py::{name}" for name in names]]
    with session_on(folder, FILES, python, SessionOptions(groups=groups, watch=True)) as (session, _):
        pass
    assert session.reads == ("pyproject.toml",)  # pytest looks for its configuration there
    assert {record["outcome"] for record in session.tests} == {"passed"}
    return {record["id"].rpartition("test_")[2]: (record["reads"], record["starts"]) for record in session.tests}


@pytest.mark.parametrize(
    ("test", "reads", "starts"),
    [
        ("calls", [], False),
        ("looks_at_source", ["core.py"], False),
        ("looks_at_source_again", ["core.py"], False),
        ("imports_late", [], False),
        ("reads_data", ["data/words.txt"], False),
        ("lists_a_folder", ["data"], False),
        ("lists_where_it_stands", ["."], False),
        ("starts_a_process", [], True),
        ("spawns", [], True),
        ("forks", [], True),
        ("writes_elsewhere", [], False),
    ],
)
def test_V1_what_a_test_reads_as_data_is_seen_and_what_it_imports_is_none(watched, test, reads, starts):
    assert watched[test] == (reads, starts)
