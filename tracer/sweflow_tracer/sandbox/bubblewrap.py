"""bubblewrap: namespaces without a daemon. Nothing of the host is there but a read-only system and the interpreter."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sweflow_tracer.errors import SandboxFailed
from sweflow_tracer.sandbox import seccomp
from sweflow_tracer.sandbox.ownership import TOKEN, end_marked
from sweflow_tracer.sandbox.port import DEFAULT_LIMITS, Limits, SandboxJob
from sweflow_tracer.sandbox.supervised import Supervised, supervisor_command
from sweflow_tracer.sandbox.surroundings import Surroundings

NOBODY = 65534
USERS = (1_900_000_000, 200_000_000)
"""First and number of the user ids that runs get where root starts them; one each, so that limits count them alone."""
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "ssl", "ca-certificates", "pki", "localtime"),
    *("timezone", "nsswitch.conf", "mime.types", "magic", "protocols", "services", "os-release", "debian_version"),
    *("fonts", "terminfo", "gai.conf", "host.conf", "python3"),
)
"""What programs read of /etc; users and hosts are the sandbox's own."""
HOST = "sweflow"
MOVE = "allow unprivileged user namespaces, or take --sandbox docker or process"


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Runs a job on a copy of its folders, which stands in memory and ends with it."""

    surroundings: Surroundings
    limits: Limits = DEFAULT_LIMITS
    name: str = "bubblewrap"
    isolated: bool = True

    def start(self, job: SandboxJob) -> Supervised:
        """Start the command under a supervisor. Raises SandboxFailed where bubblewrap does not start."""
        user = USERS[0] + secrets.randbelow(USERS[1]) if os.getuid() == 0 else None
        python = str(self.surroundings.python)
        supervisor = supervisor_command(python, user, self.limits, count=True)
        scratch = Path(os.path.commonpath((job.cwd, job.run)))
        with contextlib.ExitStack() as stack:
            files = {
                "passwd": f"root:x:0:0::/:/bin/sh\nsweflow:x:{user or NOBODY}:{user or NOBODY}::/tmp:/bin/sh\n",
                "group": f"root:x:0:\nsweflow:x:{user or NOBODY}:\n",
                "hosts": f"127.0.0.1 localhost {HOST}\n::1 localhost\n",
            }
            given = {name: stack.enter_context(_readable(os.fsencode(text))) for name, text in files.items()}
            refusing = [stack.enter_context(_readable(code)) for code in (seccomp.program(),) if code is not None]
            options = [
                *(*namespaces(), *system(), *self._mounts(scratch)),
                *(("--ro-bind", str(job.door), str(job.door)) if job.door else ()),
                *(part for name, fd in given.items() for part in _shown(fd, f"/etc/{name}")),
                *(part for fd in refusing for part in ("--seccomp", str(fd))),
                *("--remount-ro", "/", "--chdir", "/", "--setenv", TOKEN, job.token),
                *("--setenv", "LC_ALL", "C.UTF-8"),
            ]
            told = stack.enter_context(_readable(os.fsencode("".join(f"{option}\0" for option in options))))
            command = ["bwrap", "--args", str(told), "--", *supervisor]  # what is mounted does not stand in /proc
            wire = _Pipes(command, (told, *given.values(), *refusing), job.token)
        return Supervised(self.name, wire, job).begin()

    def _mounts(self, scratch: Path) -> Iterator[str]:
        """What is there besides the system, outer paths first."""
        size = str(self.limits.scratch) if self.limits.scratch else ""
        mounts: dict[Path, list[str]] = {}
        for folder in (Path("/tmp"), Path("/var/tmp"), scratch):
            mounts[folder] = ["--perms", "1777", *(("--size", size) if size else ()), "--tmpfs", str(folder)]
        for path in self.surroundings.shown:
            if not path.is_relative_to("/usr"):
                mounts[path] = ["--ro-bind", str(path), str(path)]
        made = {parent for path in mounts for parent in path.parents} - mounts.keys()
        covered = (*self.surroundings.shown, Path("/usr"))
        for parent in made - {Path("/")}:
            if not any(parent.is_relative_to(path) for path in covered):
                mounts[parent] = ["--perms", "0755", "--dir", str(parent)]  # bwrap's own would be root's alone
        yield from (part for path in sorted(mounts) for part in mounts[path])
        yield from self._without_copies()

    def _without_copies(self) -> Iterator[str]:
        """Cover what is hidden; a folder from which modules come is put together anew from all the rest.

        An empty folder in the place of a package would be one, too: a namespace package.
        """
        hidden = set(self.surroundings.hidden)
        for folder in sorted({path.parent for path in hidden}):
            if not any(folder.is_relative_to(searched) for searched in self.surroundings.searched):
                continue
            yield from ("--tmpfs", str(folder))
            for path in sorted(folder.iterdir()):
                if path not in hidden:
                    yield from ("--ro-bind", str(path), str(path))
            yield from ("--remount-ro", str(folder))
            hidden -= {path for path in hidden if path.parent == folder}
        for path in sorted(hidden):
            if path.is_dir():
                yield from ("--tmpfs", str(path), "--remount-ro", str(path))
            else:
                yield from ("--ro-bind", "/dev/null", str(path))


def namespaces() -> list[str]:
    """Own namespaces of every kind.

    The supervisor is the first process, which takes no signal from inside: nothing that runs here can end the sandbox.
    Where root starts it there is no user namespace: root's limits hold nobody, so the supervisor becomes a user that
    nobody else is.
    """
    kinds = ["ipc", "pid", "net", "uts"]
    switches = [f"--unshare-{kind}" for kind in kinds] + ["--unshare-cgroup-try", "--hostname", HOST]
    if os.getuid() == 0:
        switches += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        switches += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    return [*switches, "--as-pid-1", "--die-with-parent", "--new-session", "--clearenv"]


def system() -> Iterator[str]:
    """The system's programs and libraries, read-only, and the devices that every program expects."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.exists():
            yield from ("--ro-bind", name, name)
    yield from ("--perms", "0755", "--dir", "/etc")  # bwrap's own would be root's alone
    for name in ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm")


