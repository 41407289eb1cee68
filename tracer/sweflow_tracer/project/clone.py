"""A clone's state: its commit, what git tracks and what it ignores, read without the clone's own configuration.

A repository's ``.git/config`` can name programs (filters, gpg, fsmonitor, an upload-pack for missing objects), so no
git process that works on a clone sees it (H1). Git works in a folder of ours that holds a copy of HEAD, of the index
and of a handful of plain settings, and is told where the clone's objects are. The user's and the system's configuration
are not read either: the same clone gives the same state everywhere.
"""

import os
import re
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import CloneNotReadable

PLAIN_SETTINGS = frozenset(
    {
        *("core.autocrlf", "core.eol", "core.filemode", "core.ignorecase", "core.precomposeunicode", "core.symlinks"),
        *("core.sparsecheckout", "core.sparsecheckoutcone", "core.repositoryformatversion", "extensions.objectformat"),
    }
)
"""Settings that say how files stand in the work tree; git runs nothing because of them."""
SECONDS = 120
LARGEST = 256 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Clone:
    """What git says of a work tree: ``head`` is HEAD's commit, ``committed`` when it was made (ISO 8601).

    ``changes`` are paths that differ from HEAD or are new; what submodules hold is not looked at, since it is no part
    of the tree. ``ignored`` are files that the clone's own ``.gitignore`` and ``info/exclude`` name. ``url`` is that of
    the remote ``origin``, or empty.
    """

    head: str
    committed: str
    url: str
    changes: tuple[str, ...]
    tracked: tuple[str, ...]
    ignored: tuple[str, ...]


def read_clone(root: Path) -> Clone | None:
    """The state of the clone whose top is ``root``; None where it is none, or has no commit.

    Raises CloneNotReadable where git fails on it, is not installed, or takes more than two minutes.
    """
    here = root.resolve()
    folder = _git_folder(here)
    common = folder and _common_folder(folder)
    if folder is None or common is None:
        return None
    head = _head(folder, common)
    objects = common / "objects"
    if not head or objects.is_symlink() or not os.path.isdir(objects):
        return None
    with tempfile.TemporaryDirectory(prefix="sweflow-clone-") as scratch:
        settings = _settings(Path(scratch), common)
        reader = _Reader(here, Path(scratch) / "git", objects)
        reader.prepare(head, folder, common, settings)
        listing = ("ls-files", "-z", "--others", "--exclude-standard")
        return Clone(
            head=head,
            committed=reader.ask("show", "-s", "--format=%cI", "HEAD").strip(),
            url=settings.get("remote.origin.url", ""),
            changes=tuple(row[3:] for row in _split(reader.ask("status", "--porcelain", "-z", *_UNRENAMED))),
            tracked=tuple(_split(reader.ask(*listing, "--cached"))),
            ignored=tuple(_split(reader.ask(*listing, "--ignored"))),
        )


