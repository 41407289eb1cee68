"""The run: what pytest's hooks and the loop share, from the channel to the engine that records calls."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import engines, follow, items, recorder
from .channel import encode, write_all
from .configuration import CONFIG
from .reads import Reads
from .variants import Variants

if TYPE_CHECKING:
    from collections.abc import Generator

    from .guard.guard import Guard
    from .lines import LineRecorder
    from .outcome import ItemOutcome


class Run:
    """The state of this process. Children that are forked from it go on with copies.

    ``early`` are modules of the project that were loaded before; ``base`` is how many codes collection left;
    ``current`` is the outcome of the test that runs, ``lines`` records its lines where that is wanted;
    ``recording`` says whether calls are recorded.
    """

    def __init__(self) -> None:
        self.early = items.project_modules(CONFIG["names"])
        self.recorder = recorder.Recorder(CONFIG["root"])
        self.reads = Reads(CONFIG["root"]) if CONFIG["watch"] else None
        self.variants = Variants(CONFIG["root"], self.recorder, CONFIG["variants"])
        self.errors: list[dict[str, Any]] = []
        self.base = 0
        self.current: ItemOutcome | None = None
        self.lines: LineRecorder | None = None
        self.intact: engines.Intact = engines.always
        self.recording = False
        self.guard: Guard | None = None
        self._follower: follow.Follower | None = None
        self._channel = os.open(CONFIG["channel"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._known_modules: set[str] = set()
        self._last_modules: tuple[int, str] = (0, "")
        if CONFIG["guard"]:
            os.unlink(CONFIG.pop("channel"))  # the other end holds it, and its name would lead there
            from .guard.guard import Guard  # here, so that no other run pays for it

            self.guard = Guard(CONFIG, __name__.rpartition(".")[0], self.emit)

    def emit(self, record: dict[str, Any]) -> None:
        """Append one record to the channel, as it is: another process may have made it."""
        write_all(self._channel, encode(record))

    def sealed(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of this process's own, with its seal in a guarded run."""
        return record if self.guard is None else self.guard.seal(record)

    def tell(self, record: dict[str, Any]) -> None:
        """Append a record of this process's own."""
        self.emit(self.sealed(record))

    def start_engine(self) -> None:
        """Begin to record calls."""
        if CONFIG["engine"] != "none":
            follow.watch_threads(self.recorder)
            if CONFIG["follow"]:
                self._follower = follow.Follower(self.recorder, CONFIG["engine"], CONFIG["spool"])
            self.recording = True
        self.intact = engines.ENGINES[CONFIG["engine"]](self.recorder)

    def enter(self, phase: str) -> None:
        """What is called from here on belongs to a phase."""
        self.recorder.enter(phase)
        if self._follower is not None:
            self._follower.enter(phase)

    @contextmanager
    def between_phases(self) -> Generator[None, None, None]:
        """What the project's own reporting hooks call belongs to the session: no test asks for it."""
        before = self.recorder.phase
        inside = self.current is not None and before in ("setup", "call", "teardown")
        if inside:
            self.enter("session")
        try:
            yield
        finally:
            if inside:
                self.enter(before)

    def gather(self) -> None:
        """Take what followed processes wrote."""
        if self._follower is not None:
            self._follower.gather()

    def loaded(self) -> dict[str, Any]:
        """Modules loaded since the last call: paths of the project's, and those of its names from elsewhere."""
        now = (len(sys.modules), next(reversed(sys.modules)))
        if now == self._last_modules:
            return {"modules": [], "strays": []}  # a look at each would copy their pages in a forked child
        self._last_modules = now
        modules, strays = items.loaded_files(self._known_modules, CONFIG, self.recorder)
        return {"modules": modules, "strays": strays}
