"""``sweflow dataset``: look at a finished dataset, and at what differs between two."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sweflow_datasets.checking import check as checking
from sweflow_datasets.checking import diff as differing

from sweflow.cli.command import DIR, output, show
from sweflow.cli.dataset_tables import check_table, diff_table, finding_lines
from sweflow.cli.progress import Bars


@click.group()
def dataset() -> None:
    """Check an exported dataset from scratch, or compare two."""


@dataset.command("check")
@click.argument("path", type=DIR)
@click.option("--sample", type=click.IntRange(0), default=0, show_default=True, help="Tasks to run in their images.")
@output
def check(path: Path, **given: Any) -> int:
    """See whether the dataset at PATH (an export, or a build) is what it says.

    Schema, hashes, patches in both orders and back, leaks, splits, licences, and gold and empty patches of a sample.
    Exit code 1 where something is wrong.

    \b
    Examples:
      sweflow dataset check dataset
      sweflow dataset check swe --sample 3
    """
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
        report = checking.check_dataset(path, given["sample"], progress=bars)
    show(given, checking.as_object(report), check_table(report, str(path)), "\n".join(finding_lines(report)))
    return 0 if report.sound else 1


@dataset.command("diff")
@click.argument("before", type=DIR)
@click.argument("after", type=DIR)
@output
def diff(before: Path, after: Path, **given: Any) -> int:
    """Say which tasks came, went and changed between two datasets, and why.

    Exit code 1 where they differ, as diff has it.

    \b
    Examples:
      sweflow dataset diff old.sweflow new.sweflow
    """
    found = differing.diff_datasets(before, after)
    lines = f"{found.same} tasks are the same."
    show(given, differing.as_object(found), *([diff_table(found)] if found.changes else []), lines)
    return 1 if found.changes else 0