_UNRENAMED = ("--no-renames", "--ignore-submodules=all")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Asks git about the work tree ``root`` by way of the folder ``own``, which stands in for its ``.git``."""

    root: Path
    own: Path
    objects: Path

    def prepare(self, head: str, folder: Path, common: Path, settings: dict[str, str]) -> None:
        """Fill the folder: HEAD, plain settings, and copies of what git reads of a clone besides objects."""
        for name in ("refs", "info"):
            (self.own / name).mkdir(parents=True)
        (self.own / "HEAD").write_text(head + "\n", "ascii")
        (self.own / "config").touch()
        plain = {"core.repositoryformatversion": "0", **{k: v for k, v in settings.items() if k in PLAIN_SETTINGS}}
        for key, value in plain.items():
            _run(["git", "config", "--file", str(self.own / "config"), key, value], self.own, {})
        copied = [(folder, "index"), (common, "shallow"), (common, "info/exclude"), (folder, "info/sparse-checkout")]
        copied += [(folder, path.name) for path in sorted(folder.glob("sharedindex.*"))]
        for source, name in copied:
            content = _plain_file(source, name)
            if content is not None:
                (self.own / name).write_bytes(content)
                # git compares the index's time with those of files that may have changed in the same second
                os.utime(self.own / name, ns=(0, (source / name).lstat().st_mtime_ns))

    def ask(self, *arguments: str) -> str:
        """Output of a git command. Raises CloneNotReadable."""
        places = {"GIT_DIR": self.own, "GIT_WORK_TREE": self.root, "GIT_OBJECT_DIRECTORY": self.objects}
        return _run(["git", *arguments], self.root, {name: str(path) for name, path in places.items()})


def _run(command: list[str], folder: Path, more: dict[str, str]) -> str:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.devnull,
        "XDG_CONFIG_HOME": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        **more,
    }
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise CloneNotReadable(folder, "git is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise CloneNotReadable(folder, f"git {command[1]} took more than {SECONDS} s") from error
    if done.returncode != 0:
        said = os.fsdecode(done.stderr).strip().splitlines() or [f"exit code {done.returncode}"]
        raise CloneNotReadable(folder, f"git {command[1]}: {said[-1]}")
    return os.fsdecode(done.stdout)


def _git_folder(root: Path) -> Path | None:
    """The folder that ``.git`` is or, in a linked work tree or a submodule, names.

    A file that names a folder which does not name this work tree in turn is not believed: it could be anybody's.
    """
    dot = root / ".git"
    if not dot.is_symlink() and os.path.isdir(dot):  # these two raise nothing, whatever a link names
        return dot
    text = _plain_text(root, ".git")
    if text is None or not text.startswith("gitdir:"):
        return None
    named = text.removeprefix("gitdir:").strip()
    if "\0" in named:
        return None
    folder = (root / named).resolve()
    back = _plain_text(folder, "gitdir")
    if back is not None:
        return folder if (folder / back.strip()).parent.resolve() == root else None
    with tempfile.TemporaryDirectory(prefix="sweflow-clone-") as scratch:
        tree = _settings(Path(scratch), folder).get("core.worktree", "")
    return folder if tree and (folder / tree).resolve() == root else None


def _common_folder(folder: Path) -> Path | None:
    """Where objects and branches stand: for a linked work tree the clone that it is linked to."""
    text = _plain_text(folder, "commondir")
    if text is None or "\0" in text:
        return folder
    common = (folder / text.strip()).resolve()
    return common if folder.parent == common / "worktrees" else None


def _head(folder: Path, common: Path) -> str:
    """HEAD's commit; empty where there is none, or where references stand in a form that is not known here."""
    text = (_plain_text(folder, "HEAD") or "").strip()
    for _ in range(5):
        if not text.startswith("ref: refs/"):
            break
        name = text.removeprefix("ref: ").strip()
        text = (_plain_text(folder, name) or _plain_text(common, name) or _packed(common, name)).strip()
    return text if _COMMIT.fullmatch(text) else ""


def _packed(common: Path, name: str) -> str:
    rows = (_plain_text(common, "packed-refs") or "").splitlines()
    return next((row.split(" ", 1)[0] for row in rows if row.endswith(f" {name}")), "")


def _settings(scratch: Path, folder: Path) -> dict[str, str]:
    """The settings of a configuration file, without what it includes; git only parses it, far from any clone."""
    content = _plain_file(folder, "config")
    if content is None:
        return {}
    copy = scratch / "settings"
    copy.write_bytes(content)
    listed = _run(["git", "config", "--file", str(copy), "--no-includes", "--list", "-z"], scratch, {})
    return dict(_pair(row) for row in _split(listed))


def _pair(row: str) -> tuple[str, str]:
    key, line, value = row.partition("\n")
    return key, value if line else "true"


def _plain_text(folder: Path, name: str) -> str | None:
    content = _plain_file(folder, name)
    return None if content is None else os.fsdecode(content)


def _plain_file(folder: Path, name: str) -> bytes | None:
    """Content of a regular file that really lies below ``folder``: no link, pipe or device, and no link above it."""
    path = folder / name
    try:
        if path.parent.resolve() != folder.resolve() / Path(name).parent:
            return None
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            return file.read() if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST else None
    except (OSError, ValueError):
        return None


def _split(output: str) -> list[str]:
    return [row for row in output.split("\0") if row]
