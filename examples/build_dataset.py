"""Build a dataset, and write a prompt for each task that is worth solving.

python examples/build_dataset.py examples/calculator calculator.sweflow prompts
"""

import sys
from pathlib import Path

import sweflow


def main(repo: Path, out: Path, prompts: Path) -> None:
    options = sweflow.Options.of(reruns=1, docstrings="strip")
    summary = sweflow.build(repo, out, python=Path(sys.executable), allow_dirty=True, options=options, progress=report)
    print(f"{summary['steps']['verified']} of {summary['steps']['scheduled']} steps are verified tasks")

    prompts.mkdir(parents=True, exist_ok=True)
    for task in sweflow.load_tasks(out):
        if len(task.target_functions) + len(task.dependent_functions) > 1:
            (prompts / f"{task.instance_id}.md").write_text(task.problem_statement, "utf-8")
    print(f"{len(list(prompts.iterdir()))} prompts in {prompts}")


def report(progress: sweflow.Progress) -> None:
    """Called while it works."""
    if progress.done == progress.total:
        print(f"{progress.stage}: {progress.total}, {progress.failed} failed")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
