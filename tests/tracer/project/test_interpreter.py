"""H1: which interpreter is taken where the user names none."""

import shutil
import venv

import pytest
from sweflow_tracer.errors import InterpreterNotUsable
from sweflow_tracer.project.interpreter import find_python, inspect_interpreter, own_python


@pytest.fixture
def repo(tmp_path):
    """A repository that holds an environment, whose interpreter would leave a file behind."""
    python = tmp_path / "repo" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    (tmp_path / "repo" / ".venv" / "pyvenv.cfg").touch()
    python.write_text(f"#!/bin/sh\ntouch {tmp_path}/it-ran\n")
    python.chmod(0o755)
    shutil.copy(python, python.with_name("python3"))
    return tmp_path / "repo"


def test_H1_an_interpreter_in_the_repository_is_found_and_not_taken(repo):
    assert own_python(repo) == repo / ".venv/bin/python"
    assert not find_python(repo).is_relative_to(repo)


@pytest.mark.parametrize("path", ["{}/.venv/bin", ".venv/bin", ""])
def test_H1_neither_by_way_of_PATH_nor_from_the_current_folder(repo, monkeypatch, path):
    monkeypatch.chdir(repo)
    monkeypatch.setenv("PATH", path.format(repo))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    with pytest.raises(InterpreterNotUsable):
        find_python(repo)


def test_an_activated_environment_is_named_by_that(repo, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(repo / ".venv"))
    monkeypatch.setenv("PATH", str(repo / ".venv/bin"))
    assert find_python(repo) == repo / ".venv/bin/python3"


@pytest.mark.slow
def test_H1_the_command_line_says_which_interpreter_it_did_not_take(repo, tmp_path, capfd):
    from sweflow.cli.main import cli

    (repo / "a.py").write_text("")
    with pytest.raises(Exception, match="collected no test"):
        cli.main(["build", str(repo), "--out", str(tmp_path / "out")], standalone_mode=False)
    assert f"{repo}/.venv/bin/python lies in the repository and is run only where you name it" in capfd.readouterr().err
    assert not (tmp_path / "it-ran").exists()


@pytest.fixture
def environment(tmp_path):
    """An interpreter whose environment holds the distributions that are made in it, and a pytest of no substance."""
    venv.create(tmp_path / "venv", with_pip=False)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "pytest.py").write_text("__version__ = '9.0.0'\n")

    def install(name: str, *requires: str, requested: bool = False) -> None:
        folder = packages / f"{name.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {r}" for r in requires)]
        (folder / "METADATA").write_text("\n".join(lines) + "\n")
        if requested:
            (folder / "REQUESTED").touch()

    return tmp_path / "venv" / "bin" / "python", install


def test_D4_what_only_sweflow_brought_is_none_of_the_targets(environment, tmp_path):
    python, install = environment
    install("sweflow", "click>=8.2", "libcst", "rich", "Shared.Thing", 'docker; extra == "docker"', requested=True)
    install("libcst", "pyyaml-ft")
    for name in ("pyyaml-ft", "docker", "shared-thing"):
        install(name)
    install("click", requested=True)
    install("rich", "pygments")
    install("pytest", "pygments>=2", requested=True)
    install("pygments")
    install("wanted", "shared_thing>1", requested=True)
    (tmp_path / "repo").mkdir()
    found = {each.name for each in inspect_interpreter(python, tmp_path / "repo").distributions}
    assert found == {"click", "pytest", "pygments", "wanted", "shared-thing"}


def test_D4_without_sweflow_everything_is_the_targets(environment, tmp_path):
    python, install = environment
    install("click")
    install("rich", "pygments")
    (tmp_path / "repo").mkdir()
    assert {each.name for each in inspect_interpreter(python, tmp_path / "repo").distributions} == {"click", "rich"}
