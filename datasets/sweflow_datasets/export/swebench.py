"""SWE-bench's form: `<split>.jsonl` for `swebench eval`, and the task repo that `swebench dataset check` reads.

Rows and files are those of SWE-bench 5 (`swebench.harness.utils.make_test_spec`, `swebench.task.repo`). A row's
`eval_script` carries the judge: it puts the step's tests over the candidate's tree, runs them as a user without rights,
and prints a line an id between SWE-bench's two marks. All goes to one stream, since two are mixed in the middle of
lines. Ids go through `parse_log_pytest`, which splits at white space, so that they are written without any.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sweflow_datasets.export.builds import BuildFacts
from sweflow_datasets.export.files import Writer, yaml_text
from sweflow_datasets.export.values import ExportTask, by_split
from sweflow_datasets.images.context import task_context
from sweflow_datasets.judging.spec import PYTHON, ROOT, changed_by_tests, judge_spec, judge_text, shown_id

DATASET = "sweflow/tasks"
PLACE = "/opt/sweflow-judge"
START, END = ">>>>> Start Test Output", ">>>>> End Test Output"
SCRIPT = """\
#!/bin/bash
set -uxo pipefail
exec 2>&1
cd /
rm -rf {place}
mkdir -m 700 {place} {place}/trusted
export GIT_INDEX_FILE={place}/index
git -C {root} read-tree {base}
git -C {root} checkout-index -a --prefix={place}/trusted/
unset GIT_INDEX_FILE
{patching}cat > {place}/judge.py <<'{mark}'
{judge}{mark}
cat > {place}/spec.json <<'{mark}'
{spec}
{mark}
{python} -I -S {place}/judge.py {place}/spec.json > {place}/said
SWEFLOW_JUDGED=$?
echo '{start}'
cat {place}/said
(exit $SWEFLOW_JUDGED)
echo '{end}'
"""
PATCHING = """\
cat > {place}/tests.patch <<'{mark}'
{patch}{mark}
git -C {place}/trusted apply --whitespace=nowarn {place}/tests.patch
"""
PLAIN = ("repo", "instance_id", "base_commit", "patch", "test_patch", "problem_statement", "hints_text", "created_at")
MORE = ("version", "environment_setup_commit")


def write_swebench(tasks: Iterable[ExportTask], builds: Mapping[Path, BuildFacts], into: Writer) -> None:
    """Write rows a split, and the task repo below ``task-repo``."""
    parts = by_split(tasks)
    for split, part in parts.items():
        into.lines(f"{split}.jsonl", (_written(task, builds[task.build], into) for task in part))
    into.text("task-repo/sweb.yaml", yaml_text({"datasets": [DATASET], "splits": list(parts)}))


def _written(task: ExportTask, facts: BuildFacts, into: Writer) -> dict[str, Any]:
    """A task's row, when its files of the task repo are written."""
    row = swebench_row(task, facts)
    for path, content in _task_repo(task, row, facts):
        into.bytes(f"task-repo/tasks/{task.instance_id}/{path}", content)
    return row


def swebench_row(task: ExportTask, facts: BuildFacts) -> dict[str, Any]:
    """A row of SWE-bench 5. Its lists of ids are JSON in strings, as in the published datasets."""
    row = task.row
    found = {key: row[key] for key in (*PLAIN, *MORE)}
    return {
        **found,
        "FAIL_TO_PASS": json.dumps([shown_id(test) for test in row["FAIL_TO_PASS"]]),
        "PASS_TO_PASS": json.dumps([shown_id(test) for test in row["PASS_TO_PASS"]]),
        "image": facts.names.task(int(row["step"])),
        "log_parser": "parse_log_pytest",
        "eval_type": "pass_and_fail",
        "eval_script": eval_script(task, facts),
    }


def eval_script(task: ExportTask, facts: BuildFacts) -> str:
    """The script that SWE-bench runs in the image after the candidate's patch."""
    row = task.row
    spec = judge_spec(
        row,
        facts.project,
        facts.original,
        changed_by_tests(facts.folder.history, int(row["step"])),
        trusted=f"{PLACE}/trusted",
        candidate=ROOT,
    )
    text = json.dumps(spec, sort_keys=True)
    patch = str(row["test_patch"])
    mark = "EOF_" + hashlib.sha256((text + patch).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    patching = PATCHING.format(place=PLACE, mark=mark, patch=patch) if patch else ""
    return SCRIPT.format(
        place=PLACE,
        root=ROOT,
        base=row["base_commit"],
        patching=patching,
        mark=mark,
        judge=judge_text(),
        spec=text,
        python=PYTHON,
        start=START,
        end=END,
    )


def _task_repo(task: ExportTask, row: Mapping[str, Any], facts: BuildFacts) -> Iterator[tuple[str, bytes]]:
    """The files of a task in a task repo; its Dockerfile builds the image that the row names."""
    meta = {
        **{key: row[key] for key in ("instance_id", "repo", "version", "base_commit", "log_parser", "eval_type")},
        **{key: row[key] for key in ("created_at", "environment_setup_commit")},
        "split": task.split,
        "datasets": [DATASET],
        "image": derived_image(task.instance_id),
    }
    tests = {key: json.loads(row[key]) for key in ("FAIL_TO_PASS", "PASS_TO_PASS")}
    yield "task.yaml", yaml_text(meta).encode()
    yield "tests.json", (json.dumps(tests, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
    yield "problem_statement.md", row["problem_statement"].encode("utf-8")
    yield "gold.patch", row["patch"].encode("utf-8")
    yield "test.patch", row["test_patch"].encode("utf-8")
    yield "eval.sh", row["eval_script"].encode("utf-8")
    yield from task_context(task.row, facts.folder.history, facts.names).items()


def derived_image(instance: str) -> str:
    """The name that SWE-bench derives for an instance's image, which a task repo must give (``task.checks``)."""
    return f"swebench/sweb.eval.x86_64.{instance}:latest".lower().replace("__", "_1776_")
