"""How much another pairing of functions and tests could win: mutants that only later tests kill, by git and pytest.

    python benchmarks/bound.py DIR... --python TARGET_PYTHON [--jobs N]

DIR is a build with full certificates. Each mutant that a task's FAIL_TO_PASS do not kill is put into the original,
and the accepted tests that come after that task run on it. Prints for each DIR mutants, those that the tasks' own tests
kill, those that only later tests kill, those that no accepted test kills, and the strength of tasks as it is and if
every later test counted: least and median.
"""

import argparse
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from recheck import Build, apply, passed

COLUMNS = (
    "build",
    "tasks",
    "mutants",
    "killed",
    "only later",
    "by nobody",
    "strength least",
    "median",
    "bound least",
    "median",
)

SECONDS = 60
"""For the tests on one mutant: what takes longer is an endless loop, and killed."""


def main() -> None:
    """Print a row a build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dirs", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--python", required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    for folder in given.dirs:
        print(row_of(folder.name, Build(folder.resolve()), os.path.abspath(given.python), given.jobs), flush=True)


def row_of(name: str, build: Build, python: str, jobs: int) -> str:
    """A row for BENCHMARKS.md."""
    certificates = {row["instance_id"]: row for row in build._lines("certificates.jsonl")}
    order = [row["id"] for row in build._lines("tests.jsonl")]
    rows = [row for row in build.rows if certificates[row["instance_id"]]["strength"]["functions"]]
    with ThreadPoolExecutor(jobs) as pool:
        asked = [
            (row, pool.submit(killed_later, build, row, order, survivor["diff"], python))
            for row in rows
            for survivor in survivors(certificates[row["instance_id"]])
        ]
        later = {row["instance_id"]: 0 for row in rows}
        for row, answer in asked:
            later[row["instance_id"]] += answer.result()
    total = {row["instance_id"]: mutants(certificates[row["instance_id"]]) for row in rows}
    killed = {i: sum(f["killed"] for f in certificates[i]["strength"]["functions"]) for i in total}
    own = [killed[i] / total[i] for i in total if total[i]]
    best = [(killed[i] + later[i]) / total[i] for i in total if total[i]]
    nobody = sum(total.values()) - sum(killed.values()) - sum(later.values())
    counts = (len(rows), sum(total.values()), sum(killed.values()), sum(later.values()), nobody)
    figures = (f"{value:.2f}" for value in (min(own), median(own), min(best), median(best)))
    return f"| {' | '.join((name, *map(str, counts), *figures))} |"


def survivors(certificate: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Mutants of a task's functions that its tests do not kill."""
    for function in certificate["strength"]["functions"]:
        yield from function["survivors"]


def mutants(certificate: dict[str, Any]) -> int:
    """Mutants of a task's functions."""
    return sum(f["killed"] + len(f["survivors"]) for f in certificate["strength"]["functions"])


def killed_later(build: Build, row: dict[str, Any], order: list[str], diff: str, python: str) -> bool:
    """Whether a test that comes after a task kills a mutant of it, on the original. One that hangs is killed."""
    tests = order[row["pass_to_pass_count"] + len(row["FAIL_TO_PASS"]) :]
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "tree"
        build.checkout("refs/heads/main", folder)
        apply(folder, diff)
        try:
            return passed(folder, row, python, tests, SECONDS) != set(tests)
        except subprocess.TimeoutExpired:
            return True


if __name__ == "__main__":
    main()
