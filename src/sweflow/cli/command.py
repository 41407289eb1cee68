"""What several commands share: options, the output folder, and how a result is shown."""

import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sweflow_datasets.environments.recorded import find_recorded
from sweflow_datasets.options import DEFAULTS
from sweflow_scheduler import Closure, Cost
from sweflow_tasks import Level
from sweflow_tracer.project.interpreter import find_python, own_python
from sweflow_tracer.sandbox.choose import AUTO, NAMES, VARIABLE, choose, warning

DIR = click.Path(exists=True, file_okay=False, path_type=Path)
REPO = click.Path(path_type=Path)
PIPED = 160
"""Columns of a table that goes to a file or another program."""
PYTHON = click.Path(path_type=Path, dir_okay=False)


def build_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a build that the command line has a value for."""
    names = DEFAULTS.values().keys()
    return {name: value for name, value in given.items() if name in names and value is not None}


def output(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` and ``--quiet``."""
    command = click.option("--quiet", "-q", is_flag=True, help="No progress bars and no table.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def python(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--python``."""
    text = "The target's interpreter [default: that of NAME.env, else python3 on PATH]."
    return click.option("--python", type=PYTHON, help=text)(command)


def forcing(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--force``."""
    return click.option("--force", is_flag=True, help="Remove verified tasks that rest on what is replaced.")(command)


def sandbox(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--sandbox``."""
    return click.option(
        "--sandbox",
        type=click.Choice([AUTO, *reversed(NAMES)]),
        envvar=VARIABLE,
        default=AUTO,
        show_default=True,
        help="Where the tests run; auto takes the strongest that works.",
    )(command)


def side_by_side(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--jobs``."""
    return click.option(
        "--jobs",
        "-j",
        type=click.IntRange(0),
        default=0,
        help="Processes side by side [default: one a core].",
    )(command)


def chosen_sandbox(given: dict[str, Any]) -> str:
    """The sandbox to take; says which on standard error."""
    chosen = choose(given["sandbox"])
    if not given["quiet"]:
        text = warning(chosen)
        print(f"sweflow: sandbox {chosen.name}{': ' if text else ''}{text}", file=sys.stderr)
    return chosen.name


def chosen_target(given: dict[str, Any], repo: Path, arguments: tuple[str, ...]) -> tuple[Path, tuple[str, ...]]:
    """The target's interpreter and pytest's arguments; says on standard error what was taken, or found and not run.

    Without ``--python`` it is the environment that ``sweflow env`` recorded, with the arguments that it needs.
    """
    recorded = find_recorded(repo) if given["python"] is None and repo.is_dir() else None
    if recorded is not None:
        _say(given, f"taking the environment that sweflow env made, {recorded.python}")
        return recorded.python, (*recorded.arguments, *arguments)
    python: Path = given["python"] or find_python(repo)
    own = own_python(repo)
    if own and given["python"] is None:
        _say(given, f"{own} lies in the repository and is run only where you name it (--python {own}); taking {python}")
    return python, arguments


def _say(given: dict[str, Any], text: str) -> None:
    if not given["quiet"]:
        print(f"sweflow: {text}", file=sys.stderr)


def scheduling(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the schedule. Each is None where it is not given."""
    least = "Merge neighbouring steps below so many lines [default: 0, never]."
    for decorate in (
        click.option(
            "--slack",
            type=click.IntRange(0, 100),
            metavar="PERCENT",
            help="By need: of steps that cost so much more at most, take the one with most tests [default: 0].",
        ),
        click.option("--max-lines", type=click.IntRange(0), help="Merge up to so many lines [default: 0, no limit]."),
        click.option("--min-lines", type=click.IntRange(0), help=least),
        click.option(
            "--closure",
            type=click.Choice([closure.value for closure in Closure]),
            help="What a test requires: what it reached, or also all that this ever called, or only what it notices "
            "to be empty [default: observed].",
        ),
        click.option(
            "--cost", type=click.Choice([cost.value for cost in Cost]), help="What new code costs [default: lines]."
        ),
    ):
        command = decorate(command)
    return command


def certifying(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the certificate. Each is None where it is not given."""
    share = click.FloatRange(0, 1)
    for decorate in (
        click.option(
            "--max-unnoticed", type=click.IntRange(0), help="Reject steps with more functions that no test misses."
        ),
        click.option("--min-strength", type=share, help="Reject steps whose tests notice a smaller share of mutants."),
        click.option("--twins", type=click.IntRange(0), help="Twins that each test should have [default: 2]."),
        click.option("--mutants", type=click.IntRange(0), help="Mutants of a function, at most [default: 12]."),
        click.option("--gold-runs", type=click.IntRange(1), help="Runs of each reference tree [default: 3]."),
        click.option(
            "--certificate",
            type=click.Choice([level.value for level in Level]),
            help="How much to measure of each task [default: basic].",
        ),
    ):
        command = decorate(command)
    return command


def folder_of(repo: Path, out: Path | None) -> Path:
    """The output folder: NAME.sweflow here, or beside the repository where here lies in it."""
    if out is not None:
        return out
    root = repo.resolve()
    here = Path.cwd().resolve()
    return (root.parent if here.is_relative_to(root) else here) / f"{root.name}.sweflow"


def show(given: dict[str, Any], value: object, *parts: Table | str) -> None:
    """Print a result: as JSON, as tables and plain text, or not at all.

    Text is printed as it is: ids of tests hold brackets, which rich would take for markup.
    """
    if given["as_json"]:
        print(json.dumps(value, sort_keys=True))
    elif not given["quiet"]:
        for part in parts:
            if isinstance(part, str):
                print(part)
            elif sys.stdout.isatty():
                Console().print(part)
            else:
                print(plain(part))


def plain(table: Table) -> str:
    """A table as text to paste: no colour, and no spaces at the ends of lines."""
    console = Console(file=io.StringIO(), width=PIPED, color_system=None)
    console.print(table)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())
