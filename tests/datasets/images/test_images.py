"""What images are built from: the same bytes each time, the task's own commit, and no solution."""

import hashlib
import io
import re
import shutil
import tarfile
import time

import pytest
from sweflow_datasets.corpus.builds import HeldBuild
from sweflow_datasets.errors import EngineNotUsable, ExtraMissing, RequirementsNotLocked
from sweflow_datasets.export.builds import read_build
from sweflow_datasets.images import lock
from sweflow_datasets.images.build import ImageOptions, build_images
from sweflow_datasets.images.check import check_images
from sweflow_datasets.images.context import environment_context, names_of, requirements_text, task_context
from sweflow_datasets.images.engine import open_engine
from sweflow_tracer.errors import FileNotUsable

import sweflow
from tests.helpers import git


def unpacked(content, folder):
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="tar")
    return folder


@pytest.fixture(scope="module")
def facts(calculator):
    return read_build(HeldBuild(calculator.root), "me")


def test_a_skeleton_is_a_repository_of_one_commit_the_tasks_base(facts, tmp_path):
    build, tasks = facts
    for task in tasks[:3]:
        files = task_context(task.row, build.folder.history, build.names)
        assert files == task_context(task.row, build.folder.history, build.names)
        folder = unpacked(files["skeleton.tar.gz"], tmp_path / task.instance_id)
        assert git(folder, "rev-parse", "HEAD").strip() == task.row["base_commit"]
        assert git(folder, "rev-list", "--all", "--count").strip() == "1"
        assert git(folder, "status", "--porcelain") == ""


def test_C4_no_layer_below_a_task_holds_a_body_of_any_step(facts, tmp_path):
    build, tasks = facts
    files = environment_context(build.project, build.folder.history, "", build.names, {})
    folder = unpacked(files["project.tar.gz"], tmp_path / "project")
    held = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    for task in tasks:
        added = [line[1:].strip() for line in task.row["patch"].splitlines() if re.match(r"\+\s+return .{12}", line)]
        assert not [line for line in added if line in held]
    assert not list(folder.rglob("test_*.py"))


def test_files_have_a_time_that_a_wheel_can_hold(facts, tmp_path):
    build, _ = facts
    files = environment_context(build.project, build.folder.history, "", build.names, {})
    folder = unpacked(files["project.tar.gz"], tmp_path / "project")
    assert {time.gmtime(path.stat().st_mtime).tm_year for path in folder.rglob("*") if path.is_file()} == {2000}


def test_names_say_prefix_project_source_and_step(facts):
    build, _ = facts
    names = names_of(build.project, "registry.example/me")
    assert names.environment == "registry.example/me/calculator-5f4df0ec:env"
    assert names.task(7) == "registry.example/me/calculator-5f4df0ec:0007"


def test_the_environment_has_the_pins_and_none_of_the_project(facts):
    build, tasks = facts
    pins = tasks[0].row["environment"]["requirements"]
    text = requirements_text(pins)
    assert any(line.startswith("pytest==") for line in text.splitlines())
    docker = environment_context(build.project, build.folder.history, text, build.names, {})["Dockerfile"].decode()
    assert "pip install --no-deps -e /testbed" in docker
    assert docker.count("FROM ") == 2, "what the build needs stays in its first stage"


def test_an_engine_that_is_down_is_one_sentence(monkeypatch, tmp_path, calculator):
    pytest.importorskip("docker")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(EngineNotUsable, match="docker info"), open_engine():
        pass
    with pytest.raises(EngineNotUsable):
        build_images(calculator.root, ImageOptions(hashes=False))
    assert not calculator.images.exists()


def test_without_uv_the_sentence_names_the_extra(monkeypatch):
    monkeypatch.setattr(lock, "find_spec", lambda name: None)
    monkeypatch.setattr(lock.shutil, "which", lambda name: None)
    with pytest.raises(ExtraMissing, match=r"sweflow\[images\]"):
        lock.locked(["six==1.17.0"], "3.11.7", None, None)


def test_a_folder_of_wheels_gives_the_hashes_of_its_own_files(tmp_path):
    files = ("six-1.17.0-py2.py3-none-any.whl", "ruamel.yaml-0.18.1.tar.gz", "typing_extensions-4.1.0-py3-none-any.whl")
    for name in files:
        (tmp_path / name).write_text(name)
    text = lock.locked_to(tmp_path, ["six==1.17.0", "ruamel-yaml==0.18.1", "typing-extensions==4.1.0"])
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in files]
    assert re.findall(r"sha256:(\w+)", text) == digests
    with pytest.raises(RequirementsNotLocked, match=r"no file for six==1\.16\.0"):
        lock.locked_to(tmp_path, ["six==1.16.0"])


def test_a_build_that_has_no_images_yet_has_no_digest(calculator):
    _, tasks = read_build(HeldBuild(calculator.root), "me")
    assert {task.row["environment"]["image"] for task in tasks} == {None}
    assert {task.row["environment"]["install"] for task in tasks} == {"pip install --no-deps -e ."}
    assert sweflow.load_tasks(calculator.root)[0].row["environment"].get("image") is None


def test_without_images_the_next_move_is_a_command_that_there_is(calculator):
    with pytest.raises(FileNotUsable, match="run `sweflow images build DIR` first"):
        check_images(calculator.root)


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(sweflow.verify, marks=pytest.mark.slow),
        lambda out: sweflow.schedule(out, sweflow.Rules(min_lines=30), force=True),
    ],
)
def test_what_is_said_of_images_goes_with_the_tasks_that_they_are_of(again, calculator, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(calculator.root, out, symlinks=True)
    for name in ("images.json", "requirements.txt"):
        (out / name).write_text("{}")
    again(out)
    assert not (out / "images.json").exists()
    assert not (out / "requirements.txt").exists()
