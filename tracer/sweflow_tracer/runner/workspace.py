"""A workspace: a scratch folder with one tree in it that can be moved from state to state."""

import base64
import contextlib
import fcntl
import glob
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from queue import SimpleQueue
from types import TracebackType
from typing import TextIO

from sweflow_tracer.project.files import Blobs, write_blob
from sweflow_tracer.sandbox.ownership import kill_marked, lives, owner

PREFIX = "sweflow-"
COMPILED_BYTES = 1 << 29
"""What compiled modules of isolated sessions may take in a workspace."""
OWNER = "owner"
"""A file in the scratch folder that says which process it belongs to."""
_SCRATCH = re.compile(rf"[^\s'\"]*/{PREFIX}[a-z0-9_]{{8}}(/tree/[^/\s'\"]+/?|/run\d+(/tmp(/t\d+)?)?)?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


def clean_line(text: object) -> str:
    """The first line of a message without what differs between two equal runs: scratch folders, addresses."""
    line = str(text).partition("\n")[0]
    return _ADDRESS.sub("0x…", _SCRATCH.sub("", line))[:300]


def remove_listed(ledger: Path) -> None:
    """Remove the scratch folders that a ledger lists, but for those whose owner lives: they are in use.

    It goes on listing what is in use or could not be removed.
    """
    if not ledger.exists():
        return
    with _opened(ledger) as file:
        listed = [Path(line) for line in file.read().splitlines() if Path(line).name.startswith(PREFIX)]
        used = [folder for folder in listed if _in_use(folder)]
        left = [folder for folder in listed if folder not in used]
        for _ in range(50):
            for folder in left:
                kill_marked("HOME", f"{folder}/")  # a run that outlived its parent would make the folder anew
                shutil.rmtree(folder, ignore_errors=True)
            left = [folder for folder in left if folder.exists()]
            if not left:
                break
            time.sleep(0.1)
        file.truncate(0)
        file.writelines(f"{folder}\n" for folder in (*used, *left))


@contextmanager
def _opened(ledger: Path) -> Iterator[TextIO]:
    """A ledger to read and to add to, while nobody else does."""
    with ledger.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def _in_use(folder: Path) -> bool:
    try:
        return lives((folder / OWNER).read_text("ascii").strip())
    except OSError:
        return False


class Workspace:
    """A scratch folder, removed at the end: ``tree`` is the project's, the rest belongs to the runs.

    ``bytecode`` is where they keep compiled modules (PYTHONPYCACHEPREFIX), once pytest is there, so that the tree
    holds none; workspaces can share it, since it goes by whole paths. ``compiled`` is the same for isolated sandboxes,
    which get a copy and tell what is new.

    ``name`` is the tree's folder name, for projects that look at it. ``ledger`` is a file to which the scratch
    folder's path is added, so that a later run can remove it should this one be killed.
    """

    def __init__(self, name: str, ledger: Path, bytecode: Path | None = None) -> None:
        self.scratch = Path(tempfile.gettempdir()).resolve() / f"{PREFIX}{secrets.token_hex(4)}"
        with _opened(ledger) as file:
            file.write(f"{self.scratch}\n")  # before it is made: a kill in between leaves nothing
            file.flush()
            self.scratch.mkdir(mode=0o700)
            (self.scratch / OWNER).write_text(owner(), "ascii")
        self.tree = self.scratch / "tree" / name
        self.tree.mkdir(parents=True)
        self.bytecode = bytecode or self.scratch / "bytecode"
        self.compiled = self.scratch / "compiled"
        self.compiled.mkdir()
        self._room = COMPILED_BYTES
        self._written: dict[str, tuple[str, bytes, tuple[int, int, int]]] = {}
        self._runs = 0

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)

    def show(self, blobs: Blobs) -> None:
        """Make the tree hold exactly these files: what a run changed is put right, what it left is removed."""
        self._remove_strangers(blobs)
        for path, (mode, content) in blobs.items():
            known = self._written.get(path)
            target = self.tree / path
            if known is None or known[:2] != (mode, content) or known[2] != _stamp(target):
                if target.is_dir() and not target.is_symlink():
                    shutil.rmtree(target)
                write_blob(target, mode, content)
                self._forget_bytecode(target)
                self._written[path] = (mode, content, _stamp(target))

    def keep_compiled(self, path: str, data: str) -> None:
        """Keep a module that a session of the tree as it stands has compiled, for the sessions that follow.

        What comes from a sandbox is believed as little as anything: what is no such file, or too much, is passed over.
        """
        place = PurePosixPath(path)
        if place.suffix != ".pyc" or place.is_absolute() or ".." in place.parts:
            return
        with contextlib.suppress(ValueError, OSError):  # no base64, no name that a file can have
            content = base64.b64decode(data)
            if len(content) <= self._room:
                self._room -= len(content)
                target = self.compiled / place
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)

    def fresh_run(self) -> Path:
        """A new empty folder for one run's home, temporary files, channel and log."""
        self._runs += 1
        run = self.scratch / f"run{self._runs}"
        for name in ("home", "tmp", "probe"):
            (run / name).mkdir(parents=True)
        return run

    def _forget_bytecode(self, source: Path) -> None:
        """Drop what was compiled from a file: Python itself would only look at its size and its second."""
        for kept in (self.bytecode, self.compiled):
            folder = kept / source.parent.relative_to(source.anchor)
            for compiled in folder.glob(f"{glob.escape(source.stem)}.*pyc"):
                self._room += compiled.stat().st_size if kept is self.compiled else 0
                compiled.unlink()

    def _remove_strangers(self, blobs: Blobs) -> None:
        for folder, folders, names in os.walk(self.tree, topdown=False):
            here = Path(folder)
            links = [name for name in folders if (here / name).is_symlink()]
            for name in (*names, *links):
                path = (here / name).relative_to(self.tree).as_posix()
                if path not in blobs:
                    (here / name).unlink()
                    self._written.pop(path, None)
            if here != self.tree and not any(here.iterdir()):
                here.rmdir()


class Workspaces:
    """Workspaces for several threads, one a job, which share bytecode. A context manager; all go with it.

    ``ledger`` is also where those of a run that was killed are listed; they are removed first.
    """

    def __init__(self, name: str, ledger: Path, count: int) -> None:
        self._name = name
        self._ledger = ledger
        self._count = count
        self._free: SimpleQueue[Workspace] = SimpleQueue()
        self._stack = ExitStack()

    def __enter__(self) -> "Workspaces":
        remove_listed(self._ledger)
        bytecode = None
        for _ in range(self._count):
            space = self._stack.enter_context(Workspace(self._name, self._ledger, bytecode))
            bytecode = space.bytecode
            self._free.put(space)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @contextmanager
    def one(self) -> Iterator[Workspace]:
        """A workspace that nobody else uses meanwhile; waits for one."""
        space = self._free.get()
        try:
            yield space
        finally:
            self._free.put(space)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.lstat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)
