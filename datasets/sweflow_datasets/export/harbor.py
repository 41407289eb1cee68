"""Harbor's form: a folder a task, and one task of many steps a repository, which is the whole schedule.

Folders follow Harbor's schema 1.4. Tests stay out of the agent's box: the verifier is a container of its own, into
which Harbor lays `/testbed` as the agent left it, and the tests after that. The judge runs there as root, the tests as
a user who can neither read the originals nor write the reward.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.export.builds import BuildFacts
from sweflow_datasets.export.files import Writer
from sweflow_datasets.export.values import ExportTask, by_split
from sweflow_datasets.images.context import task_context, tree_archive
from sweflow_datasets.judging.spec import PYTHON, ROOT, changed_by_tests, judge_spec, judge_text

ORGANISATION = "sweflow"
SCHEMA = "1.4"
LEFT_OUT = (".git", "__pycache__", ".pytest_cache")
"""What of the agent's tree the verifier does not get."""
AGENT_SECONDS = 1800.0
COMPOSE = "services:\n  main:\n    network_mode: none\n"
TEST = """\
#!/bin/bash
# Judges {root} as the agent left it by the task's tests; writes /logs/verifier/reward.json.
set -u
umask 077
place=$(mktemp -d /tmp/judge-place-XXXXXX)
chmod 700 /tests "$place"
mkdir -p "$place/trusted" "$place/candidate" /logs/verifier
chown -R root:root /logs/verifier && chmod 700 /logs/verifier
tar -xzf /tests/trusted.tar.gz -C "$place/trusted"
cp -a {root}/. "$place/candidate/"
sed "s|@PLACE@|$place|g" /tests/spec.json > "$place/spec.json"
cd /
{python} -I -S /tests/judge.py "$place/spec.json" > "$place/said"
code=$?
{python} -I -S - "$place/said" "$code" <<'PYTHON'
import json, os, sys
words = [line.split(" ", 1)[0] for line in open(sys.argv[1], encoding="utf-8", errors="surrogateescape")]
passed = sys.argv[2] == "0" and bool(words) and all(word == "PASSED" for word in words)
with open("/logs/verifier/reward.new", "w") as file:
    json.dump({{"reward": 1.0 if passed else 0.0}}, file)
os.replace("/logs/verifier/reward.new", "/logs/verifier/reward.json")
PYTHON
cp "$place/said" /logs/verifier/outcomes.txt
chmod 755 /logs/verifier
chmod 644 /logs/verifier/*
"""
SOLVE = """\
#!/bin/bash
set -eu
cd {root}
git apply --whitespace=nowarn /solution/gold.patch
"""
SETUP = """\
#!/bin/bash
# The next step: its tests' forerunners, and what came between, are laid over the tree; what was written stays.
set -u
cd {root}
tar -xzf .step/{name}.tar.gz -C .step
{python} -I -S .step/forward.py .step {root}
rm -rf .step setup.sh
"""
FORWARD = '''\
"""Move a tree from one step to the next: files that a step changed are merged with what was written here.

Usage: forward.py FOLDER TREE, where FOLDER holds `before`, `after` and `gone.json`. Where both changed the same lines,
the next step's are taken.
"""

import json
import os
import shutil
import subprocess
import sys

folder, tree = sys.argv[1:3]
before, after = os.path.join(folder, "before"), os.path.join(folder, "after")
for place, _, files in os.walk(after):
    for name in files:
        new = os.path.join(place, name)
        path = os.path.relpath(new, after)
        here, old = os.path.join(tree, path), os.path.join(before, path)
        os.makedirs(os.path.dirname(here), exist_ok=True)
        if os.path.isfile(here) and not os.path.islink(here) and os.path.isfile(old) and not os.path.islink(new):
            done = subprocess.run(["git", "merge-file", "-q", "--theirs", here, old, new], stderr=subprocess.DEVNULL)
            if 0 <= done.returncode < 128:
                continue
        if os.path.lexists(here):
            shutil.rmtree(here) if os.path.isdir(here) and not os.path.islink(here) else os.unlink(here)
        shutil.copy2(new, here, follow_symlinks=False)
with open(os.path.join(folder, "gone.json"), encoding="utf-8") as file:
    for path in json.load(file):
        if os.path.lexists(os.path.join(tree, path)):
            os.unlink(os.path.join(tree, path))
'''


def write_harbor(
    tasks: Iterable[ExportTask], builds: Mapping[Path, BuildFacts], into: Writer, *, compose: bool = False
) -> None:
    """Write a task a step below ``tasks``, one of many steps a repository below ``schedules``.

    ``compose`` takes the network away by a compose file and not by Harbor's policy, for engines that cannot pull
    Harbor's helper images.
    """
    found = list(tasks)
    for root, facts in builds.items():
        steps = sorted((task for task in found if task.build == root), key=lambda task: int(task.row["step"]))
        for part in by_split(steps).values():
            schedule = _schedule(part, facts, into, compose=compose)
            for number, task in enumerate(part):
                single, step = _single(task, facts, into, compose=compose), f"{schedule}/steps/{_step_name(task)}"
                for path, content in _judgement(task, facts).items():
                    for place in (single, step):
                        into.bytes(f"{place}/{path}", content, executable=path.endswith(".sh"))
                if number:
                    _forward(step, part[number - 1], task, facts, into)


