"""Cleaning: what a run left behind whose process crashed. Nothing that a living process owns is touched."""

import os
import re
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_tracer.runner.workspace import OWNER, PREFIX
from sweflow_tracer.sandbox import docker, image
from sweflow_tracer.sandbox.image import ENVIRONMENT_LABEL, OWNER_LABEL
from sweflow_tracer.sandbox.ownership import TOKEN, kill_marked, lives, marked, owner, owner_of

_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{8}}")


@dataclass(frozen=True, slots=True, order=True)
class Leftover:
    """``kind`` is process, container, image, volume or folder; ``name`` its number, id or path."""

    kind: str
    name: str


def find_leftovers(*, images: bool = False) -> tuple[Leftover, ...]:
    """What crashed runs left on this machine; with ``images`` also what was made for environments."""
    return (*sorted(dead_processes()), *dead_containers(), *(made_images() if images else ()), *sorted(dead_folders()))


def abandon(who: str = "") -> None:
    """End every process that ``who`` (this one) is answerable for, and remove its scratch folders, whatever it does.

    A container ends when the connection to it does, which is when that process ends.
    """
    me = who or owner()
    kill_marked(TOKEN, f"{me}.")
    for folder in _scratch_folders():
        with suppress(OSError):
            if (folder / OWNER).read_text("ascii").strip() == me:
                shutil.rmtree(folder, ignore_errors=True)


def remove(leftover: Leftover) -> bool:
    """Remove one; whether it is gone now."""
    match leftover.kind:
        case "process":
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(leftover.name), signal.SIGKILL)
                return True
            return not Path(f"/proc/{leftover.name}").exists()
        case "folder":
            shutil.rmtree(leftover.name, ignore_errors=True)
            return not Path(leftover.name).exists()
    with suppress(Exception):  # the engine is gone, or uses it
        client = docker.open_client()
        if leftover.kind == "container":
            client.remove_container(leftover.name, force=True)
        elif leftover.kind == "volume":
            client.remove_volume(leftover.name)
        else:
            client.remove_image(leftover.name, force=True)
        return True
    return False


def dead_processes() -> Iterator[Leftover]:
    """Processes whose owner is gone."""
    for pid, token in marked(TOKEN):
        if "." in token and not lives(owner_of(token)) and pid != os.getpid():
            yield Leftover("process", str(pid))


def dead_folders() -> Iterator[Leftover]:
    """Scratch folders whose owner is gone; one without an owner was just being made, or is none of ours."""
    for folder in _scratch_folders():
        with suppress(OSError):
            if not lives((folder / OWNER).read_text("ascii").strip()):
                yield Leftover("folder", str(folder))


def _scratch_folders() -> Iterator[Path]:
    folders = Path(tempfile.gettempdir()).glob(f"{PREFIX}*")
    return (folder for folder in folders if _NAME.fullmatch(folder.name))


def dead_containers() -> list[Leftover]:
    """Containers of this host whose owner is gone."""
    found = []
    with suppress(Exception):  # no engine, no containers
        here = socket.gethostname()
        client = docker.open_client()
        for row in client.containers(all=True, filters={"label": OWNER_LABEL}):
            who, _, host = row["Labels"][OWNER_LABEL].partition("@")
            if host == here and not lives(who) and not _inherited(client, row):
                found.append(Leftover("container", row["Id"]))
    return sorted(found)


def _inherited(client: Any, container: Mapping[str, Any]) -> bool:
    """Whether a container has the label of its owner from its image only, and so is somebody else's."""
    labels = client.inspect_image(container["ImageID"])["Config"]["Labels"] or {}
    return bool(labels.get(OWNER_LABEL) == container["Labels"][OWNER_LABEL])


def made_images() -> list[Leftover]:
    """Images and volumes that were made for environments."""
    found = []
    with suppress(Exception):
        client = docker.open_client()
        for row in client.images(filters={"label": f"{ENVIRONMENT_LABEL}=1"}):
            found += [Leftover("image", tag) for tag in row["RepoTags"] or [row["Id"]]]
        found += [Leftover("volume", name) for name in image.volumes_of(client)]
    return sorted(found)
