"""``sweflow images check``: gold and empty of tasks in their images, by the judge that exports carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sweflow_tasks.grading.patches import Refused, apply_patch
from sweflow_tasks.history.git import read_commit, step_ref
from sweflow_tracer.format import dumps, read_project_file
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.project.files import Blobs

from sweflow_datasets.dataset import Task, load_tasks
from sweflow_datasets.errors import NoImage
from sweflow_datasets.folder import Folder
from sweflow_datasets.images.build import read_images
from sweflow_datasets.images.context import tree_archive
from sweflow_datasets.images.engine import Engine, open_engine
from sweflow_datasets.judging.spec import PYTHON, changed_by_tests, judge_spec, judge_text, shown_id

SCRIPT = """\
set -e
mkdir -m 700 /judge/trusted /judge/candidate
tar -xzf /judge/trusted.tar.gz -C /judge/trusted
tar -xzf /judge/candidate.tar.gz -C /judge/candidate
exec {python} -I -S /judge/judge.py /judge/spec.json
"""
T = TypeVar("T")
MARGIN = 60.0
"""Seconds beyond the time-outs of a task's runs."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How a task's image judges the gold patch and the empty one; ``as_hoped``: the one passes, the other does not."""

    instance_id: str
    gold: bool
    empty: bool
    detail: str

    @property
    def as_hoped(self) -> bool:
        """Whether the image tells right from wrong."""
        return self.gold and not self.empty


def check_images(out: StrPath, sample: int = 5, *, progress: OnProgress = silent) -> tuple[Checked, ...]:
    """Run gold and empty of an even sample of tasks (0: all) in their images.

    Raises EngineNotUsable, NoImage, FileNotUsable.
    """
    folder = Folder(out)
    tasks = sampled(load_tasks(out), sample)
    held = read_images(folder.images)["tasks"]
    found = []
    with open_engine() as engine:
        for number, task in enumerate(tasks):
            progress(Progress("check", number, len(tasks)))
            name = held.get(task.instance_id, {}).get("image", task.instance_id)
            if engine.find(name) is None:
                raise NoImage(name)
            found.append(_check(engine, folder, task, name))
        progress(Progress("check", len(tasks), len(tasks)))
    return tuple(found)


def sampled(tasks: Sequence[T], size: int) -> tuple[T, ...]:
    """An even sample of tasks; 0 is all of them."""
    count = size if 0 < size < len(tasks) else len(tasks)
    return tuple(tasks[len(tasks) * n // count] for n in range(count))


def _check(engine: Engine, folder: Folder, task: Task, image: str) -> Checked:
    skeleton = read_commit(folder.history, task.base_commit)
    solved = apply_patch(folder.history, task.base_commit, task.patch)
    if isinstance(solved, Refused):
        return Checked(task.instance_id, False, False, f"the patch does not apply: {solved.detail}")
    gold, said = judged(engine, folder, task, image, solved)
    empty, _ = judged(engine, folder, task, image, skeleton)
    return Checked(task.instance_id, gold, empty, "" if gold else said)


def judged(engine: Engine, folder: Folder, task: Task, image: str, candidate: Blobs) -> tuple[bool, str]:
    """Whether a candidate's tree resolves a task in an image, and what failed."""
    project, _ = read_project_file(folder.project)
    tests = read_commit(folder.history, step_ref("tests", task.step))
    changed = changed_by_tests(folder.history, task.step)
    row = task.whole_row()
    original = folder.read_source(project)
    spec = judge_spec(row, project, original, changed, trusted="/judge/trusted", candidate="/judge/candidate")
    files = {
        "judge/judge.py": judge_text().encode("utf-8"),
        "judge/spec.json": dumps(spec).encode("ascii"),
        "judge/trusted.tar.gz": tree_archive(tests),
        "judge/candidate.tar.gz": tree_archive(candidate),
    }
    command = ["bash", "-c", SCRIPT.format(python=PYTHON)]
    code, out, err = engine.run(image, files, command, float(task.row["timeout"]) * 3 + MARGIN)
    ends = {name: end for end, _, name in (line.partition(" ") for line in out.splitlines())}
    wanted = [*row["PASS_TO_PASS"], *row["FAIL_TO_PASS"]]
    bad = [test for test in wanted if ends.get(shown_id(test)) != "PASSED"]
    detail = f"exit code {code}; " * (code != 0) + f"{len(bad)} of {len(wanted)} do not pass: {', '.join(bad[:3])}"
    return code == 0 and not bad, f"{detail}; {err[-600:]}" if bad or code else ""


__all__ = ["Checked", "check_images", "judged", "sampled"]
