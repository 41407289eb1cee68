"""Patches as answers: applied by git to a tree that is nobody's repository."""

import subprocess

from sweflow_tasks.history.fast_import import CommitStream
from sweflow_tasks.history.git import read_commit, run_git, scratch_repository

from sweflow_datasets.views.errors import AnswerNotUsable
from sweflow_datasets.views.values import Blobs

HOW = """\
Answer with one unified diff for `git apply`, with three lines of context and paths behind `a/` and `b/`."""
_REF = "refs/heads/main"


def apply_patch(tree: Blobs, patch: str) -> Blobs:
    """The tree that a patch makes of another. Raises AnswerNotUsable where git does not apply it."""
    with scratch_repository() as folder:
        stream = CommitStream()
        stream.commit(_REF, "", tree)
        stream.send(folder)
        index = folder / "index"
        run_git(folder, "read-tree", _REF, index=index)
        try:
            run_git(folder, "apply", "--cached", data=patch.encode("utf-8", "surrogatepass"), index=index)
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise AnswerNotUsable(f"git says: {said[:200]}") from error
        return read_commit(folder, run_git(folder, "write-tree", index=index).decode("ascii").strip())
