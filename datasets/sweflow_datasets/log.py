"""The log of a run: lines on standard error with ``-v``, and ``sweflow.log`` in the output folder that it worked in.

Modules log to ``sweflow`` and below it with the standard library. A record that has the attribute ``folder`` names
the output folder of the run; everything before it was waiting for that, everything after it goes there, too. A run
that names none, such as one that only asks a question, leaves no line anywhere.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOG = logging.getLogger("sweflow")
NAME = "sweflow.log"
SAID = {"said": True}
"""Extra of a record that the user has on the screen anyway."""
LARGE = 1 << 20
"""Bytes above which a log becomes ``sweflow.log.1``, in the place of the one that was there."""
_FORMAT = "%(asctime)s %(process)d %(levelname)-7s %(message)s"


@contextmanager
def logging_run() -> Iterator[None]:
    """Keep the log of one run of the command line."""
    screen, file = _Screen(), _FolderFile()
    form = logging.Formatter(_FORMAT, "%Y-%m-%dT%H:%M:%SZ")
    form.converter = time.gmtime
    file.setFormatter(form)
    file.setLevel(logging.INFO)
    screen.setLevel(logging.CRITICAL + 1)
    LOG.setLevel(logging.DEBUG)
    LOG.propagate = False
    for handler in (screen, file):
        LOG.addHandler(handler)
    try:
        yield
    finally:
        for handler in (screen, file):
            LOG.removeHandler(handler)
        LOG.propagate = True


def set_verbosity(verbose: int) -> None:
    """0: nothing on standard error; 1: what is being done; 2: details, which go to the file, too."""
    for handler in LOG.handlers:
        if isinstance(handler, _Screen):
            handler.setLevel((logging.CRITICAL + 1, logging.INFO, logging.DEBUG)[min(verbose, 2)])
        elif isinstance(handler, _FolderFile) and verbose > 1:
            handler.setLevel(logging.DEBUG)


def is_debugging() -> bool:
    """Whether details are wanted, tracebacks among them."""
    return any(isinstance(handler, _Screen) and handler.level <= logging.DEBUG for handler in LOG.handlers)


class _Screen(logging.Handler):
    """Prints to whatever standard error is at the moment; progress bars put themselves in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "said", False):
            return
        with suppress(OSError, ValueError):
            print(f"sweflow: {record.getMessage()}", file=sys.stderr)


class _FolderFile(logging.Handler):
    """Writes to the folder that a record names, once it holds a build."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[str] = []
        self._folder: Path | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self._folder = getattr(record, "folder", None) or self._folder
        self._waiting.append(self.format(record))
        if self._folder is None or not (self._folder / "project.json").exists():
            return
        with suppress(OSError):  # a full disk is told by who writes what matters
            _turn_over(self._folder / NAME)
            with (self._folder / NAME).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write("".join(f"{line}\n" for line in self._waiting))
        self._waiting.clear()


def _turn_over(path: Path) -> None:
    if path.exists() and path.stat().st_size > LARGE:
        path.replace(path.with_name(f"{NAME}.1"))
