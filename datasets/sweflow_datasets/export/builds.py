"""What an export needs of a build, read once."""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sweflow_tasks.history.git import read_commit, run_git, step_ref
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import read_project_file
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import Project

from sweflow_datasets.corpus.builds import HeldBuild
from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.export.values import ExportTask
from sweflow_datasets.folder import Folder
from sweflow_datasets.images.build import read_images
from sweflow_datasets.images.context import Names, environment_context, installs, names_of, requirements_text


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """A build: its folder, project and source, the names of its images, and what is known of them.

    ``images`` is what ``images.json`` says, empty where no image was built; ``requirements`` are those of the image,
    with hashes where it has some.
    """

    folder: Folder
    project: Project
    original: Blobs = field(hash=False)
    names: Names
    images: Mapping[str, Any] = field(hash=False)
    requirements: str

    @property
    def short_name(self) -> str:
        """The last part of its images' names."""
        return self.names.repository.rpartition("/")[2]

    def tree(self, kind: str, step: int) -> Blobs:
        """A step's tree by the folder of its ref: skeletons, tests or references."""
        return read_commit(self.folder.history, step_ref(kind, step))

    def environment(self) -> dict[str, bytes]:
        """The files from which the environment's image is built."""
        return environment_context(self.project, self.folder.history, self.requirements, self.names, {})


def read_build(build: HeldBuild, prefix: str) -> tuple[BuildFacts, tuple[ExportTask, ...]]:
    """A build and its verified tasks. Raises FileNotUsable where it is not verified."""
    folder = Folder(build.root)
    tasks = load_tasks(folder.root, build.licence)
    folder.check_history()
    project, _ = read_project_file(folder.project)
    project = replace(project, license=build.licence or project.license)
    try:
        run_git(folder.history, "rev-parse", "--verify", "--quiet", "refs/heads/main^{tree}")
        original = folder.read_source(project)
    except subprocess.CalledProcessError as error:
        raise FileNotUsable(folder.history, "cannot be read by git", "put it back, or build again") from error
    except OSError as error:
        raise FileNotUsable(folder.source, error.strerror or str(error), "put it back, or build again") from error
    images = read_images(folder.images) if folder.images.exists() else {}
    pins = tasks[0].row["environment"]["requirements"] if tasks else ()
    requirements = requirements_text(pins)
    if folder.requirements.exists():
        requirements = folder.requirements.read_text("utf-8")
    facts = BuildFacts(folder, project, original, names_of(project, prefix), images, requirements)
    return facts, tuple(
        ExportTask(folder.root, _row(task.whole_row(), images, installs(original)), task.certificate) for task in tasks
    )


def _row(row: dict[str, Any], images: Mapping[str, Any], editable: bool) -> dict[str, Any]:
    """A row whose environment says how the checkout is installed, and names its image, where there is one.

    Tests call the project's own commands and read its metadata; a copy of its code would be a leak.
    """
    image = images["tasks"].get(row["instance_id"]) if images else None
    named = {
        "image": None if image is None else {"name": image["image"], "id": image["id"]},
        "install": "pip install --no-deps -e ." if editable else None,
    }
    return {**row, "environment": {**row["environment"], **named}}


def by_folder(builds: Iterable[BuildFacts]) -> dict[Path, BuildFacts]:
    """Builds by their folders, as tasks name them."""
    return {facts.folder.root: facts for facts in builds}
