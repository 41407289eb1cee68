"""What each stage of a build costs, by version of sweflow, beside plain runs of the suite, measured in turn.

    python benchmarks/stages.py toolz --dest /tmp/corpus --with before=OLD/bin/python --with after=NEW/bin/python

Seconds of CPU of everything that was started, one job, one thing at a time, in the process sandbox, or in that of
`--sandbox`: nobody waits for its processes, so what counts is all that the processors do meanwhile on which this may
run. *plain*: pytest on the project, the median of some warm runs. Each stage is its own command. Where the version
makes twins, *verify* is without them, in a folder of its own, and *twins* is what `verify` with them takes more.
*bytes*: of all files of the build, with twins. *grade*: the mean of grades of the reference for some tasks at equal
distances. A run of hours can be given `--jobs 2` (seconds of CPU stay near what one job takes), `--whole` for a suite
that corpus.toml narrows, `--twins within` to verify with twins alone, which are then a part of *verify*, or `--twins
none`, and fewer `--runs` and `--grades`. What each stage took is told as it ends. `--keep` holds the builds for other
questions.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from markdown_table import table
from prepare import Prepared, prepare
from processors import busy_seconds, cpu_seconds

STAGES = ("trace", "graph", "schedule", "tasks", "verify", "twins")
GRADE = """
import sys, sweflow
tasks = list(sweflow.load_tasks(sys.argv[1]))
count = int(sys.argv[2])
for number in range(count):
    task = tasks[(2 * number + 1) * len(tasks) // (2 * count)]
    assert sweflow.grade(task, task.patch, sys.argv[3]).resolved
"""
"""Grades the reference of some tasks, which must be resolved."""


def main() -> None:
    """Measure, and print a row a project and version."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--dest", type=Path, required=True)
    parser.add_argument("--with", dest="versions", action="append", required=True, metavar="LABEL=PYTHON")
    parser.add_argument("--sandbox", choices=("process", "bubblewrap", "docker"), default="process")
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--twins", choices=("apart", "within", "none"), default="apart")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--grades", type=int, default=8)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    versions = [version.partition("=")[::2] for version in given.versions]
    heads = ("project", "version", "plain", *STAGES, "all / plain", "tasks", "bytes", "grade")
    projects = (prepare(name, given.dest) for name in given.names)
    if given.whole:
        projects = (replace(project, args=()) for project in projects)
    rows = (
        (
            project.name,
            label,
            *row(project, python, given, given.keep and given.keep / project.name / label),
        )
        for project in projects
        for label, python in versions
    )
    for line in table(heads, rows):
        print(line, flush=True)


def row(project: Prepared, python: str, given: argparse.Namespace, kept: Path | None) -> list[str]:
    """The cells of one project and version; ``kept`` is where its build is to stay."""
    if kept is not None and kept.exists():
        sys.exit(f"{kept} is there already: its stages would be resumed")
    seconds = cpu_seconds if given.sandbox == "process" else busy_seconds
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        plain = plain_run(project, Path(scratch) / "plain", given.runs)
        out, other = kept or Path(scratch) / "out", Path(scratch) / "other"
        sweflow = [python, "-m", "sweflow"]
        each = ["--sandbox", given.sandbox, "--jobs", given.jobs, "--quiet"]
        costs: dict[str, float] = {}

        def stage(name: str, command: Sequence[str]) -> None:
            costs[name] = cpu([*sweflow, *command], seconds=seconds)
            print(f"{project.name}: {name} {costs[name]:.1f}", file=sys.stderr, flush=True)

        behind = ["--", *project.args] if project.args else []
        stage("trace", ["trace", str(project.repo), "--python", str(project.python), "--out", str(out), *each, *behind])
        for name in ("graph", "schedule", "tasks"):
            stage(name, [name, str(out), "--quiet"])
        help_text = subprocess.run([*sweflow, "verify", "--help"], capture_output=True, check=True).stdout
        twins = given.twins if b"--twins" in help_text else "within"
        if twins == "apart":
            shutil.copytree(out, other, symlinks=True)
        if twins != "within":
            stage("verify", ["verify", *each, "--twins", "0", str(out if twins == "none" else other)])
        if twins != "none":
            stage("verify" if twins == "within" else "twins", ["verify", *each, str(out)])
        costs["twins"] = max(0.0, costs["twins"] - costs["verify"]) if twins == "apart" else 0.0
        summary = json.loads((out / "summary.json").read_text("utf-8"))
        size = sum(path.lstat().st_size for path in out.rglob("*") if not path.is_dir())
        grading = [python, "-c", GRADE, str(out), str(given.grades), given.sandbox]
        grade = cpu(grading, seconds=seconds) / max(1, given.grades)
    whole = sum(costs.values())
    return [
        f"{plain:.1f}",
        *(f"{costs[stage]:.1f}" for stage in STAGES),
        f"{whole / plain:.0f}",
        str(summary["steps"]["verified"]),
        f"{size:,}",
        f"{grade:.1f}",
    ]


def plain_run(project: Prepared, tree: Path, runs: int) -> float:
    """CPU of pytest on the project."""
    shutil.copytree(project.repo, tree, symlinks=True)
    command = [str(project.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *project.args]
    cpu(command, tree, check=False)
    return statistics.median(cpu(command, tree, check=False) for _ in range(runs))


def cpu(
    command: Sequence[str],
    folder: Path | None = None,
    *,
    check: bool = True,
    seconds: Callable[[], float] = cpu_seconds,
) -> float:
    """Seconds of CPU of a command and all that it waits for, or by another clock."""
    before = seconds()
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)
    if check and done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds() - before


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


if __name__ == "__main__":
    main()
