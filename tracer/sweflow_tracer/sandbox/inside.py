"""The supervisor: runs inside a sandbox, as the parent of the job. Standard library only, Python 3.9 and later.

Nobody imports it here: its text goes to the target's interpreter (``python -I -S -c TEXT SETTINGS``). It speaks with
the host over standard input and output, in frames: a letter, a length of eight bytes, and as many bytes.

    in:   A an archive to unpack (see ``unpack``), J the job (JSON), S a signal for it (a number)
    out:  C more of the channel, L more of the log, X the exit code

When standard input ends, the host is gone, and everything ends.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import stat
import struct
import sys
import time
from typing import Any

HEAD = struct.Struct(">cQ")
CHUNK = 1 << 20
LOG_BYTES = 1 << 23  # of the log; beyond it only its end goes out
LOG_END = 1 << 16
POLL_SECONDS = 0.05


def main() -> None:
    """Do what the host says until the job is over."""
    settings = json.loads(sys.argv[1])
    become(settings["user"])
    hide()
    wake, _ = wakeup()
    inbox = Inbox()
    job: Command | None = None
    memory = Memory(settings["memory"])
    while True:
        select.select([0, wake, *(job.streams if job is not None else ())], [], [], POLL_SECONDS)
        drain(wake)
        memory.keep()
        for kind, payload in inbox.read():
            if kind == b"A":
                unpack(payload)
            elif kind == b"J":
                job = Command(json.loads(payload), settings["limits"])
            elif kind == b"S" and job is not None:
                job.signal(int(payload))
        if job is not None and job.over():
            kill_all()
            job.forward(last=True)
            send(b"X", b"%d" % job.code())
            return
        if inbox.closed:
            kill_all()
            return


def become(user: int | None) -> None:
    """Give up root, where there is a user to become."""
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


def hide() -> None:
    """Let no other process look into this one, or write to its files: they run as the same user."""
    prctl(4, 0)  # PR_SET_DUMPABLE


def prctl(option: int, value: int) -> None:
    """The system call of this name, where there is one."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def wakeup() -> tuple[int, int]:
    """A pipe that has something to read when a child ended."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading, writing


def drain(fd: int) -> None:
    """Read and forget."""
    try:
        while os.read(fd, 4096):
            pass
    except BlockingIOError:
        pass


class Inbox:
    """Frames from standard input."""

    def __init__(self) -> None:
        self.closed = False
        self._data = bytearray()
        os.set_blocking(0, False)

    def read(self) -> list[tuple[bytes, bytes]]:
        """The frames that are whole by now."""
        while not self.closed:
            try:
                data = os.read(0, CHUNK)
            except BlockingIOError:
                break
            self._data += data
            self.closed = not data
        frames = []
        while len(self._data) >= HEAD.size:
            kind, length = HEAD.unpack_from(self._data)
            end = HEAD.size + length
            if len(self._data) < end:
                break
            frames.append((kind, bytes(self._data[HEAD.size : end])))
            del self._data[:end]
        return frames


def send(kind: bytes, payload: bytes) -> None:
    """Write one frame to standard output."""
    view = memoryview(HEAD.pack(kind, len(payload)) + payload)
    while view:
        view = view[os.write(1, view) :]


def unpack(data: bytes) -> None:
    """Write the files of an archive: a length, JSON rows of path, mode, size and time, and then all contents."""
    (length,) = struct.unpack_from(">Q", data)
    position = 8 + length
    folders = []
    for path, mode, size, changed in json.loads(data[8:position]):
        content = data[position : position + size]
        position += size
        if stat.S_ISDIR(mode):
            os.makedirs(path, exist_ok=True)
            folders.append((path, mode, changed))
        elif stat.S_ISLNK(mode):
            os.symlink(content, os.fsencode(path))
        else:
            with open(path, "xb") as file:
                file.write(content)
                file.flush()  # what is written later would be the time of its last change
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
                os.utime(file.fileno(), ns=(changed, changed))
    for path, mode, changed in reversed(folders):
        try:
            os.chmod(path, stat.S_IMODE(mode))
            os.utime(path, ns=(changed, changed))
        except PermissionError:
            pass  # the top of what can be written, which is the sandbox's own


class Command:
    """The command, running. What it writes comes through pipes, so that a full disk loses nothing."""

    def __init__(self, wanted: dict[str, Any], limits: list[list[int]]) -> None:
        self._status: int | None = None
        reading, log = os.pipe()
        self._forwards = [Forward(b"L", reading, LOG_BYTES)]
        if wanted["channel"]:
            os.mkfifo(wanted["channel"], 0o600)
            channel = os.open(wanted["channel"], os.O_RDWR | os.O_CLOEXEC)  # for writing too: it never ends by itself
            self._forwards.append(Forward(b"C", channel))
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                execute(wanted, limits, parent, log)
            except BaseException as error:
                os.write(2, ("%s: %s\n" % (wanted["command"][0], error)).encode())
            finally:
                os._exit(127)
        os.close(log)

    @property
    def streams(self) -> list[int]:
        """Descriptors that may have something to read."""
        return [forward.fd for forward in self._forwards if not forward.closed]

    def signal(self, number: int) -> None:
        """Send it a signal."""
        if self._status is None:
            os.kill(self._pid, number)

    def over(self) -> bool:
        """Whether it ended; sends on what it wrote."""
        self.forward()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == self._pid:
                self._status = status
        return self._status is not None

    def code(self) -> int:
        """The exit code; negative where a signal ended it."""
        status = self._status or 0
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def forward(self, last: bool = False) -> None:
        """Send what the job wrote since the last time."""
        for forward in self._forwards:
            forward.forward(last)


def execute(wanted: dict[str, Any], limits: list[list[int]], parent: int, log: int) -> None:
    """Become the command; called in the forked child."""
    os.setsid()
    prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        return
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores the latter two, and what is ignored is inherited
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, goal in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, goal)
    os.chdir(wanted["cwd"])
    for kind, value in limits:
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or value < hard:
            resource.setrlimit(kind, (value, value))
    command = wanted["command"]
    os.execve(command[0], command, wanted["environment"])


class Memory:
    """Keeps what all processes of the sandbox hold below a limit (bytes; 0: none), where no kernel group counts it.

    The largest one is killed, as the kernel would. It looks twenty times a second; in between the limit of each
    process's address space holds.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._next = 0.0
        self._page = resource.getpagesize()

    def keep(self) -> None:
        """Look, unless that was just now."""
        now = time.monotonic()
        if not self._limit or now < self._next:
            return
        self._next = now + POLL_SECONDS
        held = {pid: size for pid in processes() for size in [self._resident(pid)] if size}
        if sum(held.values()) <= self._limit:
            return
        held = {pid: proportional(pid) or size for pid, size in held.items()}  # what forks share counts once
        if sum(held.values()) > self._limit:
            try:
                os.kill(max(held, key=lambda pid: held[pid]), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def _resident(self, pid: int) -> int:
        try:
            with open("/proc/%d/statm" % pid, "rb") as file:
                return int(file.read().split()[1]) * self._page
        except (OSError, IndexError, ValueError):
            return 0


def processes() -> list[int]:
    """The other processes of the sandbox, but for the first, which is the sandbox itself."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]


def proportional(pid: int) -> int:
    """What a process holds, with shared memory divided among those that share it; 0 where that cannot be read."""
    try:
        with open("/proc/%d/smaps_rollup" % pid, "rb") as file:
            return next((int(line.split()[1]) << 10 for line in file if line.startswith(b"Pss:")), 0)
    except (OSError, IndexError, ValueError):
        return 0


class Forward:
    """What comes out of a pipe, sent on; beyond a limit only its end is."""

    def __init__(self, kind: bytes, fd: int, limit: int = 0) -> None:
        self.fd = fd
        self.closed = False
        self._kind = kind
        self._limit = limit
        self._sent = 0
        self._end = b""
        os.set_blocking(fd, False)

    def forward(self, last: bool) -> None:
        """Send what is there; not without end, so that the host is heard beside a flood."""
        for _ in range(256):
            if self.closed:
                break
            try:
                data = os.read(self.fd, 1 << 16)
            except BlockingIOError:
                break
            self.closed = not data
            if not self._limit or self._sent < self._limit:
                send(self._kind, data)
                self._sent += len(data)
            else:
                self._end = (self._end + data)[-LOG_END:]
        if last and self._end:
            send(self._kind, b"\n...\n" + self._end)


def kill_all() -> None:
    """Kill every other process of the sandbox, however fast they multiply."""
    until = time.monotonic() + 10.0
    while time.monotonic() < until:
        try:
            os.kill(-1, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        time.sleep(0.002)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        kill_all()
