"""The command ``sweflow negatives``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sweflow_datasets.log import LOG
from sweflow_datasets.negatives import NegativeOptions, make_negatives

from sweflow.cli.command import DIR, PYTHON, chosen_sandbox, output, sandbox, show
from sweflow.cli.progress import Bars


@click.command("negatives")
@click.argument("dir", type=DIR)
@click.option("--out", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File of JSON lines.")
@click.option("--per-task", type=click.IntRange(1), default=12, show_default=True, help="Attempts at a task, at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Draws which attempts.")
@click.option("--keep-same", is_flag=True, help="A line for every attempt, also for those that behave the same.")
@click.option("--instance", "instances", multiple=True, metavar="ID", help="Only this task [repeatable].")
@click.option(
    "--test-timeout", type=click.FloatRange(0, min_open=True), help="Seconds for one test [default: the build's]."
)
@click.option("--python", type=PYTHON, help="The target's interpreter [default: the one that was traced].")
@click.option("--workers", "-j", type=click.IntRange(1), default=1, show_default=True, help="Patches side by side.")
@sandbox
@output
def negatives(dir: Path, out: Path, **given: Any) -> int:
    """Make wrong answers to DIR's tasks and grade each; one line a behaviour.

    Exit code 1 where an answer could not be graded for want of infrastructure. The same command goes on where one was
    cut off, from OUT.work.

    \b
    Examples:
      sweflow negatives calculator.sweflow --out negatives.jsonl
      sweflow negatives calculator.sweflow --out few.jsonl --per-task 4 --workers 2
    """
    chosen = chosen_sandbox(given)
    LOG.info("negatives in %s", chosen, extra={"folder": dir})
    options = NegativeOptions(
        given["per_task"], given["seed"], given["instances"], given["keep_same"], given["test_timeout"]
    )
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=given["workers"]) as bars:
        summary = make_negatives(
            dir, out, options, sandbox=chosen, python=given["python"], workers=given["workers"], progress=bars
        )
    labels = ", ".join(f"{count} {label}" for label, count in summary["labels"].items())
    note = f"{summary['kept']} lines in {out} ({labels}); every verdict in {out}.work/results.jsonl"
    show(given, summary, negatives_table(summary, str(dir)), note)
    return 1 if "ungraded" in summary["labels"] else 0


def negatives_table(summary: Mapping[str, Any], title: str) -> Table:
    """Attempts by kind and verdict."""
    table = Table(
        title=f"{title}: {summary['graded']} attempts at {summary['tasks']} tasks",
        title_justify="left",
        show_edge=False,
        pad_edge=False,
    )
    verdicts = sorted({verdict for kind in summary["kinds"].values() for verdict in kind["verdicts"]})
    table.add_column("kind")
    for name in ("graded", *verdicts, "kept"):
        table.add_column(name, justify="right")
    for kind, found in summary["kinds"].items():
        counts = (found["graded"], *(found["verdicts"].get(verdict, 0) for verdict in verdicts), found["kept"])
        table.add_row(kind, *map(str, counts))
    return table
