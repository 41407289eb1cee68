"""Compiled modules go from one isolated session of a workspace to the next, and only what was compiled of the same text."""

import base64
import marshal
import sys
from pathlib import Path

import pytest
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Guarded, SessionOptions, Target
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.workspace import COMPILED_BYTES, Workspace
from sweflow_tracer.sandbox import open_sandbox

from tests.helpers import write_repository

FILES = {
    "core.py": "VALUE = 1\n",
    "other.py": "VALUE = 5\n",
    "tests/test_core.py": """\
import os
import core, other

def test_value():
    assert core.VALUE == 1

def test_writes():
    import late
    if os.path.exists(core.__cached__):
        with open(core.__cached__, "ab") as file:
            file.write(b"more")
    assert not os.path.exists(os.path.join(os.path.dirname(core.__file__), "__pycache__"))
""",
    "late.py": "VALUE = 7\n",
}
TESTS = ["tests/test_core.py::test_value", "tests/test_core.py::test_writes"]


def names_of(workspace: Workspace) -> dict[str, bytes]:
    """What is kept of the tree's own modules; those of other places may have been without bytecode, too."""
    found = (workspace.compiled / workspace.tree.relative_to("/")).rglob("*.pyc")
    return {path.name.partition(".")[0]: path.read_bytes() for path in found}


def kept(workspace: Workspace, name: str, content: bytes) -> tuple[str, str]:
    """The place of a module that is kept, with other content, as it would come from a sandbox."""
    (place,) = (workspace.compiled / workspace.tree.relative_to("/")).rglob(f"{name}.*.pyc")
    return str(place.relative_to(workspace.compiled)), base64.b64encode(content).decode()


def plant(workspace: Workspace, name: str, text: str) -> None:
    """Let the kept module of a name hold what another text compiles to."""
    code = marshal.dumps(compile(text, name, "exec"))
    workspace.keep_compiled(*kept(workspace, name, names_of(workspace)[name][:16] + code))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_module_is_compiled_once_and_again_when_its_text_is_another(name, tmp_path, working_sandbox):
    python = Path(sys.executable)
    repo = write_repository(tmp_path / "repo", FILES)
    project, blobs = read_project(repo, inspect_interpreter(python, repo), (), allow_dirty=True)
    target, launcher = Target(project, python), Launcher(open_sandbox(working_sandbox(name), python))
    options = SessionOptions(groups=[TESTS])
    with Workspace(project.folder, tmp_path / "ledger") as workspace:

        def outcomes(changed: dict[str, bytes], options: SessionOptions = options) -> list[str]:
            workspace.show({**blobs, **{path: ("100644", content) for path, content in changed.items()}})
            return [record["outcome"] for record in run_session(target, workspace, launcher, options).tests]

        assert outcomes({}, SessionOptions(groups=[TESTS], guard=Guarded(("tests/test_core.py",)))) == ["passed"] * 2
        assert names_of(workspace) == {}
        assert outcomes({}) == ["passed"] * 2
        first = names_of(workspace)
        assert sorted(first) == ["core", "other", "pieces", "test_core"]  # nothing of what a test loads or changes
        assert outcomes({}) == ["passed"] * 2
        assert names_of(workspace) == first
        plant(workspace, "core", "VALUE = 9\n")
        assert outcomes({}) == ["failed", "passed"]  # it is the kept one that runs
        plant(workspace, "core", "VALUE = 1\n")
        plant(workspace, "test_core", "def test_value():\n    assert 0\n\n\ndef test_writes():\n    assert 0\n")
        assert outcomes({}) == ["failed", "failed"]  # and so it is with those that pytest rewrote
        workspace.keep_compiled(*kept(workspace, "test_core", first["test_core"]))
        assert outcomes({"core.py": b"VALUE = 2\n"}) == ["failed", "passed"]
        second = names_of(workspace)
        assert {name for name in first if first[name] != second[name]} == {"core"}
        assert outcomes({}) == ["passed"] * 2


@pytest.mark.parametrize(
    ("path", "data"),
    [(path, "eA==") for path in ("/a.pyc", "../a.pyc", "a/../../b.pyc", "a.py", "a", "\0.pyc", f"{'n' * 300}.pyc")]
    + [("a.pyc", "x"), ("a.pyc", "é")],
)
def test_a_file_of_a_sandbox_goes_nowhere_else(path, data, tmp_path):
    with Workspace("project", tmp_path / "ledger") as workspace:
        before = sorted(workspace.scratch.rglob("*"))
        workspace.keep_compiled(path, data)
        assert sorted(workspace.scratch.rglob("*")) == before


def test_a_sandbox_cannot_fill_the_disk_with_compiled_modules(tmp_path, monkeypatch):
    assert COMPILED_BYTES <= 1 << 30
    monkeypatch.setattr("sweflow_tracer.runner.workspace.COMPILED_BYTES", 10)
    with Workspace("project", tmp_path / "ledger") as workspace:
        for name in "abc":
            workspace.keep_compiled(f"{name}.pyc", base64.b64encode(b"12345").decode())
        assert sorted(path.name for path in workspace.compiled.iterdir()) == ["a.pyc", "b.pyc"]
