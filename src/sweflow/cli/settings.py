"""Settings: options that stand in a file, ``sweflow.toml`` or ``[tool.sweflow]`` of a ``pyproject.toml``.

A key has the name of an option and holds for every command that has it; a key in a table named like a command holds
for that command alone and goes before the other. ``--out`` means something else on each command, so it can only stand
in a command's table.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from sweflow.errors import SettingsNotUsable

FILE = "sweflow.toml"
OWN = frozenset({"out", "select"})
"""Options that mean something else on each command."""
GUARDED = frozenset({"python", "sandbox", "out", "llm-base-url", "index-url", "wheels"})
"""Options that only the user's own file may set: they decide what a repository's code can reach."""
NEVER = frozenset({"help", "version"})
Commands = Mapping[str, click.Command]


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a file. ``place`` is how errors and ``sweflow config`` call the file, "" where there is none."""

    folder: Path
    place: str = ""
    table: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Setting:
    """One option for one command, as its file has it."""

    command: str
    option: click.Option
    value: Any = field(hash=False)
    place: str = ""


def find_settings(folder: Path) -> Settings:
    """The settings of a folder; ``sweflow.toml`` goes before ``pyproject.toml``. Raises SettingsNotUsable."""
    file = folder / FILE
    if file.is_file():
        return Settings(folder, str(file), _parse(file, file.read_text("utf-8", "replace")))
    file = folder / "pyproject.toml"
    if file.is_file():
        text = file.read_text("utf-8", "replace")
        if "tool.sweflow" in text:
            table = _parse(file, text).get("tool", {}).get("sweflow")
            if table is not None:
                return Settings(folder, f"{file} [tool.sweflow]", table)
    return Settings(folder)


def settings_of(settings: Settings, commands: Commands) -> tuple[Setting, ...]:
    """Every option that a file sets, a value a command. Raises SettingsNotUsable for what is no option or no value."""
    found: dict[tuple[str, str], Setting] = {}
    for key, value in settings.table.items():
        if not isinstance(value, dict):
            for command in _commands_with(settings, commands, key):
                found[command, key] = _setting(settings, command, options_of(commands[command])[key], key, value)
    for command, table in _tables(settings, commands):
        if isinstance(table, dict):
            if command not in commands:
                raise _unknown(settings, f"table [{command}]", command, commands)
            for key, value in table.items():
                known = options_of(commands[command])
                if key not in known:
                    raise _unknown(settings, f"key {command}.{key}", key, known)
                found[command, key] = _setting(settings, command, known[key], f"{command}.{key}", value)
    return tuple(found.values())


def leaves(commands: Commands) -> dict[str, click.Command]:
    """The commands that do something, by all the words of their names: of a group, those below it."""
    found: dict[str, click.Command] = {}
    for name, command in commands.items():
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": leaf for below, leaf in leaves(command.commands).items()}
        else:
            found[name] = command
    return found


def options_of(command: click.Command) -> dict[str, click.Option]:
    """A command's options by the names that users know."""
    options = (param for param in command.params if isinstance(param, click.Option))
    return {name: option for option in options if (name := long_name(option)) not in NEVER}


def long_name(option: click.Option) -> str:
    """The name of an option without its dashes."""
    return next(name for name in option.opts if name.startswith("--")).removeprefix("--")


def _tables(settings: Settings, commands: Commands) -> Iterator[tuple[str, Any]]:
    """Tables with the command that each is for; those of a group stand in its table, as [images.build]."""
    for name, table in settings.table.items():
        if isinstance(table, dict) and any(command.startswith(f"{name} ") for command in commands):
            for below, values in table.items():
                yield (f"{name} {below}", values if isinstance(values, dict) else {})
        else:
            yield name, table


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsNotUsable(str(file), f"is no TOML: {error}", "correct it") from error


def _commands_with(settings: Settings, commands: Commands, key: str) -> Iterator[str]:
    if key in OWN:
        first = next((name for name, command in commands.items() if key in options_of(command)), "build")
        hint = f"put it into the table of a command, such as [{first.replace(' ', '.')}] {key} = …"
        raise SettingsNotUsable(settings.place, f"sets {key} for every command, and each means another thing", hint)
    named = [name for name, command in commands.items() if key in options_of(command)]
    if not named:
        everything = {name for command in commands.values() for name in options_of(command)}
        raise _unknown(settings, f"key {key}", key, everything | set(commands))
    yield from named


def _unknown(settings: Settings, what: str, key: str, known: Any) -> SettingsNotUsable:
    near = difflib.get_close_matches(key, sorted(known), n=1)
    hint = f"did you mean {near[0]}?" if near else "run `sweflow config` to see all options"
    return SettingsNotUsable(settings.place, f"has an unknown {what}", hint)


def _setting(settings: Settings, command: str, option: click.Option, key: str, value: Any) -> Setting:
    wanted = _wanted(option)
    if not _fits(value, wanted):
        problem = f"sets {key} to {_shown(value)}, and it is {wanted}"
        raise SettingsNotUsable(settings.place, problem, f"give {wanted}")
    try:
        for each in value if isinstance(value, list) and option.multiple else (value,):
            option.type.convert(tuple(each) if isinstance(each, list) else each, option, None)
    except click.BadParameter as error:
        problem = f"sets {key} to {_shown(value)}: {error.message.rstrip('.')}"
        raise SettingsNotUsable(settings.place, problem, "give a value that the option takes") from error
    return Setting(command, option, _placed(settings, option, value), settings.place)


def _wanted(option: click.Option) -> str:
    """What a value has to be, in words."""
    if option.count:
        return "a whole number"
    if option.is_flag:
        return "true or false"
    if option.multiple or option.nargs != 1:
        return "a list of strings"
    if isinstance(option.type, click.types.IntParamType):
        return "a whole number"
    return "a number" if isinstance(option.type, click.types.FloatParamType) else "a string"


def _fits(value: Any, wanted: str) -> bool:
    match wanted:
        case "true or false":
            return isinstance(value, bool)
        case "a whole number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "a number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "a list of strings":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case _:
            return isinstance(value, str)


def _shown(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, repr(value)) if isinstance(value, bool) else repr(value)


def _placed(settings: Settings, option: click.Option, value: Any) -> Any:
    """A path is taken from the folder of the file; the bare name of a program is looked up on PATH."""
    if not isinstance(option.type, click.Path) or not isinstance(value, str):
        return value
    return value if long_name(option) == "python" and "/" not in value else str(settings.folder / value)
