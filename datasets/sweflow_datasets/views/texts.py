"""Texts of files: which changes can be told as text, and lines that end where git says."""

import re
from collections.abc import Iterator

from sweflow_datasets.views.values import Blobs, RefusedReason

FILE = "100644"
"""The mode of a file that an answer adds."""
_TEXT = frozenset({FILE, "100755"})


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends. A line ends at a line feed alone: form feeds and returns are part of it."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def text_of(blob: tuple[str, bytes] | None) -> str | None:
    """The text of a file, empty where there is none; None where it is a link or no UTF-8."""
    if blob is None:
        return ""
    mode, content = blob
    try:
        return content.decode("utf-8") if mode in _TEXT else None
    except UnicodeDecodeError:
        return None


def fence_of(text: str) -> str:
    """Backticks that fence a text: three, or one more than any run in it."""
    return "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))


def changed(before: Blobs, after: Blobs) -> Iterator[str]:
    """The paths of files that differ, in order."""
    yield from (path for path in sorted({*before, *after}) if before.get(path) != after.get(path))


def untellable(before: Blobs, after: Blobs) -> tuple[RefusedReason, str] | None:
    """Why the change from one tree to another cannot be told as text, and in which file; None where it can."""
    for path in changed(before, after):
        old, new = before.get(path), after.get(path)
        if new is None:
            return RefusedReason.DELETED_FILE, path
        if new[0] != (old[0] if old is not None else FILE):
            return RefusedReason.MODE_CHANGE, path
        if text_of(old) is None or text_of(new) is None or not path.isprintable():
            return RefusedReason.NOT_TEXT, path
    return None
