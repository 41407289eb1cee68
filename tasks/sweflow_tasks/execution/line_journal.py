"""Journals as files of lines: a kill tears at most the last one."""

import json
import os
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import FileNotUsable


def read_whole_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a journal, none where it is not there; a torn last line is cut off the file.

    Raises FileNotUsable for another damaged line.
    """
    return [_row(path, number, line) for number, line in enumerate(whole_lines(path), 1)]


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a file, none where it is not there; a torn last one is cut off the file."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        os.truncate(path, len(whole))
    return whole.split(b"\n")[:-1]


def _row(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise FileNotUsable(path, f"has no JSON in line {number}", "take that line out, or remove the file") from error
    if not isinstance(row, dict):
        raise FileNotUsable(path, f"has no JSON object in line {number}", "take that line out, or remove the file")
    return row
