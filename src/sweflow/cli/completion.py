"""The command ``sweflow completion``: the script that completes commands and options in a shell."""

from typing import Any

import click
from click.shell_completion import get_completion_class

from sweflow.cli.command import output, show

VARIABLE = "_SWEFLOW_COMPLETE"
"""The variable by which click's scripts call the program."""


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@output
@click.pass_context
def completion(ctx: click.Context, /, shell: str, **given: Any) -> None:
    """Print the script that completes commands and options in SHELL.

    \b
    Examples:
      eval "$(sweflow completion bash)"           in ~/.bashrc
      eval "$(sweflow completion zsh)"            in ~/.zshrc
      sweflow completion fish > ~/.config/fish/completions/sweflow.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(ctx.find_root().command, {}, "sweflow", VARIABLE).source()
    show(given, {"shell": shell, "script": script}, script)
