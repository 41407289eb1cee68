"""git fast-import: commits as one stream in which every blob is sent once."""

import os
from pathlib import Path

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.history.git import run_git

AUTHOR = "sweflow <sweflow@localhost> 0 +0000"


class CommitStream:
    """Builds input for ``git fast-import``; every blob is sent once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._marks: dict[bytes, int] = {}
        self._next = 1

    def commit(self, ref: str, message: str, blobs: Blobs, before: Blobs | None) -> int:
        """Add a commit that holds ``blobs``; it follows the last one on ``ref`` where ``before`` is given."""
        gone = sorted(set(before or ()) - set(blobs))
        changed = [path for path in sorted(blobs) if before is None or before.get(path) != blobs[path]]
        marks = {path: self._blob(blobs[path][1]) for path in changed}
        text = message.encode("utf-8")
        number = self._mark()
        self._parts.append(f"commit {ref}\nmark :{number}\ncommitter {AUTHOR}\ndata {len(text)}\n".encode())
        self._parts.append(text + b"\n")
        self._parts += [b"D " + _quoted(path) + b"\n" for path in gone]
        for path in changed:
            self._parts.append(f"M {blobs[path][0]} :{marks[path]} ".encode() + _quoted(path) + b"\n")
        self._parts.append(b"\n")
        return number

    def name(self, ref: str, mark: int) -> None:
        """Let a ref name a commit of this stream."""
        self._parts.append(f"reset {ref}\nfrom :{mark}\n\n".encode())

    def send(self, repository: Path) -> dict[int, str]:
        """Run fast-import; the commits' names by mark."""
        marks = repository / "sweflow-marks"
        run_git(
            repository,
            *("fast-import", "--quiet", "--force", f"--export-marks={marks.resolve()}"),
            data=b"".join((*self._parts, b"done\n")),
        )
        lines = marks.read_text("ascii").splitlines()
        marks.unlink()
        return {int(mark[1:]): name for mark, name in (line.split() for line in lines)}

    def _blob(self, content: bytes) -> int:
        if content not in self._marks:
            self._marks[content] = self._mark()
            self._parts.append(f"blob\nmark :{self._marks[content]}\ndata {len(content)}\n".encode())
            self._parts.append(content + b"\n")
        return self._marks[content]

    def _mark(self) -> int:
        self._next += 1
        return self._next - 1


def escaped(path: str) -> bytes:
    """A path as it stands between the quotes of git's own files."""
    return os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def _quoted(path: str) -> bytes:
    return b'"' + escaped(path) + b'"'
