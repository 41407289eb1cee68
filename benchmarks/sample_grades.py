"""Grades the reference and nothing on a sample of a run's tasks: the one must be resolved, the other not.

    python benchmarks/sample_grades.py DIR --one-in 25 --out grades.jsonl [-j 2]

DIR is the folder of `sweflow build-all`. A task is in the sample if the digest of its id says so, whatever else was
built. A line a grade goes to --out; what stands there is not graded again. Exit code 1 where a reference is not
resolved or an empty patch is.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sweflow
from sweflow import Task

WHAT = ("gold", "empty")


def main() -> int:
    """Grade the sample, and count verdicts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--one-in", type=int, default=25)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sandbox")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    given = parser.parse_args()
    known = [json.loads(line) for line in given.out.read_text("utf-8").splitlines()] if given.out.exists() else []
    done = {(row["instance_id"], row["patch"]) for row in known}
    sampled = list(sample(given.folder, given.one_in))
    todo = [(task, what) for task in sampled for what in WHAT if (task.instance_id, what) not in done]
    with given.out.open("a", encoding="utf-8") as file, ThreadPoolExecutor(given.jobs) as pool:
        for row in pool.map(lambda pair: graded(*pair, given.sandbox), todo):
            file.write(json.dumps(row, sort_keys=True) + "\n")
            file.flush()
            known.append(row)
    ids = {task.instance_id for task in sampled}
    counts = Counter((row["patch"], row["verdict"]) for row in known if row["instance_id"] in ids)
    print(f"{len(ids)} tasks of {len({task.instance_id.rpartition('-')[0] for task in sampled})} repositories")
    for (what, verdict), count in sorted(counts.items()):
        print(f"{what:6} {verdict:22} {count}")
    bad = [row for row in known if (row["patch"] == "gold") != (row["verdict"] == "resolved")]
    for row in bad:
        print(f"{row['instance_id']}: {row['patch']} is {row['verdict']} {row['detail'][:200]}")
    return 1 if bad else 0


def sample(folder: Path, one_in: int) -> Iterator[Task]:
    """The tasks of a run whose digest is a multiple of a number, by repository and step."""
    for build in sorted(folder.glob("repositories/*/sweflow")):
        if (build / "tasks.jsonl").exists():
            for task in sweflow.load_tasks(build):
                if int.from_bytes(hashlib.sha256(task.instance_id.encode()).digest()) % one_in == 0:
                    yield task


def graded(task: Task, what: str, sandbox: str | None) -> dict[str, object]:
    """One grade, as a row."""
    verdict = sweflow.grade(task, task.patch if what == "gold" else None, sandbox)
    return {
        "instance_id": task.instance_id,
        "patch": what,
        "verdict": verdict.verdict.value,
        "detail": verdict.detail,
        "seconds": round(verdict.seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
