"""Where the project's modules come from: the tree under test, whatever is installed beside it (T5)."""

import site
import subprocess
import sys
from pathlib import Path

import pytest
from sweflow_tracer import Outcome
from sweflow_tracer.errors import InterpreterNotUsable, RanElsewhere
from sweflow_tracer.project.interpreter import inspect_interpreter

from tests.helpers import trace_of, write_repository

CORE = "def where():\n    return __file__\n"
TESTS = "import small, os\ndef test_where():\n    assert os.getcwd() in small.where()\n"
HOOK = """\
import importlib.util, sys

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "small":
            return importlib.util.spec_from_file_location(name, {path!r})

sys.meta_path.insert(0, Finder)
"""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "repo", {"src/small.py": CORE, "tests/test_small.py": TESTS})


@pytest.fixture
def environment(tmp_path: Path) -> tuple[Path, Path]:
    """A virtual environment that sees this one's pytest: its python and its site-packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    packages = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (packages / "pytest.pth").write_text("\n".join(site.getsitepackages()))
    return tmp_path / "venv" / "bin" / "python", packages


def outcomes(repo: Path, python: Path, tmp_path: Path) -> list[Outcome]:
    return [test.outcome for test in trace_of(repo, python, tmp_path / "journal").tests]


@pytest.mark.slow
def test_an_editable_path_is_mapped_to_the_tree_under_test(repo, environment, tmp_path):
    python, packages = environment
    (packages / "__editable__.small.pth").write_text(f"{repo / 'src'}\n")
    assert inspect_interpreter(python, repo).roots == ("src",)
    assert outcomes(repo, python, tmp_path) == [Outcome.PASSED]


@pytest.mark.slow
def test_an_installed_copy_stands_behind_the_tree_under_test(repo, environment, tmp_path):
    python, packages = environment
    (packages / "small.py").write_text("def where():\n    return 'the installed copy'\n")
    assert outcomes(repo, python, tmp_path) == [Outcome.PASSED]


def test_an_import_hook_that_wins_all_the_same_is_an_error_that_names_the_module(repo, environment, tmp_path):
    python, packages = environment
    (packages / "small_hook.py").write_text(HOOK.format(path=str(repo / "src" / "small.py")))
    (packages / "small_hook.pth").write_text("import small_hook\n")
    with pytest.raises(RanElsewhere, match=r"module small was imported from .*/repo/src/small.py") as caught:
        trace_of(repo, python, tmp_path / "journal")
    assert caught.value.name == "small"


def test_the_project_is_never_in_its_own_pins(repo, environment, tmp_path):
    python, packages = environment
    info = packages / "other_name-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-name\nVersion: 1.0\n")
    (info / "direct_url.json").write_text(f'{{"url": "{repo.as_uri()}", "dir_info": {{"editable": true}}}}')
    own = [d.name for d in inspect_interpreter(python, repo).distributions if d.own]
    assert own == ["other-name"]


def test_a_python_that_the_probe_does_not_know_is_refused(repo, tmp_path):
    fake = tmp_path / "python"
    fake.write_text(
        '#!/bin/sh\necho \'{"python": "3.8.1", "implementation": "CPython", "roots": [], "names": [], "pytest": "8.0",'
        ' "runner": [], "plugins": [], "distributions": []}\'\n'
    )
    fake.chmod(0o755)
    with pytest.raises(InterpreterNotUsable, match=r"CPython 3.8.1, which the probe does not know: pass a CPython 3.9"):
        inspect_interpreter(fake, repo)
