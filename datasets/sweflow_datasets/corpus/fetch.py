"""Fetching: the source of an entry as a folder of files. Nothing of it runs, and no configuration of it is read."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweflow_tracer.sandbox.ownership import TOKEN

from sweflow_datasets.corpus.package_index import download
from sweflow_datasets.corpus.unpack import unpack
from sweflow_datasets.corpus.values import Commit, CorpusEntry, Local, Release
from sweflow_datasets.environments.repository import read_repository
from sweflow_datasets.errors import SourceNotFetched

SECONDS = 900
"""For one command of git."""
SERVERS = "https:http:ssh:git:file"
REACH = "see that the server can be reached without a password and has the commit"


def fetch(entry: CorpusEntry, folder: Path, index: str | None) -> dict[str, Any]:
    """Bring an entry's source into ``folder``, where it does not stand on this machine already.

    Gives ``path`` (absolute for a folder of this machine, else the folder's name), ``source`` (the commit, or digests
    the tree), ``python_bytes`` (of files ``.py``), and of a source distribution its ``sha256``.

    Raises SourceNotFetched, NotARepository, CloneNotReadable.
    """
    facts: dict[str, Any] = {}
    match entry.source:
        case Local():
            root = Path(entry.source.path)
            if root.is_file():
                unpack(root, folder / entry.name, entry.name)
                root = folder / entry.name
            elif not root.exists():
                raise SourceNotFetched(entry.name, f"there is nothing at {root}", "correct its path")
        case Commit():
            root = folder / entry.name
            _clone(entry.name, entry.source, root)
        case Release():
            root = folder / f"{entry.name}-{entry.source.version}"
            archive, facts["sha256"] = download(entry.source, folder, index)
            unpack(archive, root, entry.name)
            archive.unlink()
    repository = read_repository(root)
    facts["path"] = root.name if root.parent == folder else str(root)
    facts["source"] = repository.source
    facts["python_bytes"] = sum(len(text) for path, (_, text) in repository.blobs.items() if path.endswith(".py"))
    return facts


def _clone(name: str, source: Commit, root: Path) -> None:
    """A clone whose work tree is one commit; made under another name and renamed when it is whole."""
    scratch = root.with_name(f".{root.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        _git(name, scratch, "init", "--quiet", "--template=")
        _git(name, scratch, "remote", "add", "origin", source.url)
        try:
            _git(name, scratch, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", source.commit)
        except SourceNotFetched:  # a server that gives only what it has names for
            _git(name, scratch, "fetch", "--quiet", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
        _git(name, scratch, "checkout", "--quiet", "--detach", source.commit)
        shutil.rmtree(root, ignore_errors=True)
        scratch.rename(root)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _git(name: str, folder: Path, *arguments: str) -> None:
    """Run git with nobody's configuration, no hooks and no questions."""
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=user", "-c", "gc.auto=0", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, env={**_variables(), **_FREE}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise SourceNotFetched(name, "git is not installed", "install git") from error
    except subprocess.TimeoutExpired as error:
        raise SourceNotFetched(name, f"git {arguments[0]} took more than {SECONDS} s", REACH) from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise SourceNotFetched(name, f"git {arguments[0]}: {said}", REACH)


_FREE: Mapping[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": SERVERS,
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
}


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name != TOKEN}
