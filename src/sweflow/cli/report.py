"""``sweflow report``: the HTML report of an output folder."""

import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from sweflow.cli.command import DIR, output, show
from sweflow.cli.tables import counts_table
from sweflow.reporting import make_report


@click.command()
@click.argument("dir", type=DIR)
@click.option(
    "--out",
    "-o",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it [default: DIR/report.html].",
)
@click.option("--open", "opened", is_flag=True, help="Open it in the browser.")
@output
def report(dir: Path, file: Path | None, opened: bool, **given: Any) -> None:
    """Write a report of DIR for people: one HTML file that opens from disk and needs no network.

    DIR may be at any stage of its build. The report shows the graph and the schedule, and tasks, their certificates
    and what was rejected where they are there.

    \b
    Examples:
      sweflow report inventory.sweflow --open
      sweflow report inventory.sweflow --out inventory.html --json
    """
    made = make_report(dir, file)
    counts = {"report at": made.path, "kB": round(made.bytes / 1000)}
    if made.left_out:
        counts["texts left out"] = made.left_out
    show(given, asdict(made), counts_table(counts, str(dir)))
    if opened:
        webbrowser.open(Path(made.path).resolve().as_uri())
