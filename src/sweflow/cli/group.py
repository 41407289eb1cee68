"""The group of commands: what is the same on all of them (settings, environment, verbosity, order in the help)."""

import sys
from pathlib import Path
from typing import Any

import click
from sweflow_datasets.folder import Folder
from sweflow_datasets.log import set_verbosity

from sweflow.cli.settings import GUARDED, OWN, Setting, find_settings, leaves, long_name, options_of, settings_of

SECTIONS = {
    "From a repository to tasks": ("env", "build", "build-all", "trace", "graph", "schedule", "tasks", "verify"),
    "With tasks": ("checkout", "eval", "report"),
    "Training data": ("views", "negatives", "judge", "solve", "describe"),
    "With datasets": ("export", "images", "dataset"),
    "This machine": ("doctor", "clean", "config", "completion"),
}


class Commands(click.Group):
    """Gives every command ``-v`` and environment variables, and takes options that are not given from a file."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, with what all of them have."""
        for words, leaf in leaves({name or cmd.name or "": cmd}).items():
            leaf.params.append(_verbose())
            for key, option in options_of(leaf).items():
                if option.envvar is None:
                    option.envvar = variables(words, key)
        super().add_command(cmd, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of a command line; its defaults are those of the file that counts for it."""
        name, command, rest = super().resolve_command(ctx, args)
        if name and command and not ctx.resilient_parsing and not {"-h", "--help"} & set(rest):
            words, leaf, given = (name, command, rest)
            if isinstance(command, click.Group) and rest[:1] and rest[0] in command.commands:
                words, leaf, given = f"{name} {rest[0]}", command.commands[rest[0]], rest[1:]
            found = settings_of(find_settings(settings_folder(ctx, leaf, given)), leaves(self.commands))
            values = {s.option.name: s.value for s in allowed([s for s in found if s.command == words])}
            ctx.default_map = {name: {rest[0]: values} if leaf is not command else values}
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands in the order in which they are used."""
        left = [name for name in self.commands if not any(name in names for names in SECTIONS.values())]
        for title, names in {**SECTIONS, "More": tuple(left)}.items():
            there = [(name, self.commands[name]) for name in names if name in self.commands]
            if there:
                with formatter.section(title):
                    formatter.write_dl([(name, command.get_short_help_str(90)) for name, command in there])


def variables(command: str, option: str) -> list[str]:
    """The environment variables of an option: the command's own goes before the one for all."""
    key = option.replace("-", "_").upper()
    own = f"SWEFLOW_{command.upper().replace(' ', '_')}_{key}"
    return [own] if option in OWN else [own, f"SWEFLOW_{key}"]


def settings_folder(ctx: click.Context, command: click.Command, args: list[str]) -> Path:
    """Where the file stands: in the repository that is to be traced, else here."""
    look = click.Context(command, info_name=command.name, parent=ctx, resilient_parsing=True)
    given, _, _ = command.make_parser(look).parse_args(list(args))
    repo = next((given[name] for name in ("repo", "target") if isinstance(given.get(name), str)), None)
    return Path(repo) if repo is not None and not Folder(repo).project.exists() else Path()


def allowed(settings: list[Setting]) -> list[Setting]:
    """The settings without those that a repository may not decide; says so on standard error."""
    kept = [setting for setting in settings if not is_guarded(setting)]
    for setting in settings:
        if setting not in kept:
            key = long_name(setting.option)
            text = f"{setting.place} sets {key}, which only the file of the working directory may: it is ignored."
            print(f"sweflow: {text}", file=sys.stderr)
    return kept


def is_guarded(setting: Setting) -> bool:
    """Whether a setting is one that a repository elsewhere may not decide."""
    file = Path(setting.place.removesuffix(" [tool.sweflow]"))
    return long_name(setting.option) in GUARDED and file.resolve().parent != Path.cwd().resolve()


def _verbose() -> click.Option:
    def take(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        set_verbosity(value or 0)

    text = "Say what is being done; -vv: details, and a traceback with errors."
    return click.Option(["--verbose", "-v"], count=True, expose_value=False, is_eager=True, callback=take, help=text)
