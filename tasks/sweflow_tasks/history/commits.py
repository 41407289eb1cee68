"""The history: the chain of trees as commits of a bare git repository, and the patches between them.

Branch ``main`` tells the project's test-driven development: a commit that adds a step's tests, then one that makes
them pass. ``refs/skeletons/NNNN`` are commits without a parent, one a step: ``base_commit`` of its task. Refs of the
same number under ``refs/tests`` and ``refs/references`` name that step's two commits on ``main``.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.project.files import Blobs, write_blob

from sweflow_tasks.masking.chain import Chain
from sweflow_tasks.masking.mask_policy import NEVER

AS_IT_IS = b"* -text -ident -filter -working-tree-encoding"
"""Attributes under which git changes no byte, whatever the project's own .gitattributes say."""
AUTHOR = "sweflow <sweflow@localhost> 0 +0000"
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


def run_git(folder: Path, *arguments: str, data: bytes | None = None, index: Path | None = None) -> bytes:
    """Output of a git command that sees nobody's configuration. Raises CalledProcessError."""
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
    done = subprocess.run(command, cwd=folder, input=data, capture_output=True, env=environment, check=True)
    return done.stdout


class CommitStream:
    """Builds input for ``git fast-import``; every blob is sent once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._marks: dict[bytes, int] = {}
        self._next = 1

    def commit(self, ref: str, message: str, blobs: Blobs, before: Blobs | None) -> int:
        """Add a commit that holds ``blobs``; it follows the last one on ``ref`` where ``before`` is given."""
        gone = sorted(set(before or ()) - set(blobs))
        changed = [path for path in sorted(blobs) if before is None or before.get(path) != blobs[path]]
        marks = {path: self._blob(blobs[path][1]) for path in changed}
        text = message.encode("utf-8")
        number = self._mark()
        self._parts.append(f"commit {ref}\nmark :{number}\ncommitter {AUTHOR}\ndata {len(text)}\n".encode())
        self._parts.append(text + b"\n")
        self._parts += [b"D " + _quoted(path) + b"\n" for path in gone]
        for path in changed:
            self._parts.append(f"M {blobs[path][0]} :{marks[path]} ".encode() + _quoted(path) + b"\n")
        self._parts.append(b"\n")
        return number

    def name(self, ref: str, mark: int) -> None:
        """Let a ref name a commit of this stream."""
        self._parts.append(f"reset {ref}\nfrom :{mark}\n\n".encode())

    def send(self, repository: Path) -> dict[int, str]:
        """Run fast-import; the commits' names by mark."""
        marks = repository / "sweflow-marks"
        run_git(
            repository,
            *("fast-import", "--quiet", "--force", f"--export-marks={marks.resolve()}"),
            data=b"".join((*self._parts, b"done\n")),
        )
        lines = marks.read_text("ascii").splitlines()
        marks.unlink()
        return {int(mark[1:]): name for mark, name in (line.split() for line in lines)}

    def _blob(self, content: bytes) -> int:
        if content not in self._marks:
            self._marks[content] = self._mark()
            self._parts.append(f"blob\nmark :{self._marks[content]}\ndata {len(content)}\n".encode())
            self._parts.append(content + b"\n")
        return self._marks[content]

    def _mark(self) -> int:
        self._next += 1
        return self._next - 1


@contextmanager
def scratch_repository() -> Iterator[Path]:
    """An empty bare repository, gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch:
        folder = Path(scratch)
        run_git(folder, "init", "--quiet", "--bare", "--template=", ".")
        yield folder


def skeleton_message(step: int) -> str:
    """The message of a skeleton's commit."""
    return f"Skeleton of step {step}"


def read_commit(folder: Path, name: str) -> Blobs:
    """The files of a commit. Raises CalledProcessError where there is no such commit."""
    rows = [row for row in run_git(folder, "ls-tree", "-r", "-z", name).split(b"\0") if row]
    heads = [row.partition(b"\t") for row in rows]
    wanted = b"".join(head.split()[2] + b"\n" for head, _, _ in heads)
    output = run_git(folder, "cat-file", "--batch", data=wanted)
    blobs: Blobs = {}
    place = 0
    for head, _, path in heads:
        start = output.index(b"\n", place) + 1
        size = int(output[place:start].split()[2])
        blobs[os.fsdecode(path)] = (head.split()[0].decode("ascii"), output[start : start + size])
        place = start + size + 1
    return blobs


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
    lines = [b'"' + _escape(path) + b'" -diff' for path, (_, content) in blobs.items() if not _is_utf8(content)]
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "attributes").write_bytes(b"\n".join((AS_IT_IS, *lines, b"")))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _escape(path: str) -> bytes:
    return os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")


def _quoted(path: str) -> bytes:
    return b'"' + _escape(path) + b'"'
