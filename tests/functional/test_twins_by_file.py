"""Twins are looked for with the files alone that a turn changes, and are those that are found with all files (V8)."""

import pytest
import sweflow_tasks.twins.find as search

import sweflow
from tests.helpers import write_repository

CODE = """\
def double(number):
    return number + number


def half(number):
    return number // 2
"""
SHARED = """\
import things

class Checks:
    factor = 2

    def test_shared(self):
        assert things.double(self.factor) == 2 * self.factor
"""
FIRST = """\
import pytest
import things
from tests.shared import Checks

class TestTwo(Checks):
    pass

class Even:
    def __init__(self, value):
        assert value % 2 == 0, "a change that cannot be collected"
        self.value = value

@pytest.mark.parametrize(("given", "wanted"), [(1, Even(2)), (2, Even(4))])
def test_even(given, wanted):
    assert things.double(given) == wanted.value
"""
SECOND = """\
import things
from tests.shared import Checks

class TestThree(Checks):
    factor = 3

def test_half():
    assert things.half(4) == 2
"""
PICKY = """\
def pytest_collection_modifyitems(config, items):
    if "test_first.py" in str(config.args):
        items[:] = [item for item in items if item.path.name == "test_first.py"]
"""


def built(folder, python, monkeypatch, conftest="", more=()):
    """The texts of a build's tasks and twins, and the files that its sessions of twins collected."""
    asked = []
    measure = search.TwinJob.measure

    def noted(job, run):
        asked.append(tuple(path for path in job.paths if path.endswith(".py")))
        return measure(job, run)

    with monkeypatch.context() as patch:
        patch.setattr(search.TwinJob, "measure", noted)
        files = {
            "things.py": CODE,
            "tests/__init__.py": "",
            "tests/conftest.py": conftest,
            "tests/shared.py": SHARED,
            "tests/test_first.py": FIRST,
            "tests/test_second.py": SECOND,
            **dict(more),
        }
        repo = write_repository(folder / "small", files)
        sweflow.build(repo, folder / "out", python=python, sandbox="process")
    out = sweflow.Folder(folder / "out")
    return (out.tasks.read_text(), out.twins.read_text()), asked


@pytest.mark.slow
@pytest.mark.parametrize("conftest", ["", PICKY], ids=["alike", "told-apart"])
def test_V8_twins_are_those_that_are_found_with_all_files(tmp_path, python, monkeypatch, conftest):
    found, asked = built(tmp_path / "one", python, monkeypatch, conftest)
    first, second = "tests/test_first.py", "tests/test_second.py"
    assert asked[1] == (first, second)
    assert ((first,) in asked[2:]) == (conftest == "")
    assert any(asked[2:]) == (conftest == "")
    monkeypatch.setattr(search.TwinSearch, "_is_alike_by_files", lambda self, items: False)
    expected, asked = built(tmp_path / "other", python, monkeypatch, conftest)
    assert not any(asked)
    assert found == expected
    assert all(name in found[1] for name in ("TestTwo::test_shared", "TestThree::test_shared", "test_half"))


@pytest.mark.slow
def test_files_are_not_named_where_a_folder_of_tests_has_a_configuration_of_its_own(tmp_path, python, monkeypatch):
    near = {"tests/pytest.ini": "[pytest]\npython_functions = test_* Test*\n", "pytest.ini": "[pytest]\n"}
    _, asked = built(tmp_path, python, monkeypatch, more=near.items())
    assert len(asked) > 1
    assert not any(asked)
