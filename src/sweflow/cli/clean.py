"""The command ``sweflow clean``: leftovers of runs that crashed."""

from dataclasses import asdict, dataclass
from typing import Any

import click
from sweflow_tracer.runner.leftovers import find_leftovers, remove

from sweflow.cli.command import output, show
from sweflow.cli.tables import rows_table


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A leftover and what became of it: ``removed``, ``stays``, or ``found`` in a dry run."""

    kind: str
    name: str
    state: str


@click.command("clean")
@click.option("--dry-run", is_flag=True, help="Only say what is there.")
@click.option("--images", is_flag=True, help="Also the container images and volumes made for targets' environments.")
@output
def clean(dry_run: bool, images: bool, **given: Any) -> int:
    """Remove what crashed runs left on this machine: scratch folders, processes, containers.

    Nothing that a living run owns is touched, and no output folder. Exit code 1 where something could not be removed.

    \b
    Examples:
      sweflow clean --dry-run
      sweflow clean --images
    """
    rows = [
        Cleaned(left.kind, left.name, "found" if dry_run else "removed" if remove(left) else "stays")
        for left in find_leftovers(images=images)
    ]
    show(given, [asdict(row) for row in rows], rows_table(rows, f"leftovers: {len(rows)}") if rows else "Nothing left.")
    return 1 if any(row.state == "stays" for row in rows) else 0
