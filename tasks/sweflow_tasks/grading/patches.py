"""Patches of strangers: applied by git to an index, never to a folder, and refused where they reach out of the tree."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.grading.values import VerdictKind
from sweflow_tasks.history.git import read_commit, run_git, scratch_repository

LARGEST_PATCH = 10_000_000
"""Bytes of a patch's text; and of a tree's files beyond those that it starts from."""
_LITERAL = re.compile(r"^(?:literal|delta) (\d+)$", re.MULTILINE)
_FILE_MODES = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A patch that gives no tree: the verdict, and why."""

    verdict: VerdictKind
    detail: str


def apply_patch(history: Path, commit: str, patch: str) -> Blobs | Refused:
    """The files of a commit of the history with a patch applied; the history itself gains no object."""
    problem = _too_large(patch)
    if problem:
        return Refused(VerdictKind.DOES_NOT_APPLY, problem)
    with scratch_repository(history) as folder:
        index = folder / "index"
        run_git(folder, "read-tree", commit, index=index)
        if patch.strip():
            whole = patch if patch.endswith("\n") else patch + "\n"  # git wants the last line's end
            data = whole.encode("utf-8", "surrogateescape" if _escaped(patch) else "replace")
            try:
                run_git(folder, "apply", "--cached", "--whitespace=nowarn", data=data, index=index)
            except subprocess.CalledProcessError as error:
                text = error.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
                return Refused(VerdictKind.DOES_NOT_APPLY, text[:300])
        tree = run_git(folder, "write-tree", index=index).decode("ascii").strip()
        before, after = _listing(folder, commit), _listing(folder, tree)
        for path, (mode, _) in after.items():
            if mode not in _FILE_MODES and before.get(path, ("", 0))[0] != mode:
                return Refused(VerdictKind.TAMPERED, f"{path} is no regular file (mode {mode})")
        if _size(after) > LARGEST_PATCH + _size(before):
            return Refused(VerdictKind.DOES_NOT_APPLY, "the patch makes files of more than 10 MB")
        return read_commit(folder, tree)


def _too_large(patch: str) -> str:
    if len(patch) > LARGEST_PATCH:
        return f"the patch is larger than {LARGEST_PATCH // 1_000_000} MB"
    if sum(int(size[:12]) for size in _LITERAL.findall(patch)) > LARGEST_PATCH:
        return "the patch's binary parts are larger than they may be"
    return ""


def _escaped(patch: str) -> bool:
    try:
        patch.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _listing(folder: Path, name: str) -> dict[str, tuple[str, int]]:
    """Mode and size of every file of a commit or tree; what is no file has the size 0."""
    rows = run_git(folder, "ls-tree", "-r", "-z", "-l", name).decode("utf-8", "surrogateescape").split("\0")
    heads = (row.partition("\t") for row in rows if row)
    facts = ((path, head.split()) for head, _, path in heads)
    return {path: (mode, int(size) if size.isdigit() else 0) for path, (mode, _, _, size) in facts}


def _size(listing: dict[str, tuple[str, int]]) -> int:
    return sum(size for _, size in listing.values())
