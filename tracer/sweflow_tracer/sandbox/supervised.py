"""The host's side of the supervisor (``inside.py``): sends it the job, and takes what comes back."""

import json
import os
import resource
import signal
import stat
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Protocol

from sweflow_tracer.errors import SandboxFailed
from sweflow_tracer.sandbox.port import Limits, SandboxJob

HEAD = struct.Struct(">cQ")
SUPERVISOR = (Path(__file__).parent / "inside.py").read_text("utf-8")
"""What the target's interpreter is given to run."""


class Wire(Protocol):
    """Bytes to and from a supervisor. ``read`` gives nothing at the end."""

    def write(self, data: bytes) -> None:
        """Send all of it. Raises OSError where nobody listens."""

    def read(self) -> bytes:
        """What came, at least one byte; nothing when the other side is gone."""

    def close(self) -> None:
        """End the sandbox, with everything in it, however it is."""

    def release(self) -> None:
        """Let go of what ``read`` and ``failure_reason`` needed; nobody calls them any more."""

    def failure_reason(self) -> tuple[str, str]:
        """What is wrong with a sandbox that ended without an answer, and what to do about it."""


def supervisor_command(python: str, user: int | None, limits: Limits, *, count: bool) -> list[str]:
    """The supervisor's command line. ``count``: it bounds processes and memory, which nobody else does there."""
    wanted = {
        resource.RLIMIT_AS: limits.address_space,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NPROC: limits.processes if count else 0,
    }
    rows = [[kind, value] for kind, value in wanted.items() if value]
    memory = limits.memory if count else 0
    settings = json.dumps({"user": user, "limits": [*rows, [resource.RLIMIT_CORE, 0]], "memory": memory})
    return [python, "-I", "-S", "-B", "-c", SUPERVISOR, settings]


class Supervised:
    """A job under a supervisor. A thread takes what comes until the wire is closed."""

    def __init__(self, name: str, wire: Wire, job: SandboxJob) -> None:
        self._name = name
        self._wire = wire
        self._job = job
        self._code: int | None = None
        self._failure: SandboxFailed | None = None
        self._over = Event()
        self._ended = False
        self._ending = Lock()
        self._sending = Lock()
        self._thread = Thread(target=self._receive, name=f"{name} sandbox", daemon=True)

    def begin(self) -> "Supervised":
        """Send the folders and the command."""
        description = {
            "command": self._job.command,
            "cwd": str(self._job.cwd),
            "environment": dict(self._job.environment),
            "log": str(self._job.log),
            "channel": str(self._job.channel) if self._job.channel else None,
        }
        self._thread.start()
        hosts = {self._job.log, self._job.channel}
        try:
            self._send(b"A", pack_folders((self._job.cwd, self._job.run, *self._job.given), lambda path: path in hosts))
            self._send(b"J", json.dumps(description).encode())
        except OSError:
            self._over.wait(10)  # the receiving thread knows more
        except BaseException:
            self.end()
            raise
        return self

    def wait(self, seconds: float) -> int | None:
        """The exit code (negative: signal; SIGKILL's where it was ended), or None where it still runs.

        Raises SandboxFailed.
        """
        self._over.wait(seconds)
        if self._failure is not None:
            raise self._failure
        return self._code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command's process."""
        if not self._over.is_set():
            try:
                self._send(b"S", b"%d" % number)
            except OSError:
                return

    def end(self) -> None:
        """End the sandbox, with everything in it."""
        with self._ending:  # not the lock for sending: who sends may wait until the sandbox ends
            ended, self._ended = self._ended, True
        if not ended:
            self._wire.close()
        if self._thread.is_alive():
            self._thread.join(30)
        if not ended:
            self._wire.release()

    def _send(self, kind: bytes, payload: bytes) -> None:
        with self._sending:
            self._wire.write(HEAD.pack(kind, len(payload)) + payload)

    def _receive(self) -> None:
        files: dict[bytes, Any] = {}
        try:
            files[b"L"] = self._job.log.open("wb", buffering=0)
            if self._job.channel is not None:
                files[b"C"] = self._job.channel.open("ab", buffering=0)
            for kind, payload in frames(self._wire.read):
                if kind == b"X":
                    self._code = int(payload)
                    break
                files[kind].write(payload)
        except (OSError, ValueError, KeyError) as error:
            problem = f"what came from the sandbox could not be kept ({error})"
            self._failure = SandboxFailed(self._name, problem, "check the free space of the scratch folder's disk")
        finally:
            for file in files.values():
                file.close()
            try:
                if self._code is None and self._failure is None:
                    if self._ended:
                        self._code = -signal.SIGKILL
                    else:
                        self._failure = SandboxFailed(self._name, *self._wire.failure_reason())
            finally:
                self._over.set()


def frames(read: Callable[[], bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Whole frames, until nothing more comes."""
    data = bytearray()
    while more := read():
        data += more
        while len(data) >= HEAD.size:
            kind, length = HEAD.unpack_from(data)
            end = HEAD.size + length
            if len(data) < end:
                break
            yield kind, bytes(data[HEAD.size : end])
            del data[:end]


def pack_folders(folders: tuple[Path, ...], left_out: Callable[[Path], bool]) -> bytes:
    """An archive of folders, at their absolute paths; ``inside.unpack`` reads it."""
    rows: list[tuple[str, int, int, int]] = []
    contents: list[bytes] = []

    def add(path: str, status: os.stat_result, content: bytes) -> None:
        rows.append((path, status.st_mode, len(content), status.st_mtime_ns))
        contents.append(content)

    def walk(folder: str) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    add(entry.path, status, b"")
                    walk(entry.path)
                elif stat.S_ISLNK(status.st_mode):
                    add(entry.path, status, os.fsencode(os.readlink(entry.path)))
                elif stat.S_ISREG(status.st_mode) and not left_out(Path(entry.path)):
                    add(entry.path, status, Path(entry.path).read_bytes())

    for folder in folders:
        add(str(folder), folder.stat(), b"")
        walk(str(folder))
    head = json.dumps(rows).encode("ascii")
    return b"".join((struct.pack(">Q", len(head)), head, *contents))
