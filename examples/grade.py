"""Pick tasks of a dataset and grade patches for them: the gold patch, none, and half of it.

python examples/grade.py calculator.sweflow
"""

import sys
from pathlib import Path

import sweflow


def main(out: Path) -> None:
    picked = [task for task in sweflow.load_tasks(out) if len(task.fail_to_pass) > 1][:2]
    for task in picked:
        gold = task.patch
        for name, patch in {"gold": gold, "nothing": "", "half of it": gold[: len(gold) // 2]}.items():
            verdict = sweflow.grade(task, patch)
            print(f"{task.instance_id}  {name:10}  {verdict.verdict.value:20}  reward {verdict.reward:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
