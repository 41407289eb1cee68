"""``sweflow export``: verified tasks in the forms of other people's tools."""

from pathlib import Path
from typing import Any

import click
from sweflow_datasets.export.make import ExportOptions, Form, as_object, export
from sweflow_datasets.export.selection import FIELDS
from sweflow_datasets.images.context import PREFIX

from sweflow.cli.command import DIR, output, show
from sweflow.cli.dataset_tables import export_table


@click.command("export")
@click.argument("dirs", type=DIR, nargs=-1, required=True, metavar="DIR...")
@click.option("--format", "form", type=click.Choice([form.value for form in Form]), required=True, help="For whom.")
@click.option("--out", "-o", required=True, metavar="PATH", help="A new folder, or a URL that fsspec knows (s3://…).")
@click.option(
    "--select",
    default="",
    metavar="EXPR",
    help="Only tasks of which this is true, an expression of SQLite over the fields below.",
)
@click.option(
    "--licences", default="", metavar="NAME,…", help="Only tasks of repositories under these, as MIT,Apache-2.0 (SPDX)."
)
@click.option("--split", default="", metavar="NAME=SHARE,…", help="Parts, as train=0.9,test=0.1 [default: train=1].")
@click.option("--image-prefix", default=PREFIX, show_default=True, metavar="NAME", help="What images are called.")
@click.option("--compose", is_flag=True, help="Harbor: no network by a compose file, where its helpers are not had.")
@output
def export_command(dirs: tuple[Path, ...], form: str, **given: Any) -> None:
    """Write the verified tasks of DIRs, builds or runs of build-all, as a dataset that other tools take.

    \b
    Examples:
      sweflow export calculator.sweflow --format jsonl --out dataset
      sweflow export *.sweflow --format parquet --out dataset --split train=0.9,test=0.1
      sweflow export corpus --format jsonl --out dataset --licences MIT,BSD-3-Clause
      sweflow export *.sweflow --format swebench --out swe --select "lines <= 60 AND strength >= 0.5"
    """
    options = ExportOptions(
        select=given["select"],
        split=given["split"],
        prefix=given["image_prefix"],
        compose=given["compose"],
        licences=tuple(name.strip() for name in given["licences"].split(",") if name.strip()),
    )
    made = export(dirs, form, given["out"], options)
    show(given, as_object(made), export_table(made), "\n".join(made.notes))


export_command.epilog = f"Fields for --select: {', '.join(FIELDS)} (docs/exports.md)."
