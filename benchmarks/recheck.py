"""Check a finished build with plain git, ast and pytest, and none of our code.

    python benchmarks/recheck.py DIR --python TARGET_PYTHON [--sample N]

Of every task: each Python file of the skeleton compiles; outside the functions and tests that come later, each file is
the original's byte for byte, and what stands in their place is a stub, ``pass`` or nothing; no later function's body
stands in code that is not developed yet, nor in any other text; both patches apply with plain ``git apply``, in
both orders, and give the reference.

Of an even sample (0: all): the skeleton collects; before the patch every FAIL_TO_PASS id does not pass and every
PASS_TO_PASS id does; after it all pass.

Prints a line for each task with a problem, and the counts; exit code 1 if there is one.
"""

import argparse
import ast
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SHORTEST = 16
"""Tokens of a body that is looked for elsewhere."""
DEVELOPED = 1 << 30


def main() -> int:
    """Check a folder's tasks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--sample", type=int, default=10)
    given = parser.parse_args()
    build = Build(given.dir.resolve())
    rows = build.rows
    size = given.sample if 0 < given.sample < len(rows) else len(rows)
    sample = {rows[len(rows) * n // size]["instance_id"] for n in range(size)}
    found: Counter[str] = Counter()
    for row in rows:
        with TemporaryDirectory() as scratch:
            problems = [*check_text(build, row, Path(scratch))]
            if row["instance_id"] in sample:
                problems += check_runs(build, row, Path(scratch), os.path.abspath(given.python))
        found.update({kind for kind, _ in problems})
        for kind, detail in problems:
            print(f"{row['instance_id']}: {kind}: {detail}", flush=True)
    print(f"{len(rows)} tasks read, {len(sample)} of them run; {dict(found) or 'no problem'}")
    return 1 if found else 0


@dataclass(frozen=True)
class Build:
    """A finished build: its folder, and what its files say."""

    folder: Path

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The tasks, each with its PASS_TO_PASS, which are the first lines of ``tests.jsonl``."""
        order = [row["id"] for row in self._lines("tests.jsonl")]
        return [{**row, "PASS_TO_PASS": order[: row["pass_to_pass_count"]]} for row in self._lines("tasks.jsonl")]

    def _lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / name).read_text("utf-8").splitlines()]

    @cached_property
    def steps(self) -> dict[str, int]:
        """The step at which each masked function comes: its task's, or in the schedule, merged steps followed."""
        rejected = self._lines("rejected.jsonl")
        into = {int(r["id"]): int(r["detail"].split()[-1]) for r in rejected if r["reason"] == "merged"}
        stays = {r["id"] for r in rejected if r["kind"] == "function" and r["reason"] != "step-rejected"}
        schedule = json.loads((self.folder / "schedule.json").read_text("utf-8"))
        found = {f: into.get(s["number"], s["number"]) for s in schedule["steps"] for f in s["functions"]}
        for row in self.rows:
            found |= dict.fromkeys((*row["target_functions"], *row["dependent_functions"]), row["step"])
        return {function: step for function, step in found.items() if function not in stays}

    @cached_property
    def roles(self) -> dict[str, tuple[str, bool]]:
        """Role of each function, and whether it is scaffold."""
        graph = json.loads((self.folder / "graph.json").read_text("utf-8"))
        return {node["id"]: (node["role"], bool(node["scaffold"])) for node in graph["nodes"]}

    def original(self, path: str) -> bytes:
        """A file of the original."""
        return (self.folder / "source" / path).read_bytes()

    @cached_property
    def bodies(self) -> dict[str, list[str]]:
        """Dumps of the masked functions' bodies that are long enough, with the functions that have each."""
        found: dict[str, list[str]] = {}
        for path in sorted({function.partition("::")[0] for function in self.steps}):
            for function in functions(path, self.original(path)):
                if function.id in self.steps and len(tokens(function.body)) >= SHORTEST:
                    found.setdefault(function.dump, []).append(function.id)
        return found

    @cached_property
    def quotes(self) -> dict[str, str]:
        """The same bodies as bare tokens, by function."""
        paths = sorted({function.partition("::")[0] for function in self.steps})
        found = {f.id: tokens(f.body) for path in paths for f in functions(path, self.original(path))}
        return {name: " ".join(t) for name, t in found.items() if name in self.steps and len(t) >= SHORTEST}

    def checkout(self, commit: str, dest: Path) -> None:
        """Write a commit's files with plain git."""
        dest.mkdir()
        variables = {**os.environ, "GIT_INDEX_FILE": str(dest.with_suffix(".index"))}
        where = ["--git-dir", str(self.folder / "history.git"), "--work-tree", str(dest)]
        subprocess.run(
            ["git", *where, "checkout", "--force", commit, "--", "."], env=variables, check=True, capture_output=True
        )


@dataclass(frozen=True)
class Function:
    """A function of a file: byte offsets of its lines, of what a stub keeps, and its body."""

    id: str
    start: int
    bare: int
    head: int
    end: int
    body: str
    dump: str


