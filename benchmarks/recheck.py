"""Check tasks of a finished build with nothing of ours but ``sweflow checkout``: plain git and plain pytest.

    python benchmarks/recheck.py DIR --python TARGET_PYTHON [--sample N]

For each task of an even sample: check out the skeleton, ``git apply`` test_patch, run the tests, ``git apply`` patch,
run them again. Before the patch every FAIL_TO_PASS id must not pass and every PASS_TO_PASS id must; after it all must
pass, and the files must equal those of ``checkout --reference``. Prints a line a task and the counts; exit code 1 on
a miss.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def main() -> int:
    """Check a sample of a folder's tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--sample", type=int, default=10)
    given = parser.parse_args()
    rows = [json.loads(line) for line in (given.dir / "tasks.jsonl").read_text("utf-8").splitlines()]
    chosen = [rows[len(rows) * n // given.sample] for n in range(given.sample)] if len(rows) > given.sample else rows
    misses = 0
    for row in chosen:
        problems = check(given.dir.resolve(), row, os.path.abspath(given.python))
        misses += bool(problems)
        print(row["instance_id"], "; ".join(problems) or "holds", flush=True)
    print(f"{len(chosen) - misses} of {len(chosen)} tasks hold ({len(rows)} in the dataset)")
    return 1 if misses else 0


def check(folder: Path, row: dict[str, Any], python: str) -> list[str]:
    """What is wrong with a task; nothing where it holds."""
    with TemporaryDirectory() as scratch:
        task, reference = Path(scratch) / "task", Path(scratch) / "reference"
        checkout(folder, row, task)
        checkout(folder, row, reference, "--reference")
        apply(task, row["test_patch"])
        problems = []
        if passed(task, row, python, row["FAIL_TO_PASS"]):
            problems.append("a FAIL_TO_PASS id passes on the skeleton")
        if passed(task, row, python, row["PASS_TO_PASS"]) != set(row["PASS_TO_PASS"]):
            problems.append("a PASS_TO_PASS id does not pass on the skeleton")
        apply(task, row["patch"])
        everything = [*row["PASS_TO_PASS"], *row["FAIL_TO_PASS"]]
        if passed(task, row, python, everything) != set(everything):
            problems.append("an id does not pass on the reference")
        if contents(task) != contents(reference):
            problems.append("the patched files differ from the reference")
        return problems


def checkout(folder: Path, row: dict[str, Any], dest: Path, *options: str) -> None:
    """Run ``sweflow checkout``."""
    command = [sys.executable, "-m", "sweflow", "checkout", str(folder), row["instance_id"], str(dest), "-q", *options]
    subprocess.run(command, check=True)


def apply(folder: Path, patch: str) -> None:
    """Run plain ``git apply``."""
    if patch:
        subprocess.run(["git", "apply"], cwd=folder, input=patch.encode(), check=True)


def passed(folder: Path, row: dict[str, Any], python: str, ids: list[str]) -> set[str]:
    """The ids among those asked for that plain pytest reports as passed."""
    if not ids:
        return set()
    options = [a for a in shlex.split(row["test_command"])[3:] if a.startswith("-")]
    listed = folder / ".git" / "ids.txt"
    listed.write_text("\n".join(ids), "utf-8")
    command = [python, "-m", "pytest", *options, "-q", "-rA", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    variables = {**row["environment"]["variables"], "PATH": os.environ["PATH"], "HOME": str(folder.parent)}
    roots = [str(folder / root) for root in variables["PYTHONPATH"].split(":") if root]
    variables["PYTHONPATH"] = ":".join(roots)
    done = subprocess.run(
        [*command, f"@{listed}"], cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=600
    )
    prefix = "PASSED "
    reported = {line.removeprefix(prefix) for line in done.stdout.splitlines() if line.startswith(prefix)}
    return reported & set(ids)


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a checkout, git's own and compiled ones left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if path.suffix != ".pyc"}


if __name__ == "__main__":
    sys.exit(main())
