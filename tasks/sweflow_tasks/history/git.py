"""git, without anybody's configuration: its output, scratch repositories, the files of a commit."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sweflow_tracer.project.files import Blobs


def run_git(folder: Path, *arguments: str, data: bytes | IO[bytes] | None = None, index: Path | None = None) -> bytes:
    """Output of a git command that sees nobody's configuration; it reads ``data``. Raises CalledProcessError."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
    }
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index.resolve())
    settings = ("safe.directory=*", "core.quotePath=true", "core.logAllRefUpdates=false")
    command = ["git", *(part for setting in settings for part in ("-c", setting)), *arguments]
    given: dict[str, Any] = {"input": data} if data is None or isinstance(data, bytes) else {"stdin": data}
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, check=True, **given)
    output: bytes = done.stdout
    return output


@contextmanager
def scratch_repository(history: Path | None = None) -> Iterator[Path]:
    """An empty bare repository, gone at the end of the block; it sees a history's objects, which gains none itself."""
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch:
        folder = Path(scratch)
        run_git(folder, "init", "--quiet", "--bare", "--template=", ".")
        if history is not None:
            (folder / "objects" / "info").mkdir(exist_ok=True)
            alternates = folder / "objects" / "info" / "alternates"
            alternates.write_text(f"{(history / 'objects').resolve()}\n", "utf-8")
        yield folder


def step_ref(kind: str, step: int) -> str:
    """The ref of one of a step's trees in a history: ``skeletons``, ``tests`` (with its tests) or ``references``."""
    return f"refs/{kind}/{step:04d}"


def read_commit(folder: Path, name: str) -> Blobs:
    """The files of a commit. Raises CalledProcessError where there is no such commit."""
    rows = [row for row in run_git(folder, "ls-tree", "-r", "-z", name).split(b"\0") if row]
    heads = [row.partition(b"\t") for row in rows]
    wanted = b"".join(head.split()[2] + b"\n" for head, _, _ in heads)
    output = run_git(folder, "cat-file", "--batch", data=wanted)
    blobs: dict[str, tuple[str, bytes]] = {}
    place = 0
    for head, _, path in heads:
        start = output.index(b"\n", place) + 1
        size = int(output[place:start].split()[2])
        blobs[os.fsdecode(path)] = (head.split()[0].decode("ascii"), output[start : start + size])
        place = start + size + 1
    return blobs
