"""uv: where it is, and the command lines that read metadata and unpack wheels. None of them runs a package's code."""

import os
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.images.lock import uv_program

LIBRARIES = ("uv", "tomli_w")


def find_uv() -> Path:
    """The program. Raises ExtraMissing where it, or another library of the extra ``env``, is not installed."""
    missing = tuple(name for name in LIBRARIES[1:] if find_spec(name) is None)
    program = uv_program()
    if program is None or missing:
        raise ExtraMissing("env", (*(() if program else ("uv",)), *missing))
    return program


class UvFailed(Exception):
    """uv ended with an error, which ``text`` tells; a diagnosis reads it."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


def run_uv(arguments: Sequence[str], cwd: Path, seconds: float) -> str:
    """Output of a command, without anybody's configuration but the index that variables name. Raises UvFailed."""
    names = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT", "UV_WORKING_DIRECTORY", "CONDA_PREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    command = [str(find_uv()), *arguments, "--no-config", "--no-python-downloads", "--color", "never"]
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UvFailed(f"uv {arguments[0]} took more than {seconds:.0f} s") from error
    if done.returncode != 0:
        raise UvFailed(done.stderr)
    return done.stdout


def index_options(index: str | None, folders: Sequence[Path], *, offline: bool) -> list[str]:
    """Options that say where packages come from."""
    links = [part for folder in folders for part in ("--find-links", str(folder))]
    return [*links, *(["--no-index"] if offline else ["--index-url", index] if index else [])]
