"""The history: the chain of trees as commits of a bare git repository, and the patches between them.

Branch ``main`` tells the project's test-driven development: a commit that adds a step's tests, then one that makes
them pass. ``refs/skeletons/NNNN`` are commits without a parent, one a step: ``base_commit`` of its task. Refs of the
same number under ``refs/tests`` and ``refs/references`` name that step's two commits on ``main``.
"""

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sweflow_tracer.project.files import Blobs, write_blob

from sweflow_tasks.history.fast_import import CommitStream, escaped
from sweflow_tasks.history.git import run_git, step_ref
from sweflow_tasks.masking.chain import Chain
from sweflow_tasks.masking.mask_policy import NEVER
from sweflow_tasks.masking.tree_walk import TreeWalk

MAIN = "refs/heads/main"
AS_IT_IS = b"* -text -ident -filter -working-tree-encoding"
"""Attributes under which git changes no byte, whatever the project's own .gitattributes say."""
DIFF = (
    *("--no-color", "--no-renames", "--no-ext-diff", "--no-textconv", "--binary", "--minimal"),
    *("--src-prefix=a/", "--dst-prefix=b/", "-U3"),
)
"""How every patch is cut."""
_HEAD = "diff --git "


@dataclass(frozen=True, slots=True)
class StepCommits:
    """A step's commits: the skeleton (no parent), the skeleton with tests, the reference; and its patches."""

    skeleton: str
    with_tests: str
    reference: str
    test_patch: str
    patch: str


def skeleton_message(step: int) -> str:
    """The message of a skeleton's commit."""
    return f"Skeleton of step {step}"


def write_history(folder: Path, chain: Chain) -> dict[int, StepCommits]:
    """Make a bare repository of the whole chain; commits and patches by step."""
    folder.mkdir(parents=True)
    run_git(folder, "init", "--quiet", "--bare", "--template=", "--initial-branch=unborn", ".")
    _mark_binary(folder, chain.original)
    told = _write_main(folder, chain)
    skeletons = _write_skeletons(folder, [told[step].base for step in chain.steps], chain.steps)
    patches = _patches(folder, MAIN)
    return {
        step: StepCommits(
            skeletons[step],
            told[step].tests,
            told[step].code,
            patches.get(told[step].tests, ""),
            patches.get(told[step].code, ""),
        )
        for step in chain.steps
    }


@dataclass(frozen=True, slots=True)
class _OnMain:
    """A step's two commits on the main branch, and the one before them."""

    base: str
    tests: str
    code: str


def _write_main(folder: Path, chain: Chain) -> dict[int, _OnMain]:
    stream, walk = CommitStream(), TreeWalk(chain)
    last = stream.commit(MAIN, "Step 0: what stands before the first step", walk.files)
    marks: dict[int, tuple[int, int, int]] = {}
    before = 0
    for step in chain.steps:
        red = stream.commit(MAIN, f"Step {step}: tests", walk.move(before, step))
        green = stream.commit(MAIN, f"Step {step}: code", walk.move(step, step))
        marks[step] = last, red, green
        for kind, mark in (("tests", red), ("references", green)):
            stream.name(step_ref(kind, step), mark)
        last, before = green, step
    stream.commit(MAIN, "The original", walk.move(NEVER, NEVER))
    names = stream.send(folder)
    return {step: _OnMain(*(names[mark] for mark in found)) for step, found in marks.items()}


def _write_skeletons(folder: Path, bases: list[str], steps: Sequence[int]) -> dict[int, str]:
    """A commit without a parent a step, of the tree of each base."""
    stream = CommitStream()
    marks = {
        step: stream.commit_tree(step_ref("skeletons", step), skeleton_message(step), tree)
        for step, tree in zip(steps, trees_of(folder, bases), strict=True)
    }
    names = stream.send(folder)
    return {step: names[mark] for step, mark in marks.items()}


def trees_of(folder: Path, commits: Iterable[str]) -> list[str]:
    """The names of the trees of commits, in one call."""
    asked = "".join(f"{commit}^{{tree}}\n" for commit in commits).encode()
    return run_git(folder, "cat-file", "--batch-check=%(objectname)", data=asked).decode("ascii").split()


def write_checkout(folder: Path, blobs: Blobs, message: str) -> str:
    """Make a git repository of one commit and nothing else; the commit's name."""
    folder.mkdir(parents=True, exist_ok=True)
    run_git(folder, "init", "--quiet", "--template=", "--initial-branch=main", ".")
    (folder / ".git" / "info").mkdir()
    (folder / ".git" / "info" / "attributes").write_bytes(AS_IT_IS + b"\n")
    stream = CommitStream()
    mark = stream.commit(MAIN, message, blobs)
    name = stream.send(folder / ".git")[mark]
    for path, (mode, content) in blobs.items():
        write_blob(folder / path, mode, content)
    run_git(folder, "read-tree", "HEAD")
    run_git(folder, "update-index", "-q", "--refresh")  # `git apply --index` compares times and sizes
    return name


def patch_gives(folder: Path, index: Path, start: str, patches: Iterable[str], tree: str) -> bool:
    """Whether plain ``git apply`` of the patches, one after another, turns a commit's tree into another one."""
    run_git(folder, "read-tree", start, index=index)
    try:
        for patch in patches:
            if patch:
                run_git(folder, "apply", "--cached", data=patch.encode("utf-8"), index=index)
    except subprocess.CalledProcessError:
        return False
    return run_git(folder, "write-tree", index=index).decode("ascii").strip() == tree


def patches_meet(one: str, other: str) -> bool:
    """Whether one patch changes a path of the other, or a folder of one; where none does, either may come first."""
    first, second = _paths_of(one), _paths_of(other)
    return not (first.isdisjoint(second | _folders_of(second)) and second.isdisjoint(_folders_of(first)))


def _paths_of(patch: str) -> set[str]:
    """The paths that a patch without renames changes, as git writes them."""
    heads = (line[len(_HEAD) :] for line in patch.split("\n") if line.startswith(_HEAD))
    return {head[: len(head) // 2].strip('"') for head in heads}  # a/PATH b/PATH


def _folders_of(paths: Iterable[str]) -> set[str]:
    return {str(folder) for path in paths for folder in PurePosixPath(path).parents}


def _patches(folder: Path, ref: str) -> dict[str, str]:
    """The diff of every commit of a branch against the one before, by commit."""
    output = run_git(folder, "log", "--format=%x00%H%x00", "-p", *DIFF, ref)
    parts = output.split(b"\0")[1:]
    pairs: Sequence[tuple[bytes, bytes]] = list(zip(parts[::2], parts[1::2], strict=True))
    return {name.decode("ascii"): as_patch(diff) for name, diff in pairs if diff.strip()}


def as_patch(diff: bytes) -> str:
    """A commit's diff without the log's blank lines around it; a binary patch ends with one of its own."""
    end = "\n\n" if b"\nGIT binary patch\n" in diff else "\n"
    return diff.strip(b"\n").decode("utf-8") + end


def _mark_binary(folder: Path, blobs: Blobs) -> None:
    """Have git write files that are not UTF-8 as binary patches, so that every patch is text."""
    lines = [b'"' + escaped(path) + b'" -diff' for path, (_, content) in blobs.items() if not _is_utf8(content)]
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "attributes").write_bytes(b"\n".join((AS_IT_IS, *lines, b"")))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
