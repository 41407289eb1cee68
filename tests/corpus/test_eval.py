"""Gold and empty on a real project: the first resolves every task, the second none, whatever the sandbox (V7)."""

import pytest

import sweflow

from .projects import folder, script


@pytest.mark.corpus
@pytest.mark.parametrize("sandbox", ["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_V7_gold_resolves_everything_and_empty_nothing(sandbox, tabulate, working_sandbox):
    name = working_sandbox(sandbox)
    for which, share in (("gold", 1.0), ("empty", 0.0)):
        results = tabulate.parent / sandbox
        report = sweflow.evaluate_predictions(tabulate, which, results, sandbox=name, workers=2)
        assert report["models"][which]["resolved"]["share"] == share, report


@pytest.fixture(scope="module")
def tabulate(tmp_path_factory):
    project = script("prepare").prepare("tabulate", folder(tmp_path_factory))
    out = tmp_path_factory.mktemp("tabulate") / "out"
    sweflow.build(project.repo, out, python=project.python, arguments=tuple(project.args))
    return out
