"""What twins a build has: a row a folder, for BENCHMARKS.md.

    python benchmarks/twins.py DIR...

Counts the accepted tests, those that have a twin, twins by kind, tests that run apart or untouched, and steps that were
rejected since no test of theirs has one.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

KINDS = ("expectation", "exception", "comparison", "input")


def main() -> None:
    """Print the table."""
    head = ("project", "tests", "with a twin", ", ".join(KINDS), "apart", "untouched", "`no-twin`")
    print(f"| {' | '.join(head)} |")
    print("| --- | ---: | ---: | --- | ---: | ---: | ---: |")
    for folder in map(Path, sys.argv[1:]):
        print(row_of(folder))


def row_of(folder: Path) -> str:
    """A row of the table."""
    functions = lines(folder / "twins.jsonl")
    having = {test for each in functions for twin in each["twins"] for test in twin["fails"]}
    kinds = Counter(twin["kind"] for each in functions for twin in each["twins"])
    project = json.loads((folder / "project.json").read_text("utf-8"))["project"]
    cells = (
        f"{project['repo'].rpartition('/')[2]} {project['version']}",
        sum(len(each["ids"]) for each in functions),
        len(having),
        ", ".join(str(kinds[kind]) for kind in KINDS),
        sum(len(each["apart"]) for each in functions),
        sum(len(each["untouched"]) for each in functions),
        sum(row["reason"] == "no-twin" for row in lines(folder / "rejected.jsonl")),
    )
    return f"| {' | '.join(map(str, cells))} |"


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
