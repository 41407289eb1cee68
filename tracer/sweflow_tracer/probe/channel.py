"""The channel: JSON lines written with one system call each, so that a kill tears at most the last line."""

import json
import os


def encode(record):
    """One line of ASCII JSON."""
    return (json.dumps(record, separators=(",", ":")) + "\n").encode("ascii")


def write_all(fd, data):
    """Write all of ``data``, however the system splits it."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


class Lines:
    """Bytes in, whole lines out; what follows the last line break waits."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        """The records that ``data`` completes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines if line]
