"""The image: a base, and over it the target's interpreter and its packages at the paths that they have here.

What stands below a folder that is empty and writable in a container goes into volumes, which are mounted over that.
"""

import hashlib
import io
import os
import socket
import stat
import subprocess
import tarfile
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sweflow_tracer.errors import SandboxFailed
from sweflow_tracer.sandbox.ownership import owner
from sweflow_tracer.sandbox.surroundings import Surroundings

BASE_VARIABLE = "SWEFLOW_DOCKER_BASE"
"""The environment variable that names the base image."""
BASE_LABEL = "sweflow.base"
OWNER_LABEL = "sweflow.owner"
"""The label of a container: which process it belongs to (``marks.owner``), on which host."""
ENVIRONMENT_LABEL = "sweflow.environment"
VOLUMES_LABEL = "sweflow.volumes"
"""The label of an image: what the names of its volumes begin with."""
UNLABELLED = dict.fromkeys((BASE_LABEL, OWNER_LABEL, ENVIRONMENT_LABEL, VOLUMES_LABEL), "")
"""Labels of an image that others may start containers of: an engine hands labels on, from base to image to container,
and what is ours to end or to remove is known by them. A label can be emptied, not removed."""
REPOSITORY = "sweflow-environment"
BASE_MOVE = f"pull one of this system's release (docker pull debian:bookworm-slim) and name it in {BASE_VARIABLE}"
LAYOUT = 7
"""Counted up where the images change."""
ETC = (Path("/etc/nsswitch.conf"), Path("/etc/protocols"), Path("/etc/services"))
"""What the standard library asks of a system, and small bases do not have."""
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))
"""Folders that are empty and writable in a container."""
SHARED = frozenset({"usr", "lib", "lib32", "lib64", "libx32", "bin", "sbin", "etc", "var", "run"})
"""Top folders that every base has: what they are there stays."""


def owner_label() -> dict[str, str]:
    """The label of a container of this process."""
    return {OWNER_LABEL: f"{owner()}@{socket.gethostname()}"}


def find_base(client: Any) -> str | None:
    """The base: the one that the environment names, else one with our label, else a Debian or Ubuntu as we run on."""
    named = os.environ.get(BASE_VARIABLE)
    if named:
        return named if _has(client, named) else None
    labelled = [row["Id"] for row in client.images(filters={"label": BASE_LABEL}) if _is_base(row["Labels"])]
    if labelled:
        return str(min(labelled))
    return next((name for name in _releases() if _has(client, name)), None)


def _is_base(labels: Mapping[str, str]) -> bool:
    """Whether an image was labelled as a base, and is not made from one that was."""
    return bool(labels[BASE_LABEL]) and not labels.get(ENVIRONMENT_LABEL) and OWNER_LABEL not in labels


def _has(client: Any, name: str) -> bool:
    return bool(client.images(name=name, quiet=True))


def _releases() -> Iterator[str]:
    """Names that registries have for the system that we run on."""
    try:
        rows = (line.partition("=") for line in Path("/etc/os-release").read_text("utf-8").splitlines())
    except OSError:
        return
    facts = {key: value.strip('"') for key, _, value in rows}
    name, release = facts.get("ID", ""), facts.get("VERSION_CODENAME", "")
    yield from (f"{name}:{release}-slim", f"{name}:{release}", f"{name}:{facts.get('VERSION_ID', '')}")


@dataclass(frozen=True, slots=True)
class Environment:
    """The tag of an image, and the volumes that belong to it: where each stands, by its name."""

    image: str
    volumes: Mapping[str, str]


def environment_of(client: Any, base: str, surroundings: Surroundings) -> Environment:
    """The image and its volumes; what the engine has not of it is made. Raises SandboxFailed.

    Two layers: the interpreter, which other environments share, and what is this one's own.
    """
    hidden = frozenset(map(str, surroundings.hidden))
    own = tuple(path for path in surroundings.shown if path not in surroundings.shared)
    volumes: dict[str, str] = {}
    for shown in (surroundings.shared, own):
        files = dict(_files(shown, hidden))
        tag = f"{REPOSITORY}:{_digest(str(client.inspect_image(base)['Id']), files)}"
        places = [_place(path) for path in shown if any(path.is_relative_to(folder) for folder in TEMPORARY)]
        mine = _named(_token(client, tag), places)
        if not (_has(client, tag) and volumes_of(client).issuperset(mine)):
            token = uuid.uuid4().hex  # new ones, so that nobody finds them half filled
            mine = _named(token, places)
            _make(client, base, tag, shown, files, token, mine)
        base = tag
        volumes |= mine
    return Environment(base, volumes)


def _place(path: Path) -> str:
    if path.is_symlink() or not path.is_dir():
        problem = f"{path} is needed, and what is no folder cannot be mounted below a temporary one"
        raise SandboxFailed(
            "docker", problem, "pass the real path as --python, or an interpreter that stands elsewhere"
        )
    return str(path)


def _named(token: str, places: Iterable[str]) -> dict[str, str]:
    return {f"{REPOSITORY}-{token}-{number}": place for number, place in enumerate(places)}


def _token(client: Any, tag: str) -> str:
    """What the names of an image's volumes begin with."""
    if not _has(client, tag):
        return ""
    labels = client.inspect_image(tag)["Config"]["Labels"] or {}
    return str(labels.get(VOLUMES_LABEL, ""))


