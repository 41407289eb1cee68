"""A sheet: what is shown of a value, before anybody says whether in HTML, by rich or as text."""

from dataclasses import dataclass

ROWS = 20
"""Rows that are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, facts about the whole, and a table of its parts. ``numbers`` are columns that stand to the right.

    All strings are data, never markup. ``svg`` is a picture, "" where there is none.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: frozenset[str] = frozenset()
    svg: str = ""

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows that are shown."""
        return self.rows[:ROWS]

    @property
    def more(self) -> str:
        """A line about the rows that are not shown; "" where all are."""
        left = len(self.rows) - ROWS
        return f"… and {left} more" if left > 0 else ""
