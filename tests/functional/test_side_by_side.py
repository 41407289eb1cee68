"""V9: a verdict depends on the task and the candidate alone, not on what else is graded at the same time or before."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sweflow_datasets.folder import locked
from sweflow_tracer.errors import FileNotUsable, OutputNotUsable

import sweflow
from tests.helpers import git


@pytest.mark.slow
def test_V9_grades_that_overlap_are_those_of_grades_alone(calculator):
    task = sweflow.load_tasks(calculator.root)[0]
    with ThreadPoolExecutor(6) as pool:
        verdicts = list(pool.map(lambda _: sweflow.grade(task, task.row["patch"]), range(6)))
    assert [verdict.verdict for verdict in verdicts] == ["resolved"] * 6


@pytest.mark.slow
def test_V9_two_evaluations_of_one_folder_run_side_by_side(calculator, tmp_path):
    gold = [{"instance_id": t.instance_id, "model_patch": t.row["patch"]} for t in sweflow.load_tasks(calculator.root)]
    (tmp_path / "gold.json").write_text(json.dumps(gold[:3]))
    command = [
        sys.executable,
        "-m",
        "sweflow",
        "eval",
        str(calculator.root),
        "-p",
        str(tmp_path / "gold.json"),
        "--json",
    ]
    running = [
        subprocess.Popen([*command, "--out", str(tmp_path / name)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    for process in running:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert json.loads(output)["models"]["unnamed"]["verdicts"] == {"resolved": 3}


def _looking(folder, task) -> str:
    """The gold patch and a look at the heap, which is an alarm."""
    sweflow.checkout(folder.root, task.instance_id, at := folder.root / f"at-{task.step}")
    git(at, "apply", data=task.patch)
    with (at / task.target_functions[0].partition("::")[0]).open("a") as file:
        file.write("\n\nimport gc\n\ngc.get_objects()\n")
    return git(at, "diff")


@pytest.mark.slow
def test_V9_the_order_in_which_rows_are_graded_changes_no_verdict(calculator, tmp_path):
    tasks = sweflow.load_tasks(calculator.root)[:2]
    rows = [
        {"instance_id": task.instance_id, "model_name_or_path": name, "model_patch": patch}
        for task in tasks
        for name, patch in (("looks", _looking(calculator, task)), ("gold", task.patch), ("none", ""))
    ]
    found = {}
    for name, order in (("forward", rows), ("backward", rows[::-1])):
        (tmp_path / f"{name}.json").write_text(json.dumps(order))
        sweflow.evaluate_predictions(calculator.root, tmp_path / f"{name}.json", tmp_path / name)
        lines = (tmp_path / name / "results.jsonl").read_text().splitlines()
        verdicts = map(json.loads, lines)
        found[name] = {(v["model_name_or_path"], v["instance_id"]): (v["verdict"], v["detail"]) for v in verdicts}
    found["alone"] = {
        (row["model_name_or_path"], row["instance_id"]): (verdict.verdict, verdict.detail)
        for row in rows
        for task in tasks
        if task.instance_id == row["instance_id"] and (verdict := sweflow.grade(task, row["model_patch"]))
    }
    assert found["forward"] == found["backward"] == found["alone"]
    assert {key[0]: verdict for key, (verdict, _) in found["alone"].items()} == {
        "looks": "tampered",
        "gold": "resolved",
        "none": "failed",
    }


def test_a_second_evaluation_into_the_same_folder_is_refused(calculator, tmp_path):
    with locked(tmp_path / "eval"), pytest.raises(OutputNotUsable, match="another sweflow is working there"):
        sweflow.evaluate_predictions(calculator.root, "empty", tmp_path / "eval")


def test_a_row_for_no_task_and_a_damaged_result_are_said_and_the_rest_is_graded(calculator, tmp_path):
    task = sweflow.load_tasks(calculator.root)[0]
    rows = [{"instance_id": name, "model_patch": None} for name in (task.instance_id, "gone-0001")]
    (tmp_path / "preds.json").write_text(json.dumps(rows))
    report = sweflow.evaluate_predictions(calculator.root, tmp_path / "preds.json", tmp_path / "eval")
    assert report["unknown_ids"] == ["gone-0001"]
    assert report["predictions"] == 1
    results = tmp_path / "eval" / "results.jsonl"
    for damage, problem in (
        ('{"key": 1}\n', "nothing of this version"),
        ("[\n", "no JSON in"),
        ("3\n", "no JSON object"),
    ):
        whole = results.read_text().splitlines(keepends=True)[0]
        results.write_text(whole + damage + whole)
        with pytest.raises(FileNotUsable, match=rf"results\.jsonl has {problem}.* line 2"):
            sweflow.evaluate_predictions(calculator.root, tmp_path / "preds.json", tmp_path / "eval")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs a mount")
def test_a_build_that_cannot_be_written_is_graded_into_another_folder(calculator, tmp_path):
    place = tmp_path / "read-only"
    place.mkdir()
    if subprocess.run(["mount", "--bind", "-o", "ro", calculator.root, place], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        if os.access(place, os.W_OK):
            subprocess.run(["mount", "-o", "remount,ro,bind", place], check=False)
        if os.access(place, os.W_OK):
            pytest.skip("mounts are not read-only here")
        task = sweflow.load_tasks(place)[0]
        (tmp_path / "preds.json").write_text(json.dumps({task.instance_id: {"model_patch": task.patch}}))
        report = sweflow.evaluate_predictions(place, tmp_path / "preds.json", tmp_path / "eval")
        assert report["models"]["unnamed"]["verdicts"] == {"resolved": 1}
        assert sweflow.grade(task, task.patch).resolved
    finally:
        subprocess.run(["umount", place], check=False)
