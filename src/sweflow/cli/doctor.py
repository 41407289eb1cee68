"""The command ``sweflow doctor``."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from sweflow.cli.command import PYTHON, output, show
from sweflow.doctor import Check, State, examine_machine

STYLES = {State.OK: "green", State.NOTE: "yellow", State.MISSING: "red"}


@click.command("doctor")
@click.argument("repo", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--python", type=PYTHON, help="The target's interpreter [default: the one that build would take].")
@output
def doctor(repo: Path, **given: Any) -> int:
    """Look whether this machine, and the interpreter that runs REPO's tests, have what it takes.

    Exit code 1 where something is missing that is required. The target's interpreter is required where --python names
    one.

    \b
    Examples:
      sweflow doctor
      sweflow doctor ../itsdangerous --python ../venv/bin/python
    """
    checks = tuple(examine_machine(repo, given["python"]))
    good = all(check.passed for check in checks)
    last = "Everything that is required is there." if good else "Something that is required is missing."
    found = {"ok": good, "checks": [asdict(check) for check in checks]}
    show(given, found, doctor_table(checks), last)
    return 0 if good else 1


def doctor_table(checks: Sequence[Check]) -> Table:
    """A row a check; state in words, and in colour where there is any."""
    table = Table(title="doctor", title_justify="left", show_edge=False, pad_edge=False)
    for name in ("what", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("found", overflow="fold")
    table.add_column("what to do", overflow="fold")
    for check in checks:
        state = check.state.value if check.required or check.state is not State.MISSING else "not there"
        style = STYLES[check.state if check.required or check.state is not State.MISSING else State.NOTE]
        table.add_row(Text(check.what), Text(state, style), Text(check.found), Text(check.hint))
    return table
