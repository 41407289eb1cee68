"""Processes: start one in a session of its own, and leave nothing of it behind."""

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

TOKEN = "SWEFLOW_RUN"


class Running:
    """A started process; ``end`` kills whatever is left of it and its descendants."""

    def __init__(self, process: "subprocess.Popen[bytes]", token: str) -> None:
        self._process = process
        self._token = token

    def wait(self, seconds: float) -> int | None:
        """The exit code (negative: signal), or None where the process still runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def end(self) -> None:
        """Kill the process group and every process that carries its token, and reap."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for _ in range(10):
            if not kill_marked(f"{TOKEN}={self._token}"):
                break


class Launcher:
    """Starts processes and can end all of them, for instance when the user gives up."""

    def __init__(self) -> None:
        self._running: set[Running] = set()
        self._lock = Lock()
        self._stopped = False

    @contextlib.contextmanager
    def start(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path) -> Iterator[Running]:
        """A running process; on leaving the block nothing of it runs any more."""
        token = uuid.uuid4().hex
        with self._lock, log.open("wb") as output:
            if self._stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**environment, TOKEN: token},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            running = Running(process, token)
            self._running.add(running)
        try:
            yield running
        finally:
            running.end()
            with self._lock:
                self._running.discard(running)

    def stop(self) -> None:
        """End everything that runs and start nothing more."""
        with self._lock:
            self._stopped = True
            for running in self._running:
                running.end()


def kill_marked(entry: str) -> bool:
    """Kill processes with a variable in their environment that starts so; whether there were any. Linux only."""
    mark = entry.encode()
    found = False
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if any(variable.startswith(mark) for variable in environ.read_bytes().split(b"\0")):
                os.kill(int(environ.parent.name), signal.SIGKILL)
                found = True
        except OSError:
            continue
    return found
