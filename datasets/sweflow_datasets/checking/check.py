"""``sweflow dataset check``: everything that can be seen of a dataset without trusting who made it."""

import hashlib
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.history.git import run_git, scratch_repository
from sweflow_tasks.leaks.tokens import code_tokens
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, Progress, silent
from sweflow_tracer.project.files import Blobs

from sweflow_datasets.checking.gold import solves
from sweflow_datasets.checking.held import BUILD, HeldDataset, open_dataset
from sweflow_datasets.errors import NoImage
from sweflow_datasets.export.make import MANIFEST
from sweflow_datasets.export.patch_text import added_runs
from sweflow_datasets.images.check import sampled
from sweflow_datasets.images.engine import open_engine
from sweflow_datasets.judging.spec import judge_text

FEWEST = 32
"""Tokens of a run of added lines that count as a leak where they stand in the skeleton."""


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that a check found, of a task or a file."""

    check: str
    where: str
    problem: str
    level: Level = Level.ERROR


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at: a check with the number of things that it saw, in order; and what was found."""

    form: str
    tasks: int
    looked: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return not any(finding.level is Level.ERROR for finding in self.findings)


def check_dataset(path: StrPath, sample: int = 0, *, progress: OnProgress = silent) -> CheckReport:
    """Look at a dataset from scratch: a build's folder, or an export in any of its forms.

    ``sample`` tasks, evenly chosen, run with the gold patch and with none, in their images. Raises NoDataset,
    FileNotUsable, and where a sample is asked for EngineNotUsable and NoImage.
    """
    with open_dataset(Path(path)) as held:
        checks: tuple[tuple[str, Callable[[HeldDataset], tuple[int, list[Finding]]]], ...] = (
            ("hashes", _hashes),
            ("schema", _schema),
            ("patches", lambda held: _patches(held, progress)),
            ("leaks", _leaks),
            ("splits", _splits),
            ("licences", _licences),
            ("gold and empty", lambda held: _gold(held, sample, progress)),
        )
        looked, findings = [], []
        for name, check in checks:
            count, found = check(held)
            looked.append((name, count))
            findings += found
        return CheckReport(held.form, len(held.tasks), tuple(looked), tuple(findings))


def _hashes(held: HeldDataset) -> tuple[int, list[Finding]]:
    """Every file as the manifest says, and none beside them."""
    if held.form == BUILD:
        return 0, []
    said: dict[str, Any] = held.manifest["files"]
    found = []
    for path, facts in said.items():
        place = held.root / path
        if not place.resolve().is_relative_to(held.root):
            found.append(Finding("hashes", path, "is not in the dataset"))
        elif not place.is_file() or place.is_symlink():
            found.append(Finding("hashes", path, "is not there"))
        elif hashlib.sha256(place.read_bytes()).hexdigest() != facts["sha256"]:
            found.append(Finding("hashes", path, f"is not the file that {MANIFEST} names"))
    there = {path.relative_to(held.root).as_posix() for path in held.root.rglob("*") if path.is_file()}
    found += [Finding("hashes", path, f"{MANIFEST} does not name it") for path in sorted(there - {*said, MANIFEST})]
    return len(said), found


def _schema(held: HeldDataset) -> tuple[int, list[Finding]]:
    """Names once each, tests that are in one list alone, columns of the right kind, and what the manifest counts."""
    found = []
    seen: set[str] = set()
    for task in held.tasks:
        name, fields = task.instance_id, task.fields
        if name in seen:
            found.append(Finding("schema", name, "is there twice"))
        seen.add(name)
        fail, stay = fields["FAIL_TO_PASS"], fields["PASS_TO_PASS"]
        if not fail:
            found.append(Finding("schema", name, "has no FAIL_TO_PASS"))
        if both := set(fail) & set(stay):
            found.append(Finding("schema", name, f"{min(both)} is in both lists of tests"))
        if len({*fail, *stay}) != len(fail) + len(stay) - len(both):
            found.append(Finding("schema", name, "names a test twice"))
        if not str(fields["problem_statement"]).strip() or not str(fields["patch"]).strip():
            found.append(Finding("schema", name, "has no statement or no patch"))
        if other := fields.get("beside"):
            found.append(Finding("schema", name, f"the row and its task repo differ: {', '.join(other)}"))
        if judge_text() not in fields.get("eval_script", judge_text()):
            found.append(Finding("schema", name, "its eval_script carries no judge of this version", Level.WARNING))
        if misfits := fields.get("columns"):
            found.append(Finding("schema", name, f"columns that do not fit: {', '.join(misfits)}"))
    told = set(held.manifest.get("tasks", seen))
    found += [Finding("schema", name, f"{MANIFEST} names it and it is not there") for name in sorted(told - seen)]
    found += [Finding("schema", name, f"{MANIFEST} does not name it") for name in sorted(seen - told)]
    return len(held.tasks), found


def _patches(held: HeldDataset, progress: OnProgress) -> tuple[int, list[Finding]]:
    """Both patches apply to the skeleton in either order, to the same tree, and back again."""
    found = []
    for number, task in enumerate(held.tasks):
        progress(Progress("check", number, len(held.tasks)))
        patches = [str(task.fields[name]) for name in ("patch", "test_patch") if task.fields.get(name)]
        try:
            problem = _applies(task.skeleton(), patches)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            problem = f"its skeleton cannot be read ({type(error).__name__})"
        if problem:
            found.append(Finding("patches", task.instance_id, problem))
    progress(Progress("check", len(held.tasks), len(held.tasks)))
    return len(held.tasks), found


