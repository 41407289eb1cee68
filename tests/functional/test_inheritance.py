"""The dataset is the same whether results are inherited or everything runs everywhere (V1)."""

import shutil
import sys

import pytest
from sweflow_datasets import pipeline
from sweflow_tasks import VerifyOptions, verify_tasks
from sweflow_tasks.format import certificate_object, task_object
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.settings import RunSettings

import sweflow
from tests.corpus.projects import folder, script


def dataset_of(out, scratch, *, inherit):
    """Tasks and rejections, and how many results on references were inherited."""
    scratch.mkdir()
    inputs = pipeline.read_inputs(out)
    settings = RunSettings(inputs.target, Launcher(), jobs=2)
    options = VerifyOptions(inherit=inherit)
    made = verify_tasks(inputs, options, settings, scratch / "journal", scratch / "history.git")
    rows = [task_object(task) for task in made.tasks]
    certificates = [certificate_object(task) for task in made.tasks]
    inherited = sum(certificate.pop("inherited")["reference"] for certificate in certificates)
    return (rows, certificates, made.tests, made.rejected, made.summary), inherited


def assert_same_either_way(out, scratch):
    inheriting, inherited = dataset_of(out, scratch / "inheriting", inherit=True)
    everything, none = dataset_of(out, scratch / "everything", inherit=False)
    assert inheriting == everything
    assert inheriting[0]
    assert inherited > 0
    assert none == 0


@pytest.mark.parametrize(("isolation", "inherits"), [("fork", True), ("process", True), ("none", False)])
def test_V1_requirements_that_were_seen_without_isolation_are_nothing_to_inherit_by(
    isolation, inherits, inventory, tmp_path, monkeypatch
):
    shutil.copytree(inventory.root, tmp_path / "out")
    out = sweflow.Folder(tmp_path / "out")
    out.change_options({**out.stored_options(), "isolation": isolation})
    given = []
    monkeypatch.setattr(pipeline, "verify_tasks", lambda inputs, options, *rest: given.append(options) or sys.exit())
    with pytest.raises(SystemExit):
        sweflow.verify(out.root)
    assert [options.inherit for options in given] == [inherits]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["calculator", "inventory"])
def test_V1_an_example_gives_the_same_dataset_with_and_without_inheritance(name, example, python, tmp_path):
    out = tmp_path / "out"
    sweflow.trace(example(name), out, python=python)
    sweflow.graph(out)
    sweflow.schedule(out)
    assert_same_either_way(out, tmp_path)


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["itsdangerous"])
def test_V1_a_real_project_gives_the_same_dataset_with_and_without_inheritance(name, tmp_path_factory):
    project = script("prepare").prepare(name, folder(tmp_path_factory))
    scratch = tmp_path_factory.mktemp(name)
    sweflow.trace(project.repo, scratch / "out", python=project.python, arguments=tuple(project.args))
    sweflow.graph(scratch / "out")
    sweflow.schedule(scratch / "out")
    assert_same_either_way(scratch / "out", scratch)