def mounts(volumes: Mapping[str, str], *, filling: bool = False) -> list[Any]:
    """Volumes as the engine mounts them; those that are not being filled, read-only.

    The engine makes a volume that is not there. Only one that is being filled gets the label that it is known by.
    """
    from docker.types import Mount  # noqa: PLC0415  # optional

    labels = {ENVIRONMENT_LABEL: "1"} if filling else None
    return [
        Mount(place, name, "volume", read_only=not filling, no_copy=True, labels=labels)
        for name, place in volumes.items()
    ]


def volumes_of(client: Any) -> set[str]:
    """Names of the volumes of environments."""
    found = client.volumes(filters={"label": ENVIRONMENT_LABEL})["Volumes"] or ()
    return {volume["Name"] for volume in found}


def _files(shown: tuple[Path, ...], hidden: frozenset[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Everything that is shown and not hidden; folders before what is in them. Static libraries run nowhere."""

    def walk(path: str) -> Iterator[tuple[str, os.stat_result]]:
        if path in hidden or path.endswith(".a"):
            return
        try:
            status = os.lstat(path)
        except OSError:
            return
        if not os.access(path, os.R_OK) and not stat.S_ISLNK(status.st_mode):
            return  # what we cannot read the interpreter, which runs with our rights or fewer, does not need
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            for name in sorted(os.listdir(path)):
                yield from walk(os.path.join(path, name))

    for path in shown:
        yield from walk(str(path))


def _digest(base: str, files: dict[str, os.stat_result]) -> str:
    digest = hashlib.sha256(f"{LAYOUT} {base}\n".encode())
    for path, status in files.items():
        changed = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
        size = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
        digest.update(f"{path}\0{status.st_mode} {size} {changed}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:20]


def _make(
    client: Any,
    base: str,
    tag: str,
    shown: tuple[Path, ...],
    files: dict[str, os.stat_result],
    token: str,
    volumes: Mapping[str, str],
) -> None:
    missing = _missing(client, base, (*_libraries(files), *(path for path in ETC if path.is_file())))
    host = client.create_host_config(mounts=mounts(volumes, filling=True))
    container = client.create_container(base, ["true"], labels=owner_label(), host_config=host)["Id"]
    try:
        with tempfile.TemporaryFile() as archive:
            _write(archive, shown, files, missing)
            archive.seek(0)
            if not client.put_archive(container, "/", archive):
                raise SandboxFailed("docker", f"the engine refused the archive for {tag}", "look at the engine's log")
        labels = {**UNLABELLED, ENVIRONMENT_LABEL: "1", VOLUMES_LABEL: token}
        changes = [*(f'LABEL {label}="{value}"' for label, value in labels.items()), "ENTRYPOINT []", "CMD []"]
        repository, _, name = tag.partition(":")
        client.commit(container, repository, name, changes=changes)
    finally:
        client.remove_container(container, force=True)


def _write(
    archive: IO[bytes], shown: Iterable[Path], files: dict[str, os.stat_result], libraries: Iterable[Path]
) -> None:
    """Write the archive: everything belongs to root and can be read by everybody."""
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for parent in sorted({parent for path in shown for parent in path.parents}):
            if parent not in (Path("/"), *TEMPORARY) and parent.parts[1] not in SHARED:
                entry = tarfile.TarInfo(str(parent)[1:])
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
        for path, status in files.items():
            _add(tar, path, path, status)
        for library in libraries:
            goal = library.parent.resolve() / library.name
            _add(tar, str(library.resolve()), str(goal), library.stat())


def _add(tar: tarfile.TarFile, path: str, goal: str, status: os.stat_result) -> None:
    entry = tarfile.TarInfo(goal[1:])
    entry.mtime = status.st_mtime
    if stat.S_ISLNK(status.st_mode):
        entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
        tar.addfile(entry)
    elif stat.S_ISDIR(status.st_mode):
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(entry)
    elif stat.S_ISREG(status.st_mode):
        entry.size = status.st_size
        entry.mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
        with open(path, "rb") as file:
            tar.addfile(entry, file)


def _libraries(files: dict[str, os.stat_result]) -> tuple[Path, ...]:
    """The system's libraries that interpreter and compiled modules load, and that are not among the files."""
    binaries = [path for path, status in files.items() if stat.S_ISREG(status.st_mode) and _is_elf(path)]
    found: set[Path] = set()
    for start in range(0, len(binaries), 500):
        done = subprocess.run(["ldd", *binaries[start : start + 500]], capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            goal = line.partition("=>")[2].strip().partition(" ")[0]
            if goal.startswith("/") and goal not in files:
                found.add(Path(goal))
    return tuple(sorted(found))


def _is_elf(path: str) -> bool:
    name = os.path.basename(path)
    if ".so" not in name and "bin" not in Path(path).parent.name:
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def _missing(client: Any, base: str, libraries: tuple[Path, ...]) -> list[Path]:
    """Those of the files that the base has not."""
    if not libraries:
        return []
    script = 'for path; do test -e "$path" || echo "$path"; done'
    command = ["/bin/sh", "-c", script, "sh", *map(str, libraries)]
    made = client.create_container(base, command, labels=owner_label(), network_disabled=True)
    try:
        client.start(made["Id"])
        client.wait(made["Id"])
        said = client.logs(made["Id"], stdout=True, stderr=False)
    finally:
        client.remove_container(made["Id"], force=True)
    return [Path(line) for line in io.TextIOWrapper(io.BytesIO(said), "utf-8").read().splitlines()]
