"""Which tasks of a finished build doing nothing solves, by plain git, ast and pytest, and none of our code.

    python benchmarks/nothing.py DIR --python TARGET_PYTHON [--sample N] [--jobs N]

On each task's reference the bodies of the step's functions are emptied (``return None``, a generator stays one): all of
them at once, and each alone. Where every FAIL_TO_PASS id still passes, the task is solved by doing nothing, or nobody
notices that function: it is pseudo-tested there. Prints a line for each such task and function, and a row of counts.
"""

import argparse
import ast
import json
import os
import subprocess
import textwrap
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recheck import Build, Function, decoded, functions, passed

SECONDS = 120
"""For FAIL_TO_PASS with an empty function: what takes longer hangs."""


@dataclass(frozen=True)
class Found:
    """Of a task: whether emptying everything solves it, and the functions whose emptying alone nobody notices."""

    instance: str
    solved: bool
    unnoticed: tuple[str, ...]
    functions: int


def main() -> None:
    """Try every task of a folder, or an even sample (0: all)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    build = Build(given.dir.resolve())
    size = given.sample if 0 < given.sample < len(build.rows) else len(build.rows)
    rows = [build.rows[len(build.rows) * n // size] for n in range(size)]
    with ThreadPoolExecutor(given.jobs) as pool:
        found = list(pool.map(lambda row: tried(build, row, os.path.abspath(given.python)), rows))
    for task in found:
        if task.solved:
            print(f"{task.instance}: solved by empty bodies", flush=True)
        for function in task.unnoticed:
            print(f"{task.instance}: nobody notices {function}", flush=True)
    print(row_of(build, rows, found))


def row_of(build: Build, rows: list[dict[str, Any]], found: list[Found]) -> str:
    """A row for BENCHMARKS.md."""
    lines = [row["lines"] for row in rows]
    project = json.loads((build.folder / "project.json").read_text("utf-8"))["project"]
    cells = (
        f"{project['repo'].rpartition('/')[2]} {project['version']}",
        len(rows),
        sum(task.solved for task in found),
        f"{sum(len(task.unnoticed) for task in found)} / {sum(task.functions for task in found)}",
        max(lines, default=0),
        sum(count > 150 for count in lines),
    )
    return f"| {' | '.join(map(str, cells))} |"


def tried(build: Build, row: dict[str, Any], python: str) -> Found:
    """What emptying the functions of a task does to its FAIL_TO_PASS."""
    names = (*row["target_functions"], *row["dependent_functions"])
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "task"
        build.checkout(f"refs/references/{row['step']:04d}", folder)

        def passes(gone: Iterable[str]) -> bool:
            whole = emptied(folder, gone)
            try:
                return passed(folder, row, python, row["FAIL_TO_PASS"], SECONDS) == set(row["FAIL_TO_PASS"])
            except subprocess.TimeoutExpired:
                return False  # a test that never ends notices it
            finally:
                for path, content in whole.items():
                    path.write_bytes(content)

        if not passes(()):
            raise SystemExit(f"{row['instance_id']}: its FAIL_TO_PASS do not pass on the reference")
        alone = tuple(name for name in names if passes((name,)))
        solved = bool(alone) if len(names) == 1 else passes(names)
        return Found(row["instance_id"], solved, alone, len(names))


def emptied(folder: Path, names: Iterable[str]) -> dict[Path, bytes]:
    """Empty the bodies of functions in a checkout; the files that changed, as they were."""
    whole: dict[Path, bytes] = {}
    wanted = frozenset(names)
    for path in sorted({name.partition("::")[0] for name in wanted}):
        place = folder / path
        content = whole[place] = place.read_bytes()
        source = decoded(content).encode()
        for function in reversed(functions(path, content)):
            if function.id in wanted:
                source = source[: function.bare] + empty(function) + source[function.end :]
        ast.parse(source)
        place.write_bytes(source)
    return whole


def empty(function: Function) -> bytes:
    """A body that does nothing and stays a generator where it is one; a line, so that it fits behind a colon, too."""
    return b"return; yield\n" if any(yields(function.body)) else b"return None\n"


def yields(body: str) -> Iterator[ast.AST]:
    """The places at which a body itself yields, those of functions inside it left out."""
    left: list[ast.AST] = list(ast.parse("async def f():\n" + textwrap.indent(body or "pass", "    ")).body[0].body)  # type: ignore[attr-defined]
    while left:
        node = left.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            left.extend(ast.iter_child_nodes(node))


if __name__ == "__main__":
    main()
