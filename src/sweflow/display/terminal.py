"""Sheets for terminals: as rich renderables, and as plain text."""

import io

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from sweflow.display.sheet import Sheet
from sweflow.display.timeline import BAR

WIDTH = 120
"""Columns of plain text."""
LEAST = 12
"""Columns of a cell of text, at least."""


def to_rich(sheet: Sheet) -> Group:
    """The sheet as a renderable: names are text, never markup."""
    facts = Text(" · ").join(Text.assemble(f"{name} ", (value, "bold")) for name, value in sheet.facts)
    parts: list[RenderableType] = [
        Text(sheet.title, "bold"),
        *([facts] if sheet.facts else []),
        *([_table(sheet)] if sheet.rows else []),
    ]
    return Group(*parts, *([Text(sheet.more)] if sheet.more else []))


def to_text(sheet: Sheet) -> str:
    """The sheet without colour."""
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None)
    console.print(to_rich(sheet))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def _table(sheet: Sheet) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in sheet.columns:
        is_number, is_bar = name in sheet.numbers, name == "timeline"
        table.add_column(
            name,
            justify="right" if is_number else "left",
            no_wrap=is_number or is_bar,
            overflow="fold",
            min_width=BAR if is_bar else None if is_number else LEAST,
        )
    for row in sheet.shown:
        table.add_row(*map(Text, row))
    return table
