"""``sweflow build-all``: many repositories in one unattended run."""

import re
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from sweflow_datasets.corpus.format import run_object
from sweflow_datasets.corpus.options import CorpusOptions, EngineName
from sweflow_datasets.corpus.values import LIMITS, CorpusRun, Limits
from sweflow_datasets.options import Options

from sweflow.cli.board import Board
from sweflow.cli.command import (
    build_values,
    certifying,
    chosen_sandbox,
    output,
    sandbox,
    scheduling,
    show,
    side_by_side,
)
from sweflow.many import build_all


class Size(click.ParamType[int]):
    """Bytes, as 500M or 20G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes of a text with K, M, G or T behind the number: powers of 1024."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", str(value).strip(), re.IGNORECASE)
        if found is None:
            self.fail(f"{value!r} is no size, such as 500M or 20G.", param, ctx)
        return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))


@click.command("build-all")
@click.argument("list", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "-o", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the run.")
@click.option(
    "--engine",
    "runs_on",
    type=click.Choice([name.value for name in EngineName]),
    default=EngineName.LOCAL.value,
    show_default=True,
    help="Processes of this machine, or nodes of a Ray cluster (RAY_ADDRESS).",
)
@click.option("--store", metavar="URL", help="Where nodes that do not share DIR put builds: s3://…, /mnt/….")
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=0,
    help="Repositories at a time [default: half the cores; with Ray what the cluster has room for].",
)
@click.option("--max-seconds", type=click.FloatRange(0), help="End the run after so long.")
@click.option("--max-disk", type=Size(), metavar="SIZE", help="End the run where its folder takes so much, as 20G.")
@click.option("--max-tasks", type=click.IntRange(1), help="Begin nothing more once there are so many verified tasks.")
@click.option(
    "--repository-seconds",
    type=click.FloatRange(1),
    default=LIMITS.seconds,
    show_default=True,
    help="For each of them.",
)
@click.option(
    "--repository-memory", type=Size(), metavar="SIZE", default="6G", show_default=True, help="What each may hold."
)
@click.option(
    "--repository-disk", type=Size(), metavar="SIZE", default="4G", show_default=True, help="What each may write."
)
@click.option("--retry", is_flag=True, help="Try again what failed in an earlier run.")
@click.option("--index-url", "index", metavar="URL", help="The package index.")
@sandbox
@scheduling
@certifying
@side_by_side
@output
def build_all_command(list: Path, **given: Any) -> int:
    """Build every repository of LIST, each apart from the others, and go on from where an earlier run came to.

    LIST is TOML, or has a name a line: paths, git+URL@COMMIT, or NAME==VERSION for a source distribution. Exit code 1
    where no task was verified, or a budget ended the run.

    \b
    Examples:
      sweflow build-all examples/corpus.toml --out corpus
      sweflow build-all list.txt --out corpus --workers 2 --max-seconds 3600 --max-disk 20G
    """
    build = Options.of(**build_values(given))
    limits = Limits(given["repository_seconds"], given["repository_memory"], given["repository_disk"])
    own = ("workers", "max_seconds", "max_disk", "max_tasks", "retry", "index", "store")
    engine = EngineName(given["runs_on"])
    options = CorpusOptions(engine=engine, limits=limits, build=build, **{name: given[name] for name in own})
    chosen = chosen_sandbox(given)
    with Board(Console(stderr=True), quiet=given["quiet"] or given["as_json"]) as board:
        run = build_all(list, given["out"], options, sandbox=chosen, hear=board)
    if run.stopped and not given["quiet"]:
        print(f"sweflow: ended by {run.stopped}; the same command with more goes on from here.", file=sys.stderr)
    show(given, run_object(run), run_table(run, f"{list} → {given['out']}"), ends_table(run), closing(run))
    return 0 if run.verified and run.is_whole else 1


def run_table(run: CorpusRun, title: str) -> Table:
    """A row a repository."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("repository", overflow="fold")
    table.add_column("end")
    for name in ("verified", "steps", "tests", "seconds", "CPU s", "MiB"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for result in run.repositories:
        figures = (result.verified, result.steps, result.tests, round(result.seconds), round(result.cpu_seconds))
        cells = (*map(str, figures), str(result.bytes >> 20))
        why = result.detail if len(result.detail) < 120 else f"{result.detail[:119]}…"
        table.add_row(result.name, result.end.value, *cells, why.replace("[", "\\["))
    return table


def ends_table(run: CorpusRun) -> Table:
    """The yield: repositories and their tasks by end."""
    table = Table(show_edge=False, pad_edge=False)
    for name, right in (("end", False), ("repositories", True), ("verified", True), ("next move", False)):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    ends = sorted({result.end for result in run.repositories}, key=lambda end: end.value)
    for end in ends:
        held = [result for result in run.repositories if result.end is end]
        table.add_row(end.value, str(len(held)), str(sum(result.verified for result in held)), held[0].move)
    return table


def closing(run: CorpusRun) -> str:
    """Where everything stands."""
    return f"{run.verified} verified tasks, dataset {run.dataset[:16]}; {run.folder}/index.html, manifest.json"
