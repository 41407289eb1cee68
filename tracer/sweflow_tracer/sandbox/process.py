"""A plain process: limits, a session of its own, and nothing left of it; neither files nor network are isolated."""

import contextlib
import os
import resource
import select
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import SandboxFailed
from sweflow_tracer.sandbox.ownership import TOKEN, end_marked, process_ids
from sweflow_tracer.sandbox.port import DEFAULT_LIMITS, Limits, SandboxJob


class RunningProcess:
    """A started process; ``end`` kills whatever is left of it and its descendants."""

    def __init__(self, process: "subprocess.Popen[bytes]", token: str) -> None:
        self._process = process
        self._token = token
        self._descriptor = _descriptor_of(process.pid)

    def wait(self, seconds: float) -> int | None:
        """The exit code (negative: signal), or None where the process still runs."""
        if self._process.returncode is None and self._descriptor is not None:
            watch = select.poll()  # Popen would look some seven times in 50 ms
            watch.register(self._descriptor, select.POLLIN)
            if not watch.poll(1000 * seconds):
                return None
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
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        end_marked(self._token)


@dataclass(frozen=True, slots=True)
class Process:
    """Runs a job in place, on its own folders."""

    limits: Limits = DEFAULT_LIMITS
    name: str = "process"
    isolated: bool = False

    def start(self, job: SandboxJob) -> RunningProcess:
        """Start the command in a session of its own. Raises SandboxFailed where it cannot be started."""
        with job.log.open("wb") as output:
            try:
                process = subprocess.Popen(
                    job.command,
                    cwd=job.cwd,
                    env={**dict(job.environment), TOKEN: job.token},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                problem = f"{job.command[0]} does not start ({error.strerror})"
                raise SandboxFailed(self.name, problem, "check the interpreter and free memory") from error
        _limit(process.pid, self.limits)
        return RunningProcess(process, job.token)


def _descriptor_of(pid: int) -> int | None:
    """A descriptor that can be read once a process has ended; None where the system has none (Linux 5.3 and later)."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _limit(pid: int, limits: Limits) -> None:
    """Set the limits of a process that has just started, which is before it reached any code of the target.

    From outside and not before its exec: code between fork and exec is unsafe where threads run.
    """
    if not hasattr(resource, "prlimit"):
        return
    wanted = {
        resource.RLIMIT_AS: limits.address_space,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NPROC: limits.processes and limits.processes + _threads_of_user(),
        resource.RLIMIT_CORE: 1,
    }
    with contextlib.suppress(ProcessLookupError):
        for kind, value in wanted.items():
            _, hard = resource.prlimit(pid, kind)
            if value and (hard == resource.RLIM_INFINITY or value < hard):
                resource.prlimit(pid, kind, (value, value))


def _threads_of_user() -> int:
    """How many threads this user has already: the limit counts them all. It does not hold for root."""
    me, count = os.getuid(), 0
    if me == 0:
        return 0
    for folder in (Path(f"/proc/{pid}") for pid in process_ids()):
        with contextlib.suppress(OSError, IndexError, ValueError):
            if folder.stat().st_uid == me:
                count += int((folder / "stat").read_bytes().rpartition(b")")[2].split()[17])
    return count
