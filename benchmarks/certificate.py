"""What full certificates say of a build's tasks, and what they cost beside basic ones.

    python benchmarks/certificate.py DIR... [--jobs N] [--basic]

Each DIR needs ``schedule.json`` and what stands before it. It is copied, and the copy verified with
``--certificate full``, with ``--basic`` also another copy with ``--certificate basic``. Prints a row of the table in
BENCHMARKS.md for each.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

COLUMNS = (
    *("project", "tasks", "functions", "mutants killed", "strength a task: least, quartiles, greatest", "flaky"),
    *("functions left out unnoticed", "lines run", "CPU s full", "CPU s basic", "wall s full"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure full certificates.")
    parser.add_argument("dirs", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--basic", action="store_true", help="measure the cost of basic certificates, too")
    asked = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |")
    print("| --- |" + " ---: |" * (len(COLUMNS) - 1))
    for folder in asked.dirs:
        with TemporaryDirectory() as scratch:
            full = verify(folder, Path(scratch) / "full", "full", asked.jobs)
            basic = verify(folder, Path(scratch) / "basic", "basic", asked.jobs)[0] if asked.basic else None
            print(row(Path(scratch) / "full", *full, basic), flush=True)


def verify(folder: Path, copy: Path, level: str, jobs: int) -> tuple[float, float]:
    """Verify a copy of a build; seconds of the processors and of the clock."""
    shutil.copytree(folder, copy)
    command = [sys.executable, "-m", "sweflow", "verify", str(copy), "-q", "-j", str(jobs), "--certificate", level]
    started = time.monotonic()
    pid = os.spawnv(os.P_NOWAIT, sys.executable, command)
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"verifying {folder} failed")
    return used.ru_utime + used.ru_stime, time.monotonic() - started


def row(folder: Path, cpu: float, wall: float, basic: float | None) -> str:
    """A build's row."""
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    project = json.loads((folder / "project.json").read_text("utf-8"))["project"]
    tasks = [json.loads(line) for line in (folder / "certificates.jsonl").read_text("utf-8").splitlines()]
    found = summary["certificate"]
    strength, necessity = found["strength"], found["necessity"]
    lines = [figures for task in tasks for figures in task["figures"]["lines"]]
    run, total = sum(len(figures["executed"]) for figures in lines), sum(figures["total"] for figures in lines)
    cells = (
        f"{project['repo']} {project['version']}",
        len(tasks),
        len(lines),
        f"{strength['killed']} / {strength['total']} ({strength['killed'] / strength['total']:.0%})",
        ", ".join(f"{share:.2f}" for share in strength["quartiles"]),
        found["gold"]["flaky"],
        f"{necessity['unnoticed']} in {necessity['tasks']} tasks",
        f"{run} / {total} ({run / total:.0%})",
        f"{cpu:.0f}",
        "" if basic is None else f"{basic:.0f}",
        f"{wall:.0f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
