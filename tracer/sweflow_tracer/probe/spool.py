"""The spool: a folder to which processes that a test started write their edges, each as it comes.

Nobody waits for such a process, and it may end in any way; what it wrote counts.
"""

from __future__ import annotations

import marshal
import os
from typing import TYPE_CHECKING

from .recorder import CALLER, FLAGS, NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .recorder import Recorder

MASK = (1 << FLAGS) - 1


class Spool:
    """One process's file in a spool folder, made when there is something to write."""

    def __init__(self, folder: str, recorder: Recorder) -> None:
        self._folder = folder
        self._recorder = recorder
        self._fd = -1

    def edges(self, phase: str) -> SpooledEdges:
        """An edge set that writes down what is added; import edges are marked so."""
        return SpooledEdges(self, phase == "import")

    def write(self, edge: int, imports: bool) -> None:
        """Write one edge, with the places of its caller and callee."""
        codes = self._recorder.codes
        caller, callee = edge >> CALLER, edge >> FLAGS & NUMBER
        row = (codes[caller - 1] if caller else None, codes[callee - 1], edge & MASK, imports)
        if self._fd < 0:
            os.makedirs(self._folder, exist_ok=True)
            name = "%d-%s" % (os.getpid(), os.urandom(4).hex())
            self._fd = os.open(os.path.join(self._folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(self._fd, marshal.dumps(row))


class SpooledEdges(set):  # type: ignore[type-arg]  # set[int] cannot be subclassed so in Python 3.8
    """A set of edges, each of which is written down when it is new."""

    def __init__(self, spool: Spool, imports: bool) -> None:
        super().__init__()
        self._spool = spool
        self._imports = imports

    def add(self, edge: int) -> None:
        """Add an edge and write it down."""
        if edge not in self:
            super().add(edge)
            try:
                self._spool.write(edge, self._imports)
            except OSError:
                pass  # the run is over and its folder gone, or the target closed our file: nobody reads it


def read_spool(folder: str, recorder: Recorder) -> Iterator[tuple[bool, int]]:
    """Whether it belongs to an import, and the edge, for every edge in a spool folder; torn ends are passed over."""
    if not os.path.isdir(folder):
        return
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            while True:
                try:
                    caller, callee, flags, imports = marshal.load(file)
                except (EOFError, ValueError, TypeError):
                    break
                number = recorder.place(caller) if caller else 0
                yield imports, number << CALLER | recorder.place(callee) << FLAGS | flags
