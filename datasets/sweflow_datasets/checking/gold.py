"""Whether a patch solves a task of an export, in the task's image and by what the export itself brings along."""

import json

from sweflow_datasets.checking.held import HeldDataset, HeldTask
from sweflow_datasets.export.make import Form
from sweflow_datasets.export.swebench import END, START
from sweflow_datasets.images.engine import Engine
from sweflow_datasets.judging.spec import ROOT, shown_id

SECONDS = 7200.0
APPLY = f"set -e; cd {ROOT}; test ! -s /check/candidate.patch || git apply --whitespace=nowarn /check/candidate.patch\n"


def solves(engine: Engine, held: HeldDataset, task: HeldTask, patch: str) -> tuple[bool, str]:
    """Whether a patch solves a task as the client of the dataset's form would find, and the end of what was printed."""
    files = {"check/candidate.patch": patch.encode("utf-8")}
    if held.form == Form.SWEBENCH:
        return _by_eval_script(engine, task, files)
    if held.form == Form.HARBOR:
        return _by_test_script(engine, held, task, files)
    return _by_command(engine, task, files)


def _by_eval_script(engine: Engine, task: HeldTask, files: dict[str, bytes]) -> tuple[bool, str]:
    files["check/eval.sh"] = str(task.fields["eval_script"]).encode("utf-8", "surrogatepass")
    _, out, err = engine.run(_image(task), files, ["bash", "-c", APPLY + "bash /check/eval.sh"], SECONDS)
    told = out.partition(START)[2].partition(END)[0].splitlines()
    wanted = [*task.fields["FAIL_TO_PASS"], *task.fields["PASS_TO_PASS"]]
    return bool(told) and all(f"PASSED {shown_id(test)}" in told for test in wanted), err


def _by_test_script(engine: Engine, held: HeldDataset, task: HeldTask, files: dict[str, bytes]) -> tuple[bool, str]:
    for path in sorted((held.root / task.place / "tests").iterdir()):
        files[f"check/tests/{path.name}"] = path.read_bytes()
    script = APPLY + "cp -r /check/tests /tests; bash /tests/test.sh >&2; cat /logs/verifier/reward.json"
    _, out, err = engine.run(_image(task), files, ["bash", "-c", script], SECONDS)
    try:
        return json.loads(out)["reward"] == 1.0, err
    except (ValueError, KeyError, TypeError):
        return False, err


def _by_command(engine: Engine, task: HeldTask, files: dict[str, bytes]) -> tuple[bool, str]:
    """A table brings no judge: its tests are put there, and the task's own command says whether they pass."""
    files["check/tests.patch"] = str(task.fields["test_patch"]).encode("utf-8")
    files["check/command.sh"] = str(task.fields["test_command"]).encode("utf-8")
    laid = "test ! -s /check/tests.patch || git apply --whitespace=nowarn /check/tests.patch\n"
    code, out, err = engine.run(_image(task), files, ["bash", "-c", APPLY + laid + "bash /check/command.sh"], SECONDS)
    return code == 0, out + err


def _image(task: HeldTask) -> str:
    return task.image or ""
