"""Tables: a build's summary as one that could be pasted into an issue."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def summary_table(summary: Mapping[str, Any], title: str) -> Table:
    """Tests, steps and functions, each with what became of them, and the seconds per stage."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    table.add_column("of which")
    tests, steps, functions = summary["tests"], summary["steps"], summary["functions"]
    table.add_row("tests", str(tests["collected"]), f"accepted {tests['accepted']}{_reasons(tests)}")
    table.add_row("steps", str(steps["scheduled"]), f"verified {steps['verified']}{_reasons(steps)}")
    kept = f"in tasks {functions['in_tasks']}, scaffold {functions['scaffold']}"
    kept += f", unreached {functions['unreached']}{_reasons(functions)}"
    table.add_row("core functions", str(functions["core"]), kept)
    size = summary["median_step"]
    table.add_row("median step", "", f"{size['functions']:g} functions, {size['lines']:g} lines")
    seconds = summary["seconds"]
    spent = ", ".join(f"{stage} {value:g}" for stage, value in seconds.items())
    table.add_row("seconds", f"{sum(seconds.values()):.0f}", spent)
    return table


def counts_table(counts: Mapping[str, object], title: str) -> Table:
    """Plain counts, a row each."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    for name, value in counts.items():
        table.add_row(name, str(value))
    return table


def _reasons(counts: Mapping[str, Any]) -> str:
    return "".join(f", {reason} {count}" for reason, count in counts["rejected"].items())
