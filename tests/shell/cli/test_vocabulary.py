"""One look and one vocabulary: what every command has, and that the documents know all of it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sweflow_tracer import SweflowError

import sweflow
from sweflow.cli.group import SECTIONS
from sweflow.cli.main import cli
from sweflow.cli.settings import leaves, options_of

DOCS = Path(__file__).parents[3] / "docs"


def subclasses(kind: type) -> set[type]:
    return {kind, *(found for below in kind.__subclasses__() for found in subclasses(below))}


COMMANDS = leaves(cli.commands)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_examples_and_the_options_of_all(command):
    text = CliRunner().invoke(cli, [*command.split(), "--help"]).output
    assert "Examples:" in text
    assert f"sweflow {command} " in text
    assert {"json", "quiet", "verbose"} <= options_of(COMMANDS[command]).keys()
    assert "-h, --help" in text


def test_every_command_has_a_place_in_the_help():
    assert {name for names in SECTIONS.values() for name in names} == set(cli.commands)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_and_option_is_documented(command):
    text = (DOCS / "cli.md").read_text("utf-8")
    assert re.search(rf"^sweflow {command} ", text, re.MULTILINE), f"{command} is not in the list at the top"
    missing = [name for name in options_of(COMMANDS[command]) if not re.search(rf"--{name}(?![a-z-])", text)]
    assert not missing


def test_every_error_is_documented_with_sentence_cause_and_next_move():
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE)
    entries = {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in rows}
    ours = {kind.__name__ for kind in subclasses(SweflowError) if kind.__module__.startswith("sweflow")}
    assert ours - {"SweflowError"} == set(entries)
    assert all(len(cells) == 3 and all(cells) for cells in entries.values())


def test_every_public_name_is_there():
    assert [name for name in sweflow.__all__ if not hasattr(sweflow, name)] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_calls_us(shell):
    done = CliRunner().invoke(cli, ["completion", shell], catch_exceptions=False)
    assert done.exit_code == 0
    assert "_SWEFLOW_COMPLETE" in done.stdout, "an old bash, or none, is a line on standard error"


def test_completion_offers_commands_and_options():
    env = {"_SWEFLOW_COMPLETE": "bash_complete", "COMP_WORDS": "sweflow sch", "COMP_CWORD": "1"}
    assert "plain,schedule" in CliRunner().invoke(cli, [], prog_name="sweflow", env=env).output
    env |= {"COMP_WORDS": "sweflow build --isola", "COMP_CWORD": "2"}
    assert "plain,--isolation" in CliRunner().invoke(cli, [], prog_name="sweflow", env=env).output
