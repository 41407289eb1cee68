"""The commands ``sweflow solve`` and ``sweflow describe``, which ask a language model."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sweflow_datasets.log import LOG
from sweflow_datasets.models.describe import describe as describing
from sweflow_datasets.models.solve import AskOptions
from sweflow_datasets.models.solve import solve as solving
from sweflow_datasets.models.values import Limits, Model

from sweflow.cli.command import DIR, output, show
from sweflow.cli.progress import Bars
from sweflow.cli.tables import counts_table

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Who is asked, and how much."""
    some, positive = click.IntRange(1), click.FloatRange(0, min_open=True)
    for decorate in (
        click.option("--offline", is_flag=True, help="Ask nobody: answers from the cache alone."),
        click.option("--prompts", type=FOLDER, help="A folder with prompts in place of ours (solve.md, …)."),
        click.option("--llm-cache", type=FOLDER, help="Where answers are kept [default: the user's cache]."),
        click.option("--llm-timeout", type=positive, default=120.0, show_default=True, help="Seconds for one request."),
        click.option("--llm-workers", type=some, default=4, show_default=True, help="Requests side by side."),
        click.option("--llm-rate", type=positive, metavar="N", help="Requests that begin in a minute, at most."),
        click.option("--llm-budget-tokens", type=some, metavar="N", help="Ask nothing more after so many tokens."),
        click.option("--llm-budget-requests", type=some, metavar="N", help="Make so many requests at most."),
        click.option("--llm-max-tokens", type=some, metavar="N", help="Tokens of an answer [default: the server's]."),
        click.option("--llm-temperature", type=click.FloatRange(0), help="[default: the server's]."),
        click.option("--llm-base-url", metavar="URL", help="The server [default: OPENAI_BASE_URL, else OpenAI's]."),
        click.option("--llm", required=True, metavar="MODEL", help="The model's name at its server."),
        click.option("--out", "-o", required=True, type=FILE, help="File of JSON lines."),
    ):
        command = decorate(command)
    return command


@click.command("solve")
@click.argument("dir", type=DIR)
@asking
@click.option("--samples", type=click.IntRange(1), default=1, show_default=True, help="Patches for each task.")
@click.option("--context", type=click.IntRange(1), default=24_000, show_default=True, help="Tokens of files, about.")
@output
def solve(dir: Path, **given: Any) -> int:
    """Ask a language model for patches for DIR's tasks, one shot each, and write predictions for eval.

    The key is OPENAI_API_KEY. Exit code 1 where a question got no answer; the same command asks only those again.

    \b
    Examples:
      sweflow solve calculator.sweflow --llm gpt-5-mini --samples 4 --out predictions.jsonl
      sweflow solve calculator.sweflow --llm qwen3 --llm-base-url http://localhost:8000/v1 --out predictions.jsonl
    """
    LOG.info("solve: %s", given["llm"], extra={"folder": dir})
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=given["llm_workers"]) as bars:
        counts = solving(dir, _model(given), given["out"], _options(given), progress=bars)
    shown = {**counts, "unanswered": _listed(counts["unanswered"])}
    show(given, counts, counts_table(shown, f"{dir} → {given['out']}"))
    return 1 if counts["unanswered"] else 0


@click.command("describe")
@click.argument("dir", type=DIR)
@asking
@output
def describe(dir: Path, **given: Any) -> int:
    """Have a language model write statements and docstrings for DIR's tasks; what quotes hidden code is refused.

    Where no model can be asked, or what it wrote is refused, the statement is the task's own, made of its tests. Exit
    code 1 where that is so for any task.

    \b
    Examples:
      sweflow describe calculator.sweflow --llm gpt-5-mini --out statements.jsonl
    """
    LOG.info("describe: %s", given["llm"], extra={"folder": dir})
    with Bars(Console(stderr=True), quiet=given["quiet"] or given["as_json"], workers=given["llm_workers"]) as bars:
        counts = describing(dir, _model(given), given["out"], _options(given), progress=bars)
    if counts["problem"]:
        print(f"sweflow: {counts['problem']} The statements are the tasks' own.", file=sys.stderr)
    lists = ("statements", "why")
    shown = {name: _listed(value) if name in lists else value for name, value in counts.items() if name != "problem"}
    show(given, counts, counts_table(shown, f"{dir} → {given['out']}"))
    return 1 if counts["statements"].get("tests") else 0


def _model(given: dict[str, Any]) -> Model:
    return Model(given["llm"], given["llm_base_url"], given["llm_temperature"], given["llm_max_tokens"])


def _options(given: dict[str, Any]) -> AskOptions:
    limits = Limits(
        requests=given["llm_budget_requests"],
        tokens=given["llm_budget_tokens"],
        per_minute=given["llm_rate"],
        workers=given["llm_workers"],
        timeout=given["llm_timeout"],
    )
    of_solve = {name: given[name] for name in ("samples", "context") if name in given}
    return AskOptions(limits, given["llm_cache"], given["prompts"], given["offline"], **of_solve)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"
