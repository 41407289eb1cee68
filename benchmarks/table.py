"""The corpus table's rows, from the files of finished builds.

python benchmarks/table.py DIR...
"""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any


def main(folders: list[Path]) -> None:
    """Print a Markdown row a folder."""
    for folder in folders:
        print(row(folder))


def row(folder: Path) -> str:
    """A folder's row."""
    project = json.loads((folder / "project.json").read_text("utf-8"))["project"]
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    planned = json.loads((folder / "schedule.json").read_text("utf-8"))["steps"]
    tasks, certificates = (
        [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
        for name in ("tasks.jsonl", "certificates.jsonl")
    )
    tests, steps, functions = summary["tests"], summary["steps"], summary["functions"]
    gone = sum(steps["rejected"].get(reason, 0) for reason in ("merged", "nothing-to-develop"))
    before = (median(len(step["functions"]) for step in planned), median(step["lines"] for step in planned))
    after = (summary["median_step"]["functions"], summary["median_step"]["lines"])
    cells = (
        f"{project['repo'].rpartition('/')[2]} {project['version']}",
        f"{tests['accepted']} / {tests['collected']}",
        f"{steps['verified']} / {steps['scheduled'] - gone} / {steps['scheduled']}",
        f"{functions['in_tasks']} / {functions['core'] - functions['scaffold'] - functions['unreached']}",
        f"{total(tasks, 'removed_functions')}, {len(summary['repairs'])}",
        f"{sum(found['similar'] for found in certificates)}, {total(certificates, 'leaks')}",
        f"{before[0]:g}, {before[1]:g}; {after[0]:g}, {after[1]:g}",
    )
    return f"| {' | '.join(cells)} |"


def total(rows: list[dict[str, Any]], name: str) -> int:
    """How many things some rows list under a name."""
    return sum(len(row[name]) for row in rows)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
