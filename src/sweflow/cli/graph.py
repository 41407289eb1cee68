"""``sweflow graph``: build the graph, and ask it."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sweflow_datasets import pipeline
from sweflow_datasets.coverage_run import cover
from sweflow_datasets.folder import Folder
from sweflow_rdg import Role, RuntimeDependencyGraph
from sweflow_rdg.errors import UnknownFile, UnknownLine
from sweflow_rdg.queries import questions, views
from sweflow_rdg.queries.graphml import to_graphml
from sweflow_scheduler import Closure, pseudo_tested

from sweflow.cli.command import PYTHON, chosen_sandbox, folder_of, forcing, output, sandbox, show
from sweflow.cli.progress import Bars
from sweflow.cli.tables import counts_table, report_table, rows_table
from sweflow.display.drawing import to_dot, to_picture
from sweflow.errors import NotAQuestion

LISTS: dict[str, Callable[[RuntimeDependencyGraph], Sequence[Any]]] = {
    "functions": questions.functions,
    "edges": questions.edges,
    "tests": questions.tests,
    "cycles": questions.cycles,
    "depth": questions.depths,
    "entry-points": questions.entry_points,
    "unreached": questions.unreached,
    "hot-spots": questions.hot_spots,
}
PSEUDO_TESTED = "pseudo-tested"
"""A list that takes the schedule, too."""
QUESTIONS = ("show", "function", "path", "tests_of", "coverage", "format")
CUTS = ("module", "step", "around")
READABLE = 120
"""Vertices above which a drawing is made of modules, and then of folders."""


@click.command()
@click.argument("target", metavar="DIR|REPO", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
@click.option("--show", "show_", type=click.Choice([*LISTS, PSEUDO_TESTED]), help="List these.")
@click.option("--function", metavar="ID", help="Callers, callees, tests and step of one function.")
@click.option("--path", nargs=2, metavar="A B", help="A shortest chain of calls from A to B.")
@click.option("--tests-of", metavar="FILE[:LINE]", help="The tests to run after a change there.")
@click.option("--coverage", is_flag=True, help="Per function, the share of its lines that its tests run.")
@click.option(
    "--coverage-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read this .coverage file instead of running the tests.",
)
@click.option(
    "--format", type=click.Choice(["dot", "svg", "png", "graphml", "json"]), help="Write the graph in this format."
)
@click.option("--out", "-o", type=click.Path(dir_okay=False, path_type=Path), help="For --format: the file [stdout].")
@click.option("--module", metavar="PATH", help="For --format: this file or folder and what it touches.")
@click.option("--step", type=click.IntRange(1), help="For --format: this step's functions and what they touch.")
@click.option("--around", metavar="ID", help="For --format: the neighbourhood of a function.")
@click.option("--hops", type=click.IntRange(0), default=2, show_default=True, help="For --around: how far.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=READABLE,
    show_default=True,
    help="For dot, svg and png: most vertices; larger graphs are drawn by module, then by folder.",
)
@forcing
@click.option("--top", type=click.IntRange(1), metavar="N", help="Only the first N rows of a table.")
@click.option("--python", type=PYTHON, help="For REPO: the target's interpreter.")
@click.option("--allow-dirty", is_flag=True, help="For REPO: take a git tree with uncommitted changes as it is.")
@sandbox
@output
def graph(target: Path, pytest_args: tuple[str, ...], **given: Any) -> None:
    """Build the runtime dependency graph from DIR's trace, or ask a graph that is there.

    A repository is traced first, into the folder that `sweflow trace` would take. Functions are named by their id or by
    the end of it, if no other has the same.

    \b
    Examples:
      sweflow graph inventory.sweflow --show hot-spots --top 10
      sweflow graph inventory.sweflow --function Stock.add
      sweflow graph inventory.sweflow --tests-of src/inventory/items.py:40
      sweflow graph inventory.sweflow --format svg --module src/inventory/stock.py --out stock.svg
    """
    given["show"] = given.pop("show_")
    given["coverage"] = given["coverage"] or given["coverage_file"] is not None
    question = _question(given)
    out = _folder(target, pytest_args, given)
    match question:
        case None:
            _counts(pipeline.graph(out, force=given["force"]), out, given)
        case "format":
            _draw(out, given)
        case "show":
            made = pipeline.load_graph(out)
            rows = _pseudo_tested(out, made) if given["show"] == PSEUDO_TESTED else LISTS[given["show"]](made)
            _rows(rows, f"{given['show']}: {len(rows)}", given)
        case "function":
            _function(out, given)
        case "path":
            _path(out, given)
        case "tests_of":
            found = _affected(pipeline.load_graph(out), given["tests_of"], Folder(out))
            show(given, list(found), "\n".join(found) or "No test runs it.")
        case "coverage":
            _coverage(out, given)


def _question(given: dict[str, Any]) -> str | None:
    asked = [name for name in QUESTIONS if given[name]]
    cuts = [name for name in CUTS if given[name]]
    if len(asked) > 1:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in asked)
        raise NotAQuestion(f"{names} are different questions: give one of them.")
    if len(cuts) > 1:
        raise NotAQuestion(f"--{' and --'.join(cuts)} both cut the graph: give one of them.")
    if (cuts or given["out"]) and asked != ["format"]:
        name = cuts[0] if cuts else "out"
        raise NotAQuestion(f"--{name} is for a graph that is written: give --format as well.")
    return asked[0] if asked else None


def _folder(target: Path, pytest_args: tuple[str, ...], given: dict[str, Any]) -> Path:
    """The output folder: the one given, or that of a repository, which is traced where it is not."""
    folder = Folder(target)
    if any(path.exists() for path in (folder.project, folder.trace, folder.graph)) or not _has_python(target):
        return target
    out = folder_of(target, None)
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
        pipeline.trace(
            target,
            out,
            python=given["python"],
            arguments=pytest_args,
            allow_dirty=given["allow_dirty"],
            progress=bars,
        )
    return out


def _has_python(folder: Path) -> bool:
    return next(folder.rglob("*.py"), None) is not None


def _counts(made: RuntimeDependencyGraph, out: Path, given: dict[str, Any]) -> None:
    core = [node for node in made.nodes if node.role is Role.CORE]
    counts = {
        "core functions": len(core),
        "scaffold": sum(1 for node in core if node.scaffold),
        "to develop": len(made.developable()),
        "unreached": len(questions.unreached(made)),
        "cycles": len(questions.cycles(made)),
        "calls": len(made.calls),
        "tests": len(made.tests),
        "unresolved": len(made.unresolved),
    }
    show(given, counts, counts_table(counts, str(out)))


def _pseudo_tested(out: Path, made: RuntimeDependencyGraph) -> Sequence[Any]:
    """The functions that tests run and nobody would miss; the longest first."""
    schedule = pipeline.load_schedule(out, made)
    if schedule.rules.closure is not Closure.NEEDED:
        hint = f"run `sweflow schedule {out} --closure needed`, which runs them."
        raise NotAQuestion(f"nobody asked yet which functions the tests of {out} notice: {hint}")
    unnoticed = set(pseudo_tested(made, schedule))
    rows = (row for row in questions.functions(made) if row.function in unnoticed)
    return sorted(rows, key=lambda row: (-row.lines, row.function))


def _rows(rows: Sequence[Any], title: str, given: dict[str, Any]) -> None:
    rows = rows[: given["top"]]
    show(given, [asdict(row) for row in rows], rows_table(rows, title) if rows else title)


def _function(out: Path, given: dict[str, Any]) -> None:
    made = pipeline.load_graph(out)
    report = asdict(questions.about(made, given["function"]))
    report["step"] = _steps(out, made).get(report["function"])
    show(given, report, report_table(report))


def _steps(out: Path, made: RuntimeDependencyGraph) -> dict[str, int]:
    schedule = pipeline.load_schedule(out, made)
    return {function: step.number for step in schedule.steps for function in step.functions}


def _path(out: Path, given: dict[str, Any]) -> None:
    found = questions.path(pipeline.load_graph(out), *given["path"])
    text = "\n".join("  " * depth + function for depth, function in enumerate(found))
    show(given, list(found), text or f"No observed calls lead from {given['path'][0]} to {given['path'][1]}.")


def _affected(made: RuntimeDependencyGraph, place: str, folder: Folder) -> tuple[str, ...]:
    file, _, line = place.rpartition(":")
    if not file:
        return questions.affected_tests(made, place)
    if not line.isdecimal():
        raise UnknownFile(place, {node.path for node in made.nodes})
    source = folder.source / file
    if any(node.path == file for node in made.nodes) and source.is_file():
        last = len(source.read_bytes().splitlines())
        if not 1 <= int(line) <= last:
            raise UnknownLine(file, int(line), last)
    return questions.affected_tests(made, file, int(line))


def _coverage(out: Path, given: dict[str, Any]) -> None:
    made = pipeline.load_graph(out)
    quiet = given["quiet"] or given["as_json"]
    with Bars(Console(stderr=True), quiet=quiet) as bars:
        asked = None if given["coverage_file"] else chosen_sandbox(given)
        found = cover(out, made, given["coverage_file"], bars, asked)
    rows = found.rows[: given["top"]]
    value = {
        "functions": [asdict(row) for row in rows],
        "missed": [asdict(miss) for miss in found.missed],
        "compared": found.compared,
    }
    show(given, value, rows_table(rows, f"coverage: {len(found.rows)} functions"), found.verdict)


def _draw(out: Path, given: dict[str, Any]) -> None:
    made = pipeline.load_graph(out)
    steps = _steps(out, made)
    title, wanted = _cut(made, steps, given)
    kind = given["format"]
    if kind in ("graphml", "json"):
        view = views.view(made, wanted, steps, title)
    else:
        view = views.readable_view(made, wanted, steps, title, given["limit"])
        if view.grain is not views.Grain.FUNCTION and not given["quiet"]:
            text = f"{len(wanted)} functions are too many to read, so this shows each {view.grain.value} as one: "
            print(f"sweflow: {text}cut it with --module, --step or --around, or raise --limit.", file=sys.stderr)
    _write(_render(view, kind), given["out"])


def _cut(made: RuntimeDependencyGraph, steps: dict[str, int], given: dict[str, Any]) -> tuple[str, frozenset[int]]:
    """What to show, and its title."""
    if given["module"]:
        return given["module"], views.module_nodes(made, given["module"])
    if given["around"]:
        return f"around {given['around']}", views.nodes_around(made, given["around"], given["hops"])
    if given["step"]:
        functions = {function for function, step in steps.items() if step == given["step"]}
        if not functions:
            raise NotAQuestion(f"there is no step {given['step']}: run `sweflow schedule DIR` to see them.")
        return f"step {given['step']}", views.step_nodes(made, functions)
    return "calls between functions", views.core_nodes(made)


def _render(view: views.View, kind: str) -> bytes:
    match kind:
        case "dot":
            return to_dot(view).encode()
        case "graphml":
            return to_graphml(view).encode()
        case "json":
            return (json.dumps(asdict(view), sort_keys=True, indent=1) + "\n").encode()
        case _:
            return to_picture(view, kind)


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise NotAQuestion(f"{out} cannot be written ({error.strerror}): give another --out.") from error
