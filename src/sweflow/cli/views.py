"""``sweflow views``: every step of some builds in a form to train on, a record a line."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text
from sweflow_datasets.views.make import MadeViews, as_object, make_views
from sweflow_datasets.views.material import ViewOptions
from sweflow_datasets.views.tokens import Tokenizer
from sweflow_datasets.views.values import AnswerKind, ContextKind, StatementKind, ViewKind

from sweflow.cli.command import DIR, output, show

CODE = "The code that prompts show: by calls from and to the step, or every Python file."
SHOWN = 20
"""What has no record, written out; JSON has all of it."""


def _one_of(name: str, default: StrEnum, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that takes one of an enumeration's values."""
    values = click.Choice([kind.value for kind in type(default)])
    return click.option(name, type=values, default=default.value, show_default=True, help=text)


@click.command("views")
@click.argument("dirs", type=DIR, nargs=-1, required=True, metavar="DIR...")
@click.option("--view", type=click.Choice([kind.value for kind in ViewKind]), required=True, help="In which form.")
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), metavar="PATH", help="A new file.")
@click.option("--max-tokens", type=click.IntRange(0), default=0, help="Tokens of a record [default: 0, no limit].")
@_one_of("--context", ContextKind.GRAPH, CODE)
@_one_of("--statement", StatementKind.TESTS_HIDDEN, "For a solver that sees the step's tests, or one that does not.")
@_one_of("--answer", AnswerKind.SEARCH_REPLACE, "The form of a chat's answer.")
@_one_of("--tokenizer", Tokenizer.ESTIMATE, "How tokens are counted; tekken needs `sweflow[tokens]`.")
@output
def views(dirs: tuple[Path, ...], **given: Any) -> int:
    """Write each step of DIRS in a form to train on, with an inverse that restores its reference.

    What does not fit into --max-tokens, or cannot be told in this form, has no record and is listed with the reason.
    The exit code is 1 where no record was made.

    \b
    Examples:
      sweflow views calculator.sweflow --view fim --out fim.jsonl
      sweflow views *.sweflow --view chat --out chat.jsonl --max-tokens 8192 --answer patch
      sweflow views *.sweflow --view search-replace --out blocks.jsonl --statement tests-visible
    """
    options = ViewOptions(
        given["max_tokens"],
        ContextKind(given["context"]),
        StatementKind(given["statement"]),
        AnswerKind(given["answer"]),
        Tokenizer(given["tokenizer"]),
    )
    made = make_views(dirs, given["view"], given["out"], options)
    show(given, as_object(made), views_table(made), "\n".join(_said(made)))
    return 0 if made.records else 1


def views_table(made: MadeViews) -> Table:
    """What was written, and what was not."""
    table = Table("what", "count", title=Text(f"{made.view} → {made.place}"), title_justify="left")
    tokens = made.tokens
    table.add_row("records", f"{made.records} of {made.tasks} tasks")
    name = f"tokens ({made.options.tokenizer})"
    table.add_row(name, f"{tokens.total}; median {tokens.median}, p95 {tokens.p95}, most {tokens.most}")
    if made.left_out:
        table.add_row("records without all of their context", str(made.left_out))
    for reason, count in made.reasons.items():
        table.add_row(f"no record: {reason}", str(count))
    return table


def _said(made: MadeViews) -> Iterator[str]:
    for one in made.refused[:SHOWN]:
        yield f"{one.what}: {one.reason}" + (f" ({one.detail})" if one.detail else "")
    if len(made.refused) > SHOWN:
        yield f"and {len(made.refused) - SHOWN} more (--json has all of them)"
