"""The command ``sweflow config``: every option, its value, and where that came from."""

import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from sweflow.cli.command import output, show
from sweflow.cli.group import is_guarded
from sweflow.cli.settings import Setting, find_settings, leaves, options_of, settings_of
from sweflow.cli.tables import rows_table


@dataclass(frozen=True, slots=True)
class Row:
    """An option and the commands for which it has one value from one place."""

    option: str
    value: str
    source: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it is printed."""

    option: str
    value: str
    source: str
    commands: str


def _line(row: Row, every: int) -> _Line:
    commands = "all" if len(row.commands) == every else ", ".join(row.commands)
    return _Line(row.option, row.value, row.source, commands)


@click.command("config")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option("--show", "show_", is_flag=True, help="Show every option, also those that have their default.")
@click.option("--command", metavar="NAME", help="Only the options of this command.")
@output
@click.pass_context
def config(ctx: click.Context, /, folder: Path, show_: bool, command: str | None, **given: Any) -> None:
    """Say what the options are and what came from where: the environment, a file in FOLDER, or the default.

    Without --show only what is not the default. FOLDER is a repository for build, trace and graph; the other commands
    read the file of the working directory.

    \b
    Examples:
      sweflow config
      sweflow config --show --command build
      sweflow config ../itsdangerous --json
    """
    assert isinstance(ctx.parent, click.Context)
    commands = leaves(ctx.parent.command.commands)  # type: ignore[attr-defined]
    if command is not None and command not in commands:
        raise click.BadParameter(f"there is no command {command}; take one of {', '.join(commands)}.")
    set_ = settings_of(find_settings(folder), commands)
    rows = [
        row
        for row in effective(commands, set_)
        if (show_ or row.source != "default") and (command is None or command in row.commands)
    ]
    text = "Every option has its default: sweflow config --show lists them."
    table = rows_table([_line(row, len(commands)) for row in rows], f"options in {folder}") if rows else text
    show(given, [asdict(row) for row in rows], table)


def effective(commands: dict[str, click.Command], settings: tuple[Setting, ...]) -> tuple[Row, ...]:
    """The value of every option, by name; one row for all commands that have it from one place."""
    from_file = {(setting.command, setting.option.name): setting for setting in settings}
    rows: dict[tuple[str, str, str], list[str]] = {}
    for command, made in commands.items():
        for key, option in options_of(made).items():
            value, source = _effective(made, option, from_file.get((command, option.name)))
            rows.setdefault((key, value, source), []).append(command)
    return tuple(Row(*key, tuple(names)) for key, names in sorted(rows.items()))


def _effective(command: click.Command, option: click.Option, setting: Setting | None) -> tuple[str, str]:
    for name in _names(option):
        if os.environ.get(name):
            return os.environ[name], f"environment {name}"
    if setting is not None and not is_guarded(setting):
        return _shown(setting.value), setting.place
    ignored = f"default ({setting.place} may not set it)" if setting is not None else "default"
    return _default(command, option), ignored


def _default(command: click.Command, option: click.Option) -> str:
    """The default; what is decided later, or by the build, as the option's own help says it."""
    value = _shown(option.get_default(click.Context(command, resilient_parsing=True)))
    said = re.search(r"\[default: (.*?)\]", option.help or "")
    return value or (said[1] if said else "none")


def _names(option: click.Option) -> Iterator[str]:
    names = option.envvar
    yield from (names,) if isinstance(names, str) else names or ()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return str(value) if isinstance(value, str | int | float | Path) else ""