def unavailable_reason() -> str:
    """Why bubblewrap does not work here; empty where it does."""
    if shutil.which("bwrap") is None:
        return "the program bwrap is not installed"
    command = ["bwrap", *namespaces(), *system(), "--", "/bin/sh", "-c", "exit 0"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"bwrap ends with exit code {done.returncode}"


@contextlib.contextmanager
def _readable(content: bytes) -> Iterator[int]:
    """A descriptor with something to read."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file.fileno()


def _shown(fd: int, path: str) -> tuple[str, ...]:
    """Options for a read-only file with what a descriptor holds, which everybody may read."""
    return ("--perms", "0444", "--ro-bind-data", str(fd), path)


class _Pipes:
    """A supervisor behind pipes. It lives no longer than the thread that started it."""

    def __init__(self, command: list[str], given: tuple[int, ...], token: str) -> None:
        self._token = token
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                pass_fds=given,
                env={"PATH": os.environ.get("PATH", os.defpath), TOKEN: token},
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            self._complaints.close()
            raise SandboxFailed("bubblewrap", f"bwrap does not start ({error.strerror})", MOVE) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._in.write(view) or 0 :]

    def read(self) -> bytes:
        return os.read(self._out.fileno(), 1 << 20)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        end_marked(self._token)

    def release(self) -> None:
        for pipe in (self._in, self._out, self._complaints):
            with contextlib.suppress(OSError):
                pipe.close()

    def failure_reason(self) -> tuple[str, str]:
        code = self._process.wait()
        said = ""
        with contextlib.suppress(ValueError):  # closed already, since somebody ended it meanwhile
            self._complaints.seek(0)
            said = self._complaints.read().decode("utf-8", "replace").strip()[-500:]
        return said or f"bwrap ended with exit code {code}", MOVE
