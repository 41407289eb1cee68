"""git fast-import: commits as one stream in which every blob is sent once."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sweflow_tasks.history.git import run_git

AUTHOR = "sweflow <sweflow@localhost> 0 +0000"


class CommitStream:
    """Builds input for ``git fast-import``, in a file of its own; every blob is sent once."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="sweflow-")  # noqa: SIM115
        self._marks: dict[bytes, int] = {}
        self._next = 1

    def commit(self, ref: str, message: str, changes: Mapping[str, tuple[str, bytes] | None]) -> int:
        """Add a commit to a ref, the first one without a parent: mode and content of what it changes, None: gone."""
        marks = {path: self._blob(blob[1]) for path, blob in changes.items() if blob is not None}
        number = self._start(ref, message)
        for path, blob in sorted(changes.items()):
            what = b"D " if blob is None else f"M {blob[0]} :{marks[path]} ".encode()
            self._file.write(what + _quoted(path) + b"\n")
        self._file.write(b"\n")
        return number

    def commit_tree(self, ref: str, message: str, tree: str) -> int:
        """Add a commit of a tree that the repository has."""
        number = self._start(ref, message)
        self._file.write(f'M 040000 {tree} ""\n\n'.encode())
        return number

    def name(self, ref: str, mark: int) -> None:
        """Let a ref name a commit of this stream."""
        self._file.write(f"reset {ref}\nfrom :{mark}\n\n".encode())

    def send(self, repository: Path) -> dict[int, str]:
        """Run fast-import; the commits' names by mark."""
        marks = repository / "sweflow-marks"
        with self._file:
            self._file.write(b"done\n")
            self._file.seek(0)
            command = ("fast-import", "--quiet", "--force", f"--export-marks={marks.resolve()}")
            run_git(repository, *command, data=self._file)
        lines = marks.read_text("ascii").splitlines()
        marks.unlink()
        return {int(mark[1:]): name for mark, name in (line.split() for line in lines)}

    def _start(self, ref: str, message: str) -> int:
        number, text = self._mark(), message.encode("utf-8")
        head = f"commit {ref}\nmark :{number}\ncommitter {AUTHOR}\ndata {len(text)}\n"
        self._file.write(head.encode() + text + b"\n")
        return number

    def _blob(self, content: bytes) -> int:
        key = hashlib.sha256(content).digest()
        if key not in self._marks:
            self._marks[key] = self._mark()
            self._file.write(f"blob\nmark :{self._marks[key]}\ndata {len(content)}\n".encode() + content + b"\n")
        return self._marks[key]

    def _mark(self) -> int:
        self._next += 1
        return self._next - 1


def escaped(path: str) -> bytes:
    """A path as it stands between the quotes of git's own files."""
    return os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def _quoted(path: str) -> bytes:
    return b'"' + escaped(path) + b'"'
