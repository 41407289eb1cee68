"""docker: a container a run, made of an image that holds the target's interpreter at its own place."""

import contextlib
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import SandboxFailed
from sweflow_tracer.sandbox.image import (
    BASE_MOVE,
    TEMPORARY,
    Environment,
    environment_of,
    find_base,
    mounts,
    owner_label,
)
from sweflow_tracer.sandbox.ownership import TOKEN
from sweflow_tracer.sandbox.port import DEFAULT_LIMITS, Limits, SandboxJob
from sweflow_tracer.sandbox.supervised import Supervised, supervisor_command
from sweflow_tracer.sandbox.surroundings import Surroundings

NOBODY = 65534
HOST = "sweflow"
MOVE = "see that the engine runs (docker info), or take --sandbox bubblewrap or process"
HEAD = struct.Struct(">BxxxL")


@dataclass(frozen=True, slots=True)
class Docker:
    """Runs a job in a fresh container on a copy of its folders, which stands in memory and ends with it."""

    surroundings: Surroundings
    environment: Environment
    limits: Limits = DEFAULT_LIMITS
    name: str = "docker"
    isolated: bool = True

    def start(self, job: SandboxJob) -> Supervised:
        """Start the command under a supervisor. Raises SandboxFailed where the engine does not do its part."""
        supervisor = supervisor_command(str(self.surroundings.python), None, self.limits, count=False)
        scratch = Path(os.path.commonpath((job.cwd, job.run)))
        with _engine_errors():
            client = open_client()
            made = client.create_container(
                self.environment.image,
                supervisor,
                user=f"{NOBODY}:{NOBODY}",
                stdin_open=True,
                hostname=HOST,
                working_dir="/",
                environment={TOKEN: job.token, "LC_ALL": "C.UTF-8"},
                labels=owner_label(),
                host_config=client.create_host_config(**self._host(scratch)),
            )
            try:
                wire = _Container(client, made["Id"])
                client.start(made["Id"])
            except BaseException:
                with contextlib.suppress(Exception):
                    client.remove_container(made["Id"], force=True)
                raise
        return Supervised(self.name, wire, job).begin()

    def _host(self, scratch: Path) -> dict[str, Any]:
        """What the container may use, and what it may not."""
        size = f",size={self.limits.scratch}" if self.limits.scratch else ""
        writable = {str(folder): f"rw,exec,nosuid,nodev,mode=1777{size}" for folder in (*TEMPORARY, scratch)}
        return {
            "network_mode": "none",
            "extra_hosts": {HOST: "127.0.0.1"},
            "read_only": True,
            "tmpfs": writable,
            "mounts": mounts(self.environment.volumes),
            "shm_size": self.limits.scratch or None,
            "mem_limit": self.limits.memory or None,
            "memswap_limit": self.limits.memory or None,
            "nano_cpus": int(min(self.limits.cpus, os.cpu_count() or 1) * 1e9) or None,
            "pids_limit": self.limits.processes or None,
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges"],
            "auto_remove": True,
            "log_config": {"type": "none", "config": {}},
        }


def open_docker(surroundings: Surroundings, limits: Limits) -> Docker:
    """A sandbox on the engine's best base. Raises SandboxFailed where the image cannot be made."""
    with _engine_errors():
        client = open_client()
        base = find_base(client)
        if base is None:
            raise SandboxFailed("docker", "the engine has no base image", BASE_MOVE)
        return Docker(surroundings, environment_of(client, base, surroundings), limits)


def open_client() -> Any:
    """A client of the engine that the environment names (DOCKER_HOST). Raises what docker-py raises."""
    import docker  # noqa: PLC0415  # optional

    return docker.APIClient(**docker.utils.kwargs_from_env(), version="auto", timeout=120)


def unavailable_reason() -> tuple[str, str]:
    """Why docker does not work here and what to do about it; empty where it does."""
    try:
        import docker  # noqa: PLC0415, F401
    except ImportError:
        return "the Python package docker is not installed", "install sweflow[docker]"
    try:
        base = find_base(open_client())
    except Exception as error:  # docker-py lets errors of requests and of sockets through
        return f"no engine answers ({_line(error)})", "install and start Docker, or set DOCKER_HOST"
    return ("", "") if base else ("the engine has no base image", BASE_MOVE)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


@contextlib.contextmanager
def _engine_errors() -> Any:
    """What the engine or the way to it does wrong, as SandboxFailed."""
    import docker  # noqa: PLC0415
    import requests  # noqa: PLC0415

    try:
        yield
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise SandboxFailed("docker", _line(error), MOVE) from error


class _Container:
    """A supervisor at the other end of an attached connection, in which output and complaints are told apart."""

    def __init__(self, client: Any, container: str) -> None:
        self._client = client
        self._id = container
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        self._stream = client.attach_socket(container, params=parameters)
        self._socket: socket.socket = getattr(self._stream, "_sock", self._stream)
        self._socket.settimeout(None)
        self._data = bytearray()
        self._complaints = bytearray()

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self) -> bytes:
        while True:
            head = self._exactly(HEAD.size)
            if head is None:
                return b""
            kind, length = HEAD.unpack(head)
            payload = self._exactly(length)
            if payload is None:
                return b""
            if kind == 1 and payload:
                return payload
            self._complaints += payload[: 4096 - len(self._complaints)]

    def _exactly(self, count: int) -> bytes | None:
        while len(self._data) < count:
            try:
                more = self._socket.recv(1 << 20)
            except OSError:
                return None
            if not more:
                return None
            self._data += more
        data = bytes(self._data[:count])
        del self._data[:count]
        return data

    def close(self) -> None:
        with contextlib.suppress(Exception):  # it is gone already, or the engine is
            self._client.remove_container(self._id, force=True)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        with contextlib.suppress(Exception):
            self._stream.close()
            self._client.close()

    def failure_reason(self) -> tuple[str, str]:
        said = bytes(self._complaints).decode("utf-8", "replace").strip()[-500:]
        return said or "the container ended without an answer: out of memory, or killed from outside", MOVE
