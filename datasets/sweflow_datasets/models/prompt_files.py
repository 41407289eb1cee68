"""Prompts: text files with ``$names``, ours or those of a folder of the user's."""

from importlib.resources import files
from pathlib import Path
from string import Template

from sweflow_tracer.errors import FileNotUsable

NAMES = {
    "system": (),
    "solve": ("statement", "files", "left_out"),
    "statement": ("statement", "code"),
    "docstring": ("function", "code"),
}
"""The prompts, and what each may name."""


class Prompts:
    """The prompts of a run; of a ``folder`` those that it has (``solve.md``, …), ours for the rest."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def fill(self, name: str, **values: str) -> str:
        """A prompt with its names replaced. Raises FileNotUsable where it cannot be read, or names something else."""
        path, text = self._read(name)
        try:
            return Template(text).substitute(values)
        except (KeyError, ValueError) as error:
            known = ", ".join(f"${known}" for known in NAMES[name]) or "nothing"
            raise FileNotUsable(path, f"cannot be filled in ({error})", f"name {known}; $$ is a dollar sign") from error

    def _read(self, name: str) -> tuple[Path, str]:
        own = self._folder / f"{name}.md" if self._folder is not None else None
        if own is None or not own.exists():
            place = files("sweflow_datasets.models").joinpath("prompts", f"{name}.md")
            return Path(str(place)), place.read_text("utf-8")
        try:
            return own, own.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise FileNotUsable(own, f"cannot be read ({error})", "give a text file in UTF-8") from error
