"""Writing an export: files below one folder, each remembered by its size and hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class WrittenFile:
    """A file of an export. ``rows`` is None where it holds none."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


class Writer:
    """Writes files below a folder that nobody else uses yet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, WrittenFile] = {}

    def bytes(self, path: str, content: bytes, *, executable: bool = False) -> None:
        """Write a file."""
        place = self.place(path)
        place.write_bytes(content)
        if executable:
            place.chmod(0o755)
        self.files[path] = WrittenFile(path, len(content), hashlib.sha256(content).hexdigest())

    def text(self, path: str, content: str, *, executable: bool = False) -> None:
        """Write a file of UTF-8 text."""
        self.bytes(path, content.encode("utf-8", "surrogatepass"), executable=executable)

    def lines(self, path: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write objects, one a line, keys sorted; one row is held at a time."""
        digest, size, count = hashlib.sha256(), 0, 0
        with self.place(path).open("wb") as file:
            for row in rows:
                line = (json.dumps(row, sort_keys=True) + "\n").encode("ascii")
                digest.update(line)
                file.write(line)
                size, count = size + len(line), count + 1
        self.files[path] = WrittenFile(path, size, digest.hexdigest(), count)

    def place(self, path: str) -> Path:
        """Where a file goes; its folder is made."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


def yaml_text(members: Mapping[str, Any]) -> str:
    """An object as YAML: a line a member, values as JSON, which YAML takes as they are."""
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=True)}\n" for key, value in sorted(members.items()))
