"""The command ``sweflow eval``."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sweflow_datasets.grading import evaluate_predictions
from sweflow_datasets.log import LOG

from sweflow.cli.command import DIR, PYTHON, chosen_sandbox, output, sandbox, show
from sweflow.cli.progress import Bars
from sweflow.cli.tables import report_notes, report_tables


@click.command("eval")
@click.argument("dir", type=DIR)
@click.option(
    "--predictions",
    "-p",
    required=True,
    metavar="FILE|gold|empty",
    help="Candidate patches in SWE-bench's format, or one of two that need no file.",
)
@click.option("--out", "-o", type=click.Path(file_okay=False, path_type=Path), help="Folder [default: DIR/eval].")
@click.option("--python", type=PYTHON, help="The target's interpreter [default: the one that was traced].")
@click.option("--workers", "-j", type=click.IntRange(1), default=1, show_default=True, help="Patches side by side.")
@sandbox
@output
def evaluation(dir: Path, **given: Any) -> int:
    """Grade predictions for DIR's tasks, each in a clean tree.

    Exit code 1 where a prediction could not be graded for want of infrastructure, or is for no task of DIR.

    \b
    Examples:
      sweflow eval calculator.sweflow --predictions gold
      sweflow eval calculator.sweflow --predictions preds.jsonl --out scores --workers 2
    """
    chosen = chosen_sandbox(given)
    LOG.info("eval: %s in %s", given["predictions"], chosen, extra={"folder": dir})
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=given["workers"]) as bars:
        report = evaluate_predictions(
            dir,
            given["predictions"],
            given["out"],
            sandbox=chosen,
            python=given["python"],
            workers=given["workers"],
            progress=bars,
        )
    show(given, report, *report_tables(report), report_notes(report, given["out"] or dir / "eval"))
    ungraded = any("infrastructure" in model["verdicts"] for model in report["models"].values())
    return 1 if ungraded or report["unknown_ids"] else 0