def task_name(instance: str) -> str:
    """An instance as the name of a Harbor package: letters, digits, dots, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", instance).strip("-.") or "task"


def _single(task: ExportTask, facts: BuildFacts, into: Writer, *, compose: bool) -> str:
    """The head and the box of a task of one step; where it stands."""
    place = f"tasks/{task.split}/{task_name(task.instance_id)}"
    into.text(f"{place}/task.toml", _toml(_head(task.instance_id, [task], facts, compose=compose)))
    _environment(place, task, facts, into, compose=compose)
    return place


def _schedule(tasks: Sequence[ExportTask], facts: BuildFacts, into: Writer, *, compose: bool) -> str:
    """The same of one task of all steps, in order: what the agent wrote for a step stays for the next."""
    place = f"schedules/{tasks[0].split}/{task_name(facts.short_name)}"
    head = _head(facts.short_name, tasks, facts, compose=compose)
    head["multi_step_reward_strategy"] = "mean"
    head["steps"] = [{"name": _step_name(task), "min_reward": 1.0} for task in tasks]
    into.text(f"{place}/task.toml", _toml(head))
    _environment(place, tasks[0], facts, into, compose=compose)
    return place


def _step_name(task: ExportTask) -> str:
    return f"step-{int(task.row['step']):04d}"


def _head(name: str, tasks: Sequence[ExportTask], facts: BuildFacts, *, compose: bool) -> dict[str, Any]:
    """The members of ``task.toml``."""
    first = tasks[0].row
    seconds = max(float(task.row["timeout"]) for task in tasks)
    network = {} if compose else {"network_mode": "no-network"}
    many = len(tasks) > 1
    about = f"the schedule of {facts.project.repo}, {len(tasks)} steps" if many else f"a step of {facts.project.repo}"
    return {
        "schema_version": SCHEMA,
        "artifacts": [{"source": ROOT, "exclude": list(LEFT_OUT)}],
        "task": {
            "name": f"{ORGANISATION}/{task_name(name)}",
            "version": str(facts.project.source[:12]),
            "description": f"Test-driven development: {about}",
            "keywords": ["python", "test-driven development"],
        },
        "metadata": {
            "repository": facts.project.repo,
            "version": facts.project.version,
            "source": facts.project.source,
            "license": facts.project.license,
            "instances": [task.instance_id for task in tasks],
        },
        "agent": {"timeout_sec": AGENT_SECONDS},
        "verifier": {"environment_mode": "separate", "timeout_sec": 3 * seconds + 60},
        "environment": {"docker_image": facts.names.task(int(first["step"])), "workdir": ROOT, **network},
    }


def _environment(place: str, task: ExportTask, facts: BuildFacts, into: Writer, *, compose: bool) -> None:
    for path, content in task_context(task.row, facts.folder.history, facts.names).items():
        into.bytes(f"{place}/environment/{path}", content)
    if compose:
        into.text(f"{place}/environment/docker-compose.yaml", COMPOSE)


def _judgement(task: ExportTask, facts: BuildFacts) -> dict[str, bytes]:
    """The files with which a step is told, judged and solved, by their places below a task or a step."""
    row, step = task.row, int(task.row["step"])
    changed = changed_by_tests(facts.folder.history, step)
    spec = judge_spec(
        row, facts.project, facts.original, changed, trusted="@PLACE@/trusted", candidate="@PLACE@/candidate"
    )
    texts = {
        "instruction.md": f"The repository is in `{ROOT}`.\n\n{row['problem_statement']}",
        "tests/test.sh": TEST.format(root=ROOT, python=PYTHON),
        "tests/judge.py": judge_text(),
        "tests/spec.json": json.dumps(spec, sort_keys=True),
        "solution/solve.sh": SOLVE.format(root=ROOT),
        "solution/gold.patch": str(row["patch"]),
    }
    files = {path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()}
    return {**files, "tests/trusted.tar.gz": tree_archive(facts.tree("tests", step))}


def _forward(place: str, before: ExportTask, after: ExportTask, facts: BuildFacts, into: Writer) -> None:
    """What leads from one step's reference to the next one's skeleton: nothing, where no step between was rejected."""
    old = facts.tree("references", int(before.row["step"]))
    new = facts.tree("skeletons", int(after.row["step"]))
    tests = facts.tree("tests", int(before.row["step"]))
    came = facts.tree("skeletons", int(before.row["step"]))
    changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    told = {path for path in tests if tests[path] != came.get(path)}
    changed |= told
    files = {f"after/{path}": new[path] for path in changed if path in new}
    files |= {f"before/{path}": old[path] for path in changed - told if path in old}
    files["gone.json"] = ("100644", json.dumps(sorted(path for path in changed if path not in new)).encode())
    files["forward.py"] = ("100644", FORWARD.encode())
    name = _step_name(after)
    into.bytes(f"{place}/workdir/.step/{name}.tar.gz", tree_archive(files))
    into.text(f"{place}/workdir/setup.sh", SETUP.format(root=ROOT, name=name, python=PYTHON), executable=True)


def _toml(members: Mapping[str, Any]) -> str:
    try:
        import tomli_w  # noqa: PLC0415  # optional
    except ImportError as error:
        raise ExtraMissing("export", ("tomli-w",)) from error
    return tomli_w.dumps(members)
