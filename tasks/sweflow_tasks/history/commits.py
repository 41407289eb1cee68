"""The history: the chain of trees as commits of a bare git repository, and the patches between them.

Branch ``main`` tells the project's test-driven development: a commit that adds a step's tests, then one that makes
them pass. ``refs/skeletons/NNNN`` are commits without a parent, one a step: ``base_commit`` of its task. Refs of the
same number under ``refs/tests`` and ``refs/references`` name that step's two commits on ``main``.
"""

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.project.files import Blobs, write_blob

from sweflow_tasks.history.fast_import import CommitStream, escaped
from sweflow_tasks.history.git import run_git
from sweflow_tasks.masking.chain import Chain
from sweflow_tasks.masking.mask_policy import NEVER

AS_IT_IS = b"* -text -ident -filter -working-tree-encoding"
"""Attributes under which git changes no byte, whatever the project's own .gitattributes say."""
_DIFF = (
    *("--no-color", "--no-renames", "--no-ext-diff", "--no-textconv", "--binary", "--minimal"),
    *("--src-prefix=a/", "--dst-prefix=b/", "-U3"),
)


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
    stream = CommitStream()
    main = "refs/heads/main"
    state = chain.blobs(0, 0)
    stream.commit(main, "Step 0: what stands before the first step", state, None)
    marks: dict[int, tuple[int, int, int]] = {}
    for step in chain.steps:
        skeleton, red, green = state, chain.blobs(chain.before(step), step), chain.blobs(step, step)
        marks[step] = (
            stream.commit(f"refs/skeletons/{step:04d}", skeleton_message(step), skeleton, None),
            stream.commit(main, f"Step {step}: tests", red, skeleton),
            stream.commit(main, f"Step {step}: code", green, red),
        )
        for kind, mark in zip(("tests", "references"), marks[step][1:], strict=True):
            stream.name(f"refs/{kind}/{step:04d}", mark)
        state = green
    stream.commit(main, "The original", chain.blobs(NEVER, NEVER), state)
    names = stream.send(folder)
    patches = _patches(folder, main)
    return {
        step: StepCommits(
            names[skeleton],
            names[red],
            names[green],
            patches.get(names[red], ""),
            patches.get(names[green], ""),
        )
        for step, (skeleton, red, green) in marks.items()
    }


def write_checkout(folder: Path, blobs: Blobs, message: str) -> str:
    """Make a git repository of one commit and nothing else; the commit's name."""
    folder.mkdir(parents=True, exist_ok=True)
    run_git(folder, "init", "--quiet", "--template=", "--initial-branch=main", ".")
    (folder / ".git" / "info").mkdir()
    (folder / ".git" / "info" / "attributes").write_bytes(AS_IT_IS + b"\n")
    stream = CommitStream()
    mark = stream.commit("refs/heads/main", message, blobs, None)
    name = stream.send(folder / ".git")[mark]
    for path, (mode, content) in blobs.items():
        write_blob(folder / path, mode, content)
    run_git(folder, "read-tree", "HEAD")
    run_git(folder, "update-index", "-q", "--refresh")  # `git apply --index` compares times and sizes
    return name


def patch_gives(folder: Path, index: Path, start: str, patches: Iterable[str], end: str) -> bool:
    """Whether plain ``git apply`` of the patches, one after another, turns one commit's tree into the other's."""
    run_git(folder, "read-tree", start, index=index)
    try:
        for patch in patches:
            if patch:
                run_git(folder, "apply", "--cached", data=patch.encode("utf-8"), index=index)
    except subprocess.CalledProcessError:
        return False
    made = run_git(folder, "write-tree", index=index)
    return made == run_git(folder, "rev-parse", f"{end}^{{tree}}")


def _patches(folder: Path, ref: str) -> dict[str, str]:
    """The diff of every commit of a branch against the one before, by commit."""
    output = run_git(folder, "log", "--format=%x00%H%x00", "-p", *_DIFF, ref)
    parts = output.split(b"\0")[1:]
    pairs: Sequence[tuple[bytes, bytes]] = list(zip(parts[::2], parts[1::2], strict=True))
    return {name.decode("ascii"): _as_patch(diff) for name, diff in pairs if diff.strip()}


def _as_patch(diff: bytes) -> str:
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
