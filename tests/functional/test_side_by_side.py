"""V9: a verdict depends on the task and the candidate alone, not on what else is graded at the same time or before."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import sweflow


def test_V9_grades_that_overlap_are_those_of_grades_alone(calculator):
    task = sweflow.load_tasks(calculator.root)[0]
    with ThreadPoolExecutor(6) as pool:
        verdicts = list(pool.map(lambda _: sweflow.grade(task, task.row["patch"]), range(6)))
    assert [verdict.verdict for verdict in verdicts] == ["resolved"] * 6


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
