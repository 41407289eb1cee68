"""``sweflow images``: container images of a build's tasks."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sweflow_datasets.images.build import ImageOptions, build_images
from sweflow_datasets.images.check import check_images
from sweflow_datasets.images.context import PREFIX

from sweflow.cli.command import DIR, output, show
from sweflow.cli.dataset_tables import checked_images_table, images_table
from sweflow.cli.progress import Bars


@click.group()
def images() -> None:
    """Make container images of a build's tasks, and see that they tell right from wrong."""


@images.command("build")
@click.argument("dirs", type=DIR, nargs=-1, required=True, metavar="DIR...")
@click.option(
    "--image-prefix", "prefix", default=PREFIX, show_default=True, metavar="NAME", help="What they are called."
)
@click.option("--base", metavar="IMAGE", help="An image with Python (venv, pip) and git [default: python:VERSION].")
@click.option("--index-url", "index", metavar="URL", help="The package index.")
@click.option(
    "--cert",
    "certificates",
    envvar="PIP_CERT",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates that pip is to trust.",
)
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of wheels: nothing is asked of the network.",
)
@click.option(
    "--network",
    default="default",
    show_default=True,
    metavar="NAME",
    help="The engine's network for the build; host, where the engine has no other.",
)
@click.option("--hashes/--no-hashes", default=True, show_default=True, help="Pin requirements by hashes, too.")
@output
def build(dirs: tuple[Path, ...], **given: Any) -> None:
    """Build an image of each DIR's environment, and a thin layer over it for each task.

    \b
    Examples:
      sweflow images build calculator.sweflow
      sweflow images build calculator.sweflow --base python:3.11-bookworm --index-url https://pypi.org/simple
    """
    names = ("prefix", "base", "index", "certificates", "wheels", "hashes", "network")
    options = ImageOptions(**{name: given[name] for name in names})
    made = {}
    for out in dirs:
        with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
            made[str(out)] = build_images(out, options, progress=bars)
    value = {out: [asdict(image) for image in found] for out, found in made.items()}
    show(given, value, images_table(made))


@images.command("check")
@click.argument("dirs", type=DIR, nargs=-1, required=True, metavar="DIR...")
@click.option("--sample", type=click.IntRange(0), default=5, show_default=True, help="Tasks of a DIR; 0: all.")
@output
def check(dirs: tuple[Path, ...], **given: Any) -> int:
    """Run the gold patch and none of a sample of DIRs' tasks in their images.

    Exit code 1 where an image does not tell the one from the other.

    \b
    Examples:
      sweflow images check calculator.sweflow --sample 0
    """
    made = {}
    for out in dirs:
        with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as bars:
            made[str(out)] = check_images(out, given["sample"], progress=bars)
    value = {out: [{**asdict(one), "as_hoped": one.as_hoped} for one in found] for out, found in made.items()}
    show(given, value, checked_images_table(made))
    return 0 if all(one.as_hoped for found in made.values() for one in found) else 1
