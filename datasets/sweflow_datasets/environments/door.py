"""The door: a proxy on a Unix socket, from a sandbox without a network to the package index and nowhere else."""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

INDEX_HOSTS = ("pypi.org", "files.pythonhosted.org")
SECONDS = 60.0
HEAD_BYTES = 1 << 14


def index_hosts(index: str | None) -> frozenset[tuple[str, int]]:
    """Hosts and ports that serve packages: PyPI's, or those of the index's URL."""
    if index is None:
        return frozenset((host, 443) for host in INDEX_HOSTS)
    parts = urlsplit(index)
    return frozenset({(parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443))})


class Door:
    """Takes ``CONNECT`` for the hosts that are allowed, and refuses everything else. A context manager.

    ``refused`` are hosts that were asked for in vain, in order.
    """

    def __init__(self, path: Path, allowed: Iterable[tuple[str, int]]) -> None:
        self.path = path
        self.refused: list[str] = []
        self._allowed = frozenset(allowed)
        self._closed = threading.Event()
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def __enter__(self) -> "Door":
        self._listening.bind(str(self.path))
        os.chmod(self.path, 0o777)  # the sandbox's user is another one; the folder is ours alone
        self._listening.listen(64)
        self._listening.settimeout(0.2)
        threading.Thread(target=self._serve, name="index door", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closed.set()
        self._listening.close()
        self.path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError):
                inner, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(inner,), daemon=True).start()

    def _answer(self, inner: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), inner:
            inner.settimeout(SECONDS)
            goal = _asked(inner)
            if goal is None or goal not in self._allowed:
                self.refused.append(goal[0] if goal else "?")
                inner.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(goal, SECONDS) as outer:
                inner.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._join(inner, outer)

    def _join(self, one: socket.socket, other: socket.socket) -> None:
        """Carry bytes both ways until either side ends, or nothing comes for a minute."""
        goals = {one: other, other: one}
        while not self._closed.is_set():
            ready, _, _ = select.select(list(goals), [], [], SECONDS)
            if not ready:
                return
            for source in ready:
                data = source.recv(1 << 16)
                if not data:
                    return
                goals[source].sendall(data)


def _asked(inner: socket.socket) -> tuple[str, int] | None:
    """The host and port of a CONNECT; None for every other request."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = inner.recv(4096)
        head += more
        if not more or len(head) > HEAD_BYTES:
            return None
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split()
    if len(words) != 3 or words[0] != "CONNECT":
        return None
    host, _, port = words[1].rpartition(":")
    return host.lower(), int(port)
