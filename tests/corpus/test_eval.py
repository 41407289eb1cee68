"""Gold and empty on a real project: the first resolves every task, the second none, whatever the sandbox (V7)."""

import json

import pytest

import sweflow
from tests.corpus.projects import folder, script
from tests.helpers import whole_rows

EVERY = 4
"""Of so many tasks one is graded."""


@pytest.mark.corpus
@pytest.mark.parametrize("sandbox", ["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def test_V7_gold_resolves_everything_and_empty_nothing(sandbox, tabulate, working_sandbox, tmp_path):
    name = working_sandbox(sandbox)
    rows = whole_rows(sweflow.Folder(tabulate))[::EVERY]
    lines = []
    for row in rows:
        for model, patch in (("gold", row["patch"]), ("empty", None)):
            lines.append({"instance_id": row["instance_id"], "model_name_or_path": model, "model_patch": patch})
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    report = sweflow.evaluate_predictions(tabulate, str(predictions), tmp_path / "eval", sandbox=name, workers=2)
    resolved = {model: found["resolved"]["count"] for model, found in report["models"].items()}
    assert resolved == {"gold": len(rows), "empty": 0}, report


@pytest.fixture(scope="module")
def tabulate(tmp_path_factory):
    project = script("prepare").prepare("tabulate", folder(tmp_path_factory))
    out = tmp_path_factory.mktemp("tabulate") / "out"
    sweflow.build(project.repo, out, python=project.python, arguments=tuple(project.args))
    return out
