"""JSON lines: files of one object a line."""

import json
from collections.abc import Iterable
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import dumps, write_text

from sweflow_tasks.values import JsonObject

AGAIN = "put the file back, or run `sweflow verify` again"


def write_lines(path: Path, rows: Iterable[JsonObject]) -> None:
    """Write JSON lines, all at once."""
    write_text(path, "".join(dumps(row) + "\n" for row in rows))


def read_lines(path: Path, needed: Iterable[str] = ()) -> list[JsonObject]:
    """Read JSON lines, each an object that has what is ``needed``. Raises FileNotUsable."""
    try:
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    except FileNotFoundError as error:
        raise FileNotUsable(path, "is not there", "run `sweflow build` or `sweflow verify` first") from error
    except (OSError, ValueError) as error:
        raise FileNotUsable(path, f"cannot be read ({error})", AGAIN) from error
    rows = [_row(path, number, line) for number, line in enumerate(lines if lines != [""] else [], 1)]
    check_lines(path, rows, needed)
    return rows


def check_lines(path: Path, rows: Iterable[JsonObject], needed: Iterable[str]) -> None:
    """Raises FileNotUsable where a line lacks something."""
    wanted = tuple(needed)
    for number, row in enumerate(rows, 1):
        missing = [name for name in wanted if name not in row]
        if missing:
            raise damaged(path, number, f"there is no {', '.join(missing)}")


def damaged(path: Path, number: int, problem: str) -> FileNotUsable:
    """The error for a line that cannot be used."""
    return FileNotUsable(path, f"is damaged in line {number} ({problem})", AGAIN)


def _row(path: Path, number: int, line: str) -> JsonObject:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise damaged(path, number, str(error)) from error
    if not isinstance(row, dict):
        raise damaged(path, number, "it is no object")
    return row
