"""The command line.

Exit codes: 0 done, 1 done but no task verified, 2 bad input, 70 an error of this program, 130 interrupted.
"""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from sweflow_rdg import Role
from sweflow_tasks.checkout import Content
from sweflow_tracer import SweflowError

from sweflow import stages
from sweflow.progress import Bars
from sweflow.tables import counts_table, summary_table
from sweflow.version import __version__

T = TypeVar("T")
OUT = click.Path(file_okay=False, path_type=Path)
DIR = click.Path(exists=True, file_okay=False, path_type=Path)
REPO = click.Path(path_type=Path)
PYTHON = click.Path(path_type=Path, dir_okay=False)


def main() -> None:
    """Run the command line. SIGTERM ends it as Ctrl-C does: children are killed, scratch folders removed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli.main(standalone_mode=False)
    except SweflowError as error:
        Console(stderr=True, highlight=False).print(f"sweflow: {error}", markup=False, soft_wrap=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        print("sweflow: interrupted; the same command goes on from here.", file=sys.stderr)
        sys.exit(130)
    except Exception:
        Console(stderr=True).print_exception()
        sys.exit(70)
    sys.exit(code if isinstance(code, int) else 0)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sweflow")
def cli() -> None:
    """Turn a Python repository and its unit tests into verified test-driven development tasks."""


def _output(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--quiet", "-q", is_flag=True, help="No progress bars and no table.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def _python(command: Callable[..., Any]) -> Callable[..., Any]:
    text = "The target's interpreter [default: the repository's virtual environment, else python3 on PATH]."
    return click.option("--python", type=PYTHON, help=text)(command)


def _jobs(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--jobs",
        "-j",
        type=click.IntRange(0),
        default=0,
        help="Processes side by side [default: one a core].",
    )(command)


def _tracing(command: Callable[..., Any]) -> Callable[..., Any]:
    isolation = click.Choice(["fork", "process", "none"])
    engine = click.Choice(["auto", "settrace", "monitoring"])
    for decorate in (
        click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED),
        click.argument("repo", type=REPO),
        click.option("--allow-dirty", is_flag=True, help="Take a git tree with uncommitted changes as it is."),
        click.option("--reruns", type=click.IntRange(0), default=2, show_default=True, help="Plain runs after it."),
        click.option(
            "--docstrings",
            type=click.Choice(["keep", "strip"]),
            default="keep",
            show_default=True,
            help="Whether functions that come later keep their docstring.",
        ),
        click.option("--timeout", type=float, default=60.0, show_default=True, help="Seconds for one test."),
        click.option("--engine", type=engine, default="auto", show_default=True, help="How calls are seen."),
        click.option(
            "--isolation",
            type=isolation,
            default="fork",
            show_default=True,
            help="A forked child a test, a process a test, or all tests in one (misses calls).",
        ),
        click.option("--out", "-o", type=OUT, help="Output folder [default: NAME.sweflow]."),
        _python,
        _jobs,
        _output,
    ):
        command = decorate(command)
    return command


@cli.command()
@_tracing
def build(repo: Path, pytest_args: tuple[str, ...], **given: Any) -> int:
    """Run every stage on REPO and leave verified tasks in the output folder.

    \b
    Examples:
      sweflow build examples/inventory
      sweflow build ../itsdangerous --python ../venv/bin/python --out out -- tests -k "not slow"
    """
    out, summary = _run(stages.build, repo, pytest_args, given)
    _show(given, summary, summary_table(summary, f"{repo} → {out}"))
    return 0 if summary["steps"]["verified"] else 1


@cli.command()
@_tracing
def trace(repo: Path, pytest_args: tuple[str, ...], **given: Any) -> None:
    """Run REPO's tests and record who called whom, for each test."""
    out, found = _run(stages.trace, repo, pytest_args, given)
    outcomes: dict[str, int] = {}
    for test in found.tests:
        outcomes[test.outcome] = outcomes.get(test.outcome, 0) + 1
    counts = {
        "tests": len(found.tests),
        **outcomes,
        "code objects": len(found.codes),
        "edges": len(found.edges),
    }
    _show(given, counts, counts_table(counts, f"{repo} → {out}"))