@lru_cache(maxsize=4096)
def functions(path: str, content: bytes) -> list[Function]:
    """Functions at module and class level in source order, by ``ast`` alone."""
    text = decoded(content)
    source = text.encode()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: Counter[str] = Counter()

    def walk(node: ast.AST, names: tuple[str, ...]) -> Iterator[Function]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                qualname = ".".join((*names, child.name))
                seen[qualname] += 1
                number = f"@{seen[qualname]}" if seen[qualname] > 1 else ""
                yield one(child, f"{path}::{qualname}{number}")
            else:
                yield from walk(child, (*names, child.name) if isinstance(child, ast.ClassDef) else names)

    def one(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Function:
        documented = ast.get_docstring(node, clean=False) is not None
        first, rest = node.body[0], node.body[documented:]
        line = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        bare = starts[first.lineno - 1] + first.col_offset
        docs_end = starts[(first.end_lineno or 0) - 1] + (first.end_col_offset or 0)
        last = node.body[-1]
        end = (last.end_lineno or 0) + trailing_comments(source.splitlines(), last.end_lineno or 0, node.col_offset)
        body = "\n".join(ast.unparse(statement) for statement in rest)
        dump = "\n".join(ast.dump(statement) for statement in rest)
        return Function(name, starts[line - 1], bare, docs_end if documented else bare, starts[end], body, dump)

    try:
        return sorted(walk(ast.parse(text), ()), key=lambda function: function.start)
    except SyntaxError:
        return []


def trailing_comments(lines: list[bytes], after: int, column: int) -> int:
    """How many lines behind a body belong to it: comments set deeper than the ``def``, blank lines between them."""
    taken = 0
    for number, line in enumerate(lines[after:], 1):
        text = line.lstrip()
        if text.startswith(b"#") and len(line) - len(text) > column:
            taken = number
        elif text:
            break
    return taken


def check_text(build: Build, row: dict[str, Any], scratch: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with a task's files and patches."""
    skeleton, reference = scratch / "skeleton", scratch / "reference"
    build.checkout(row["base_commit"], skeleton)
    build.checkout(f"refs/references/{row['step']:04d}", reference)
    wanted = contents(reference)
    for path, content in contents(skeleton).items():
        if path.endswith(".py") and compiles(path, build.original(path)) and not compiles(path, content):
            yield "does not compile", path
        if content != build.original(path) and not only_masked(build, row["step"], path, content):
            yield "differs outside masks", path
        yield from (("later body", f"{name} in {path}") for name in later_bodies(build, row["step"], path, content))
    for order in (("test_patch", "patch"), ("patch", "test_patch")):
        target = scratch / order[0]
        build.checkout(row["base_commit"], target)
        try:
            for name in order:
                apply(target, row[name])
        except subprocess.CalledProcessError as error:
            yield "patch does not apply", error.stderr.decode()[:200]
        else:
            if contents(target) != wanted:
                yield "patches do not give the reference", " then ".join(order)


def only_masked(build: Build, step: int, path: str, content: bytes) -> bool:
    """Whether a file is the original with what comes later replaced by a stub, a placeholder, ``pass``, or nothing."""
    source, text = decoded(build.original(path)).encode(), decoded(content).encode()
    holes = [f for f in functions(path, build.original(path)) if is_later(build, step, f.id)]
    places = {0}
    before = 0
    for hole in holes:
        kept = source[before : hole.start]
        places = {place + len(kept) for place in places if text.startswith(kept, place)}
        places = {end for place in places for end in filled(build, source, hole, text, place)}
        before = hole.end
    return any(text[place:] == source[before:] for place in places)


def is_later(build: Build, step: int, function: str) -> bool:
    """Whether a function may be masked in a step's skeleton: its own and later ones, and tests."""
    return build.roles.get(function, ("", False))[0] == "test" or build.steps.get(function, 0) >= step


def filled(build: Build, source: bytes, hole: Function, text: bytes, place: int) -> Iterator[int]:
    """Where a text can go on behind what stands for a function."""
    is_test = build.roles[hole.id][0] == "test"
    whole = source[hole.start : hole.end]
    if is_test and text.startswith(whole, place):
        yield place + len(whole)
    margin = re.escape(re.match(rb"[ \t\f]*", whole)[0])  # type: ignore[index]
    name = re.escape(hole.id.rpartition("::")[2].partition("@")[0].rpartition(".")[2].encode())
    patterns = [rb"", margin + rb"pass(\r\n|\r|\n)"]
    if is_test:
        patterns.append(margin + rb"def " + name + rb"\(\*args, \*\*kwargs\): raise NotImplementedError(\r\n|\r|\n)")
    else:
        raises = rb"raise NotImplementedError\('sweflow: [^\r\n]*'\)([;\s]*yield)?"
        nothing = rb"(pass|return[;\s]*yield)  # sweflow: '[^\r\n]*'"
        stub = rb"[;\s]*(" + raises + rb"|" + nothing + rb")(\r\n|\r|\n|\Z)"
        for end in {hole.bare, hole.head}:
            kept = source[hole.start : end].rstrip() if end == hole.head else source[hole.start : end]
            patterns.append(re.escape(without_comments_at_end(kept)) + stub)
    for pattern in patterns:
        match = re.compile(pattern).match(text, place)
        if match is not None:
            yield match.end()


def without_comments_at_end(text: bytes) -> bytes:
    """A header without comment lines between it and the body."""
    lines = text.splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith(b"#")):
        lines.pop()
    return b"".join(lines).rstrip()


def later_bodies(build: Build, step: int, path: str, content: bytes) -> Iterator[str]:
    """Later functions whose body stands in a file of the skeleton, in no code that is developed already."""
    if path.endswith(".py"):
        for function in functions(path, content):
            role, scaffold = build.roles.get(function.id, ("", False))
            developed = role == "core" and (scaffold or build.steps.get(function.id, DEVELOPED) < step)
            for name in build.bodies.get(function.dump, ()) if not developed else ():
                if build.steps[name] >= step:
                    yield name
        return
    try:
        said = " ".join(tokens(re.sub(r"(?m)^\s*(>>>|\.\.\.|\$) ", "", content.decode())))
    except UnicodeDecodeError:
        return
    yield from (name for name, quote in build.quotes.items() if build.steps[name] >= step and quote in said)


def check_runs(build: Build, row: dict[str, Any], scratch: Path, python: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a task when its tests run."""
    task = scratch / "task"
    build.checkout(row["base_commit"], task)
    collected = pytest(task, row, python, ["--collect-only", "-q"])
    if collected.returncode not in (0, 5) or re.search(r"^ERROR ", collected.stdout, re.MULTILINE):
        yield "does not collect", collected.stdout.strip()[-200:]
    apply(task, row["test_patch"])
    if passed(task, row, python, row["FAIL_TO_PASS"]):
        yield "runs otherwise", "a FAIL_TO_PASS id passes on the skeleton"
    if passed(task, row, python, row["PASS_TO_PASS"]) != set(row["PASS_TO_PASS"]):
        yield "runs otherwise", "a PASS_TO_PASS id does not pass on the skeleton"
    apply(task, row["patch"])
    everything = [*row["PASS_TO_PASS"], *row["FAIL_TO_PASS"]]
    if passed(task, row, python, everything) != set(everything):
        yield "runs otherwise", "an id does not pass on the reference"


def passed(folder: Path, row: dict[str, Any], python: str, ids: list[str], seconds: float = 900) -> set[str]:
    """The ids among those asked for that plain pytest reports as passed."""
    if not ids:
        return set()
    listed = folder.with_suffix(".ids")
    listed.write_text("\n".join(ids), "utf-8")
    asked = ["-q", "-rA", "--no-header", "--tb=no", f"@{listed}"]
    done = pytest(folder, row, python, asked, only_options=True, seconds=seconds)
    prefix = "PASSED "
    reported = {line.removeprefix(prefix) for line in done.stdout.splitlines() if line.startswith(prefix)}
    return reported & set(ids)


def pytest(
    folder: Path,
    row: dict[str, Any],
    python: str,
    arguments: list[str],
    *,
    only_options: bool = False,
    seconds: float = 900,
) -> subprocess.CompletedProcess[str]:
    """Run plain pytest under the task's environment."""
    own = [argument for argument in shlex.split(row["test_command"])[4:] if "::" not in argument]
    own = [argument for argument in own if argument.startswith("-")] if only_options else own
    variables = {**row["environment"]["variables"], "PATH": os.environ["PATH"], "HOME": str(folder.parent)}
    roots = [str(folder / root) for root in variables["PYTHONPATH"].split(":") if root]
    variables["PYTHONPATH"] = ":".join(roots)
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *own, *arguments]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=seconds
    )


def apply(folder: Path, patch: str) -> None:
    """Run plain ``git apply``."""
    if patch:
        above = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
        subprocess.run(["git", "apply"], cwd=folder, input=patch.encode(), check=True, capture_output=True, env=above)


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a checkout; of a link where it leads."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[path.relative_to(folder).as_posix()] = os.readlink(path).encode()
        elif path.is_file() and path.suffix != ".pyc":
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


@lru_cache(maxsize=4096)
def compiles(path: str, content: bytes) -> bool:
    """Whether this interpreter compiles a file."""
    try:
        compile(content, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def decoded(content: bytes) -> str:
    """The text of a Python file."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode("utf-8-sig" if encoding in ("utf-8", "utf-8-sig") else encoding)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """Words and signs of a text."""
    return tuple(re.findall(r"\w+|[^\w\s]", text.replace('"', "'")))


if __name__ == "__main__":
    sys.exit(main())
