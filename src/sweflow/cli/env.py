"""The command ``sweflow env``."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sweflow_datasets.environments.make import make_environment
from sweflow_datasets.environments.record import environment_document
from sweflow_datasets.environments.recorded import default_folder
from sweflow_datasets.environments.values import DEFAULTS, Attempt, Environment, EnvironmentStatus, Options

from sweflow.cli.command import REPO, chosen_sandbox, output, sandbox, show, side_by_side
from sweflow.cli.progress import Bars


@click.command("env")
@click.argument("repo", type=REPO)
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
@click.option("--python", metavar="VERSION", help="Its version, or an interpreter [default: what REPO supports].")
@click.option("--out", "-o", type=click.Path(file_okay=False, path_type=Path), help="Its folder [default: NAME.env].")
@click.option(
    "--attempts", type=click.IntRange(1), default=DEFAULTS.attempts, show_default=True, help="How often to try."
)
@click.option("--with", "requirements", multiple=True, metavar="REQUIREMENT", help="Install this, too [repeatable].")
@click.option("--index-url", "index", metavar="URL", help="The package index.")
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of wheels: nothing is asked of the network.",
)
@click.option(
    "--seconds", type=float, default=DEFAULTS.seconds, show_default=True, help="For one build, and to collect."
)
@click.option(
    "--limit", type=float, default=DEFAULTS.limit, show_default=True, help="Seconds for one run of the tests."
)
@click.option("--timeout", type=float, default=DEFAULTS.timeout, show_default=True, help="Seconds for one test.")
@sandbox
@side_by_side
@output
def env(repo: Path, pytest_args: tuple[str, ...], **given: Any) -> int:
    """Make an environment in which REPO's tests run, record it and prove it.

    Exit code 1 where fewer than half of the tests pass.

    \b
    Examples:
      sweflow env ../itsdangerous
      sweflow env ../itsdangerous --python 3.12 --out venvs/itsdangerous -- tests
    """
    out = given["out"] or default_folder(repo)
    wheels = str(given["wheels"].resolve()) if given["wheels"] else None
    names = ("python", "attempts", "index", "seconds", "limit", "timeout", "jobs")
    options = Options(wheels=wheels, **{name: given[name] for name in names})
    chosen = chosen_sandbox(given)
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
        made = make_environment(
            repo, out, options, requirements=given["requirements"], arguments=pytest_args, sandbox=chosen, progress=bars
        )
    show(given, environment_document(made), attempts_table(made, f"{repo} → {out}"), verdict(made))
    return 0 if made.outcome.status is EnvironmentStatus.READY else 1


def verdict(made: Environment) -> str:
    """How it ended, in a line or two."""
    proof, outcome = made.proof, made.outcome
    counted = f"{proof.passed} of {proof.collected} tests pass with Python {made.python or 'of no version'}"
    uncollected = f", {proof.errors} files cannot be collected" if proof.errors else ""
    first = f"{outcome.status.value}: {counted}{uncollected}"
    why = f"\n{outcome.cause.value}{': ' if outcome.detail else ''}{outcome.detail}" if outcome.cause else ""
    return f"{first}{why}{': ' if why and outcome.move else ''}{outcome.move}"


def attempts_table(made: Environment, title: str) -> Table:
    """A row an attempt."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for name, right in (("change", False), ("came to", False), ("passed", True), ("of", True)):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    table.add_column("kept")
    table.add_column("why", overflow="fold")
    for attempt in made.attempts:
        proof = attempt.proof
        row = (_named(attempt), attempt.stage.value, str(proof.passed), str(proof.collected))
        table.add_row(
            *row, "yes" if attempt.kept else "no", attempt.detail or (attempt.change.why if attempt.change else "")
        )
    return table


def _named(attempt: Attempt) -> str:
    change = attempt.change
    return f"{change.kind.value} {change.value}".strip() if change else "(first)"
