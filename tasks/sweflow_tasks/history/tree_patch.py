"""Patches to trees that are not in a history: one commit with some of its files changed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.history.commits import DIFF, as_patch
from sweflow_tasks.history.git import run_git, scratch_repository


@dataclass(frozen=True, slots=True)
class TreePatch:
    """A patch from a commit to a tree, and the name that git has for the tree (the same for the same files)."""

    tree: str
    patch: str


class PatchCutter:
    """Cuts patches from one commit; ``folder`` is a scratch repository that sees the history's objects."""

    def __init__(self, folder: Path, commit: str) -> None:
        self._folder = folder
        self._commit = commit

    def cut(self, changed: Blobs) -> TreePatch:
        """The patch that gives these files their contents and leaves every other one as it is."""
        index = self._folder / "index"
        run_git(self._folder, "read-tree", self._commit, index=index)
        for path, (mode, content) in sorted(changed.items()):
            name = run_git(self._folder, "hash-object", "-w", "--stdin", data=content).decode("ascii").strip()
            run_git(self._folder, "update-index", "--add", "--cacheinfo", mode, name, path, index=index)
        tree = run_git(self._folder, "write-tree", index=index).decode("ascii").strip()
        diff = run_git(self._folder, "diff-tree", "-r", "-p", *DIFF, self._commit, tree)
        return TreePatch(tree, as_patch(diff) if diff.strip() else "")


@contextmanager
def patch_cutter(history: Path, commit: str) -> Iterator[PatchCutter]:
    """A cutter for a commit of a history, which gains no object."""
    with scratch_repository(history) as folder:
        (folder / "info").mkdir(exist_ok=True)
        shutil.copyfile(history / "info" / "attributes", folder / "info" / "attributes")
        yield PatchCutter(folder, commit)
