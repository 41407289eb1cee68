"""The container engine, as images and their checks need it."""

import contextlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sweflow_tracer.sandbox.docker import open_client
from sweflow_tracer.sandbox.image import UNLABELLED, owner_label

from sweflow_datasets.errors import EngineNotUsable, ImageNotBuilt

TAIL = 12
"""Lines of a failed build's output that its error shows."""

PATIENCE = 3600
"""Seconds without a word from the engine: a step of a build may compile for long."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the engine: its name, its id (the digest of its configuration), and the bytes of its own layers."""

    name: str
    id: str
    bytes: int


class Engine:
    """Builds images and runs containers; what it starts it removes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def find(self, name: str) -> Image | None:
        """An image by its name, None where the engine has it not."""
        from docker.errors import ImageNotFound  # noqa: PLC0415  # optional

        try:
            found = self._client.inspect_image(name)
        except ImageNotFound:
            return None
        return Image(name, str(found["Id"]), int(found["Size"]))

    def build(self, name: str, files: Mapping[str, bytes], arguments: Mapping[str, str], network: str) -> Image:
        """Build an image from a context's files. Raises ImageNotBuilt with the end of what the build printed."""
        said: list[str] = []
        stream = self._client.build(
            fileobj=_packed(files),
            custom_context=True,
            encoding=None,
            tag=name,
            rm=True,
            forcerm=True,
            decode=True,
            buildargs=dict(arguments),
            labels=UNLABELLED,
            network_mode=network,
        )
        for line in stream:
            said += str(line.get("stream", "")).splitlines()
            if "error" in line:
                raise ImageNotBuilt(name, str(line["error"]), tuple(part for part in said if part.strip())[-TAIL:])
        found = self.find(name)
        if found is None:
            raise ImageNotBuilt(name, "the engine has no image of that name", tuple(said[-TAIL:]))
        return found

    def run(self, image: str, files: Mapping[str, bytes], command: list[str], timeout: float) -> tuple[int, str, str]:
        """Run a command as root in a fresh container without network, over which ``files`` are laid.

        Its exit code, standard output and standard error.
        """
        made = self._client.create_container(
            image,
            command,
            user="root",
            network_disabled=True,
            labels=owner_label(),
            working_dir="/",
            entrypoint=[],
            host_config=self._client.create_host_config(network_mode="none"),
        )["Id"]
        try:
            self._client.put_archive(made, "/", _packed(files))
            self._client.start(made)
            code = int(self._client.wait(made, timeout=timeout)["StatusCode"])
            out = self._client.logs(made, stdout=True, stderr=False).decode("utf-8", "replace")
            err = self._client.logs(made, stdout=False, stderr=True).decode("utf-8", "replace")
        finally:
            self._client.remove_container(made, force=True, v=True)
        return code, out, err


@contextlib.contextmanager
def open_engine() -> Iterator[Engine]:
    """The engine that ``DOCKER_HOST`` or the default socket names. Raises EngineNotUsable."""
    try:
        from docker.errors import DockerException  # noqa: PLC0415  # optional
        from requests.exceptions import RequestException  # noqa: PLC0415
    except ImportError as error:
        raise EngineNotUsable("the library for it is not installed", "pip install 'sweflow[images]'") from error
    try:
        client = open_client()
        client.timeout = PATIENCE
        yield Engine(client)
    except (DockerException, RequestException) as error:
        problem = " ".join(str(error).split())[:300]
        raise EngineNotUsable(problem, "see that it runs (docker info) and has room (docker system df)") from error


def _packed(files: Mapping[str, bytes]) -> io.BytesIO:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    raw.seek(0)
    return raw
