"""``sweflow images build``: the images of builds, and ``images.json``, which says what they are."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import read_document, read_project_file, reading, write_document
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, Progress, silent

from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.folder import Folder
from sweflow_datasets.images.context import (
    PREFIX,
    Names,
    environment_context,
    minor,
    names_of,
    requirements_text,
    task_context,
)
from sweflow_datasets.images.engine import Engine, open_engine
from sweflow_datasets.images.lock import locked, locked_to

IMAGES_VERSION = 1
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How images are built.

    ``base`` has Python (with venv and pip) and git; None is ``python:`` with the target's version. ``index`` is the URL
    of a package index, ``certificates`` a file that pip is to trust, ``wheels`` a folder of wheels: with it nothing is
    asked of the network. Without ``hashes`` the pins go in as they are. ``network`` is that of
    the engine in which the environment is built, where build scripts of strangers run.
    """

    prefix: str = PREFIX
    base: str | None = None
    index: str | None = None
    certificates: Path | None = None
    wheels: Path | None = None
    hashes: bool = True
    network: str = "default"


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image of a build. ``bytes`` are those over the image below it, ``seconds`` what it took to build."""

    instance_id: str
    image: str
    id: str
    bytes: int
    seconds: float


def build_images(
    out: StrPath, options: ImageOptions = ImageOptions(), *, progress: OnProgress = silent
) -> tuple[BuiltImage, ...]:
    """Build the images of a build's tasks: the environment's first, then a thin layer a task.

    Writes ``images.json`` and ``requirements.txt`` into the build's folder. Raises EngineNotUsable, ImageNotBuilt,
    RequirementsNotLocked, FileNotUsable.
    """
    folder = Folder(out)
    tasks = load_tasks(out)
    project, _ = read_project_file(folder.project)
    folder.check_history()
    names = names_of(project, options.prefix)
    pins = list(tasks[0].row["environment"]["requirements"]) if tasks else []
    with folder.locked(), open_engine() as engine:
        requirements = _requirements(pins, project.python, options)
        started = time.monotonic()
        progress(Progress("images", 0, len(tasks) + 1))
        context = environment_context(project, folder.history, requirements, names, _more(options))
        network = "none" if options.wheels else options.network
        base = options.base or f"python:{minor(project.python)}"
        environment = engine.build(names.environment, context, _arguments(options, base), network)
        seconds = time.monotonic() - started
        found = [BuiltImage("", environment.name, environment.id, environment.bytes, round(seconds, 3))]
        for number, task in enumerate(tasks, 1):
            progress(Progress("images", number, len(tasks) + 1))
            found.append(_task_image(engine, folder, task.row, names, environment.bytes))
        progress(Progress("images", len(tasks) + 1, len(tasks) + 1))
        folder.requirements.write_text(requirements, "utf-8")
        _write(folder.images, options.prefix, base, found)
    return tuple(found)


def _requirements(pins: Sequence[str], python: str, options: ImageOptions) -> str:
    if not options.hashes:
        return requirements_text(pins)
    if options.wheels is not None:
        return locked_to(options.wheels, pins)
    return locked(pins, python, options.index, options.certificates)


def _task_image(engine: Engine, folder: Folder, row: Mapping[str, Any], names: Names, below: int) -> BuiltImage:
    started = time.monotonic()
    name, context = names.task(int(row["step"])), task_context(row, folder.history, names)
    made = engine.build(name, context, {"ENVIRONMENT": names.environment}, "none")
    return BuiltImage(row["instance_id"], name, made.id, made.bytes - below, round(time.monotonic() - started, 3))


def read_images(path: Path) -> dict[str, Any]:
    """``images.json``: ``prefix``, ``base``, ``environment``, and ``tasks`` by instance. Raises FileNotUsable."""
    document = read_document(path, "images", IMAGES_VERSION)
    with reading(path, "run `sweflow images build` again"):
        return {key: document[key] for key in ("prefix", "base", "environment", "tasks")}


def _write(path: Path, prefix: str, base: str, found: Iterable[BuiltImage]) -> None:
    environment, *tasks = found
    held = {task.instance_id: _facts(task) for task in tasks}
    members = {"prefix": prefix, "base": base, "environment": _facts(environment), "tasks": held}
    write_document(path, "images", IMAGES_VERSION, members)


def _facts(image: BuiltImage) -> dict[str, Any]:
    return {"image": image.image, "id": image.id, "bytes": image.bytes, "seconds": image.seconds}


def _more(options: ImageOptions) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    if options.certificates is not None:
        files["certificates.pem"] = _read(options.certificates)
    if options.wheels is not None:
        wheels = sorted(
            path for path in options.wheels.iterdir() if path.suffix == ".whl" or path.name.endswith(".tar.gz")
        )
        files |= {f"wheels/{path.name}": path.read_bytes() for path in wheels}
    return files


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileNotUsable(path, error.strerror or str(error), "name another file as --cert") from error


def _arguments(options: ImageOptions, base: str) -> dict[str, str]:
    found = {"BASE": base}
    if options.index:
        found["PIP_INDEX_URL"] = options.index
    if options.wheels:
        found["PIP_NO_INDEX"] = "1"
    if options.certificates:
        found["PIP_CERT"] = "/context/certificates.pem"
    return found | {name: os.environ[name] for name in PROXIES if name in os.environ}
