"""``sweflow judge``: what a judge's scores are worth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text
from sweflow_datasets.scores.report import ScoreOptions, judge_scores

from sweflow.cli.command import DIR, output, show

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def judge() -> None:
    """Compare a judge's scores with verdicts."""


@judge.command("score")
@click.argument("verdicts", type=FILE)
@click.argument("scores", type=FILE)
@click.option("--threshold", type=float, default=0.5, show_default=True, help="Scores from here on say: right.")
@click.option("--bins", type=click.IntRange(1), default=10, show_default=True, help="Bins of the calibration.")
@click.option("--unbounded", is_flag=True, help="Scores are no probabilities: no Brier score, no calibration.")
@click.option("--tasks", multiple=True, type=DIR, help="A build that knows repository and difficulty [repeatable].")
@click.option("--plot", type=FILE, help="Where to draw the calibration, as SVG.")
@output
def score(verdicts: Path, scores: Path, **given: Any) -> None:
    """Accuracy, AUC, Brier score, calibration and best-of-n of SCORES for the candidates in VERDICTS.

    VERDICTS is what eval (results.jsonl) or negatives wrote, SCORES a JSON object a line: instance_id, score, and the
    candidate's id or its number (candidate).

    \b
    Examples:
      sweflow judge score negatives.jsonl scores.jsonl --plot calibration.svg
      sweflow judge score calculator.sweflow/eval/results.jsonl scores.jsonl --tasks calculator.sweflow
    """
    options = ScoreOptions(given["threshold"], given["bins"], given["unbounded"])
    report = judge_scores(verdicts, scores, options, given["tasks"], given["plot"])
    tables = [figures_table(report), best_table(report)]
    if report["bins"]:
        tables.insert(1, bins_table(report))
    note = f"{report['ungraded']} candidates have no verdict and do not count." if report["ungraded"] else ""
    show(given, report, *tables, *([note] if note else []))


def figures_table(report: Mapping[str, Any]) -> Table:
    """Figures over everything, by repository and by difficulty."""
    table = Table(
        title=f"scores, threshold {report['threshold']:g}", title_justify="left", show_edge=False, pad_edge=False
    )
    table.add_column("by")
    table.add_column("")
    names = ("tasks", "candidates", "resolved", "accuracy", "auc", "brier", "calibration_error")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    rows = [("all", "", report)]
    for kind in ("repository", "difficulty"):
        rows += [(kind, name, found) for name, found in report[f"by_{kind}"].items()]
    for kind, name, found in rows:
        table.add_row(kind, Text(name), *(_cell(found[figure]) for figure in names))
    return table


def bins_table(report: Mapping[str, Any]) -> Table:
    """The calibration by bins."""
    table = Table(title="calibration", title_justify="left", show_edge=False, pad_edge=False)
    for name in ("score", "candidates", "mean score", "right"):
        table.add_column(name, justify="right")
    for found in report["bins"]:
        if found["count"]:
            means = (_cell(found["score"]), _cell(found["resolved"]))
            table.add_row(f"{found['low']:.2f}-{found['high']:.2f}", str(found["count"]), *means)
    return table


def best_table(report: Mapping[str, Any]) -> Table:
    """The curve of best of n."""
    table = Table(title="best of n", title_justify="left", show_edge=False, pad_edge=False)
    for name in ("n", "tasks", "best", "chance", "oracle"):
        table.add_column(name, justify="right")
    for point in report["best_of_n"]:
        table.add_row(*(_cell(point[name]) for name in ("n", "tasks", "best", "chance", "oracle")))
    return table


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