@cli.command()
@click.argument("dir", type=DIR)
@_output
def graph(dir: Path, **given: Any) -> None:
    """Build the runtime dependency graph from DIR's trace."""
    made = stages.graph(dir)
    core = [node for node in made.nodes if node.role is Role.CORE]
    counts = {
        "core functions": len(core),
        "scaffold": sum(1 for node in core if node.scaffold),
        "to develop": len(made.developable()),
        "calls": len(made.calls),
        "tests": len(made.tests),
        "unresolved": len(made.unresolved),
    }
    _show(given, counts, counts_table(counts, str(dir)))


@cli.command()
@click.argument("dir", type=DIR)
@_output
def schedule(dir: Path, **given: Any) -> None:
    """Order DIR's graph into a development schedule."""
    made = stages.schedule(dir)
    table = Table(title=str(dir), title_justify="left", show_edge=False, pad_edge=False)
    for name in ("step", "wave", "depth", "tests", "functions", "lines"):
        table.add_column(name, justify="right")
    table.add_column("targets", overflow="fold")
    rows = []
    for s in made.steps:
        row = (s.number, s.wave, s.depth, len(s.tests), len(s.functions), s.lines)
        table.add_row(*map(str, row), ", ".join(s.targets))
        rows.append(dict(zip(("step", "wave", "depth", "tests", "functions", "lines"), row, strict=True)))
    _show(given, rows, table)


@cli.command()
@click.argument("dir", type=DIR)
@_output
def tasks(dir: Path, **given: Any) -> None:
    """Make masked codebases and patches from DIR's schedule; nothing is verified yet."""
    made = stages.tasks(dir)
    counts = {"candidates": len(made), "patch bytes": sum(len(task.patch) for task in made)}
    _show(given, counts, counts_table(counts, str(dir)))


@cli.command()
@click.argument("dir", type=DIR)
@click.option("--python", type=PYTHON, help="The target's interpreter [default: the one that was traced].")
@_jobs
@_output
def verify(dir: Path, **given: Any) -> int:
    """Run the tests on every tree of DIR's chain and keep the tasks that hold."""
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
        dataset = stages.verify(dir, python=given["python"], jobs=given["jobs"], progress=bars)
    _show(given, dataset.summary, summary_table(dataset.summary, str(dir)))
    return 0 if dataset.tasks else 1


@cli.command()
@click.argument("dir", type=DIR)
@click.argument("instance")
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--tests", is_flag=True, help="Add the step's tests.")
@click.option("--reference", is_flag=True, help="Add the step's tests and the gold patch.")
@_output
def checkout(dir: Path, instance: str, dest: Path, tests: bool, reference: bool, **given: Any) -> None:
    """Materialise a task of DIR at DEST: a git repository of one commit and nothing else."""
    content = Content.REFERENCE if reference else Content.TESTS if tests else Content.SKELETON
    commit = stages.checkout(dir, instance, dest, content)
    facts = {"instance_id": instance, "commit": commit, "path": str(dest)}
    _show(given, facts, counts_table({f"{instance} at": dest, "commit": commit}, str(dir)))


def _run(stage: Callable[..., T], repo: Path, pytest_args: tuple[str, ...], given: dict[str, Any]) -> tuple[Path, T]:
    """Run a stage that starts from a repository, under progress bars; the output folder and the result."""
    out = _out(repo, given["out"])
    options = _options(given)
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
        made = stage(
            repo,
            out,
            python=given["python"],
            arguments=pytest_args,
            allow_dirty=given["allow_dirty"],
            options=options,
            progress=bars,
        )
    return out, made


def _out(repo: Path, out: Path | None) -> Path:
    """The output folder: NAME.sweflow here, or beside the repository where here lies in it."""
    if out is not None:
        return out
    root = repo.resolve()
    here = Path.cwd().resolve()
    return (root.parent if here.is_relative_to(root) else here) / f"{root.name}.sweflow"


def _options(given: dict[str, Any]) -> stages.Options:
    if given["isolation"] == "none" and not given["quiet"]:
        print("sweflow: --isolation none misses calls that an earlier test made unnecessary.", file=sys.stderr)
    names = ("isolation", "engine", "timeout", "reruns", "docstrings", "jobs")
    return stages.Options(**{name: given[name] for name in names})


def _show(given: dict[str, Any], value: object, table: Table) -> None:
    if given["as_json"]:
        print(json.dumps(value, sort_keys=True))
    elif not given["quiet"]:
        Console().print(table)


if __name__ == "__main__":
    main()