def _applies(skeleton: Blobs, patches: Sequence[str]) -> str:
    """What is wrong with patches on a skeleton; empty where nothing is."""
    with scratch_repository() as folder:
        index = folder / "scratch.index"
        start = _tree(folder, skeleton)
        made = set()
        for order in (patches, patches[::-1]):
            try:
                run_git(folder, "read-tree", start, index=index)
                for patch in order:
                    run_git(folder, "apply", "--cached", data=patch.encode("utf-8"), index=index)
                made.add(run_git(folder, "write-tree", index=index))
                for patch in reversed(order):
                    run_git(folder, "apply", "--cached", "--reverse", data=patch.encode("utf-8"), index=index)
            except subprocess.CalledProcessError as error:
                return f"git does not apply it ({error.stderr.decode('utf-8', 'replace').strip()[:160]})"
            if run_git(folder, "write-tree", index=index).decode("ascii").strip() != start:
                return "taken back, the patches do not give the skeleton"
        return "" if len(made) == 1 else "the order of the patches makes a difference"


def _tree(folder: Path, blobs: Blobs) -> str:
    """Write a tree into a scratch repository; its name."""
    stream = CommitStream()
    mark = stream.commit("refs/heads/start", "start", blobs)
    commit = stream.send(folder)[mark]
    return run_git(folder, "rev-parse", f"{commit}^{{tree}}").decode("ascii").strip()


def _leaks(held: HeldDataset) -> tuple[int, list[Finding]]:
    """No long run of lines that the gold patch adds stands in the skeleton or in the statement already.

    Code that a project has twice is found, too, and cannot be told from a leak here: that is a warning for a dataset
    whose certificates were made by an audit, which looked at each function (docs/certificate.md).
    """
    found = []
    for task in held.tasks:
        runs = [code_tokens(run) for run in added_runs(str(task.fields["patch"]))]
        long = ["\0".join(("", *run, "")) for run in runs if len(run) >= FEWEST]
        if not long:
            continue
        try:
            texts = {path: content for path, (_, content) in task.skeleton().items() if path.endswith(".py")}
        except (subprocess.CalledProcessError, OSError, ValueError):
            continue  # told by another check
        texts["the statement"] = str(task.fields["problem_statement"]).encode("utf-8", "surrogatepass")
        for path, content in texts.items():
            text = "\0".join(("", *code_tokens(content.decode("utf-8", "replace")), ""))
            if any(run in text for run in long):
                level = Level.ERROR if path == "the statement" else Level.WARNING
                found.append(Finding("leaks", task.instance_id, f"{path} holds lines that its patch adds", level))
    return len(held.tasks), found


def _splits(held: HeldDataset) -> tuple[int, list[Finding]]:
    """No repository and no group of near duplicates is in two splits."""
    places: dict[tuple[str, str], set[str]] = {}
    for task in held.tasks:
        places.setdefault(("repository", task.repo), set()).add(task.split)
        if task.group:
            places.setdefault(("group of near duplicates", task.group), set()).add(task.split)
    found = [
        Finding("splits", name, f"this {what} is in {' and '.join(sorted(splits))}")
        for (what, name), splits in sorted(places.items())
        if len(splits) > 1
    ]
    return len({task.split for task in held.tasks}), found


def _licences(held: HeldDataset) -> tuple[int, list[Finding]]:
    """Every repository has a licence."""
    known: dict[str, str] = {}
    for task in held.tasks:
        known[task.repo] = known.get(task.repo) or task.license
    missing = sorted(repo for repo, name in known.items() if not name)
    return len(known), [Finding("licences", repo, "says no licence", Level.WARNING) for repo in missing]


def _gold(held: HeldDataset, sample: int, progress: OnProgress) -> tuple[int, list[Finding]]:
    """The gold patch solves its task and the empty one does not, in the task's image."""
    if sample <= 0 or held.form == BUILD:
        return 0, []
    chosen = sampled(held.tasks, sample)
    count = len(chosen)
    found = []
    with open_engine() as engine:
        for number, task in enumerate(chosen):
            progress(Progress("gold", number, count))
            if task.image is None or engine.find(task.image) is None:
                raise NoImage(task.image or f"of {task.instance_id}")
            for patch, hoped, name in ((str(task.fields["patch"]), True, "gold"), ("", False, "empty")):
                solved, said = solves(engine, held, task, patch)
                if solved is not hoped:
                    problem = f"the {name} patch {'solves' if solved else 'does not solve'} it"
                    detail = "" if solved else f" ({said[-300:]})"
                    found.append(Finding("gold and empty", task.instance_id, problem + detail))
        progress(Progress("gold", count, count))
    return count, found


def as_object(report: CheckReport) -> dict[str, Any]:
    """A report for machines."""
    return {
        "form": report.form,
        "tasks": report.tasks,
        "sound": report.sound,
        "looked": dict(report.looked),
        "findings": [
            {"check": f.check, "where": f.where, "problem": f.problem, "level": f.level.value} for f in report.findings
        ],
    }


__all__ = ["CheckReport", "Finding", "Level", "as_object", "check_dataset"]
