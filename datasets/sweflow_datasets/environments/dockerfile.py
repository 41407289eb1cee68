"""The Dockerfile: the same environment as an image, built from the folder that holds it."""

from pathlib import Path

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import Project

from sweflow_datasets.environments.values import Environment
from sweflow_datasets.images.context import dockerfile, installs, names_of, tree_archive


def write_context(made: Environment, folder: Path, tree: Blobs, project: Project) -> None:
    """Write ``Dockerfile``, ``project.tar.gz`` and ``.dockerignore``; the rest of the context is there already."""
    text = dockerfile(
        project, names_of(project), installed=made.plan.installed and installs(tree), system=made.plan.system
    )
    (folder / "Dockerfile").write_text(text, "utf-8")
    (folder / "project.tar.gz").write_bytes(tree_archive(tree))
    (folder / ".dockerignore").write_text("venv\n", "utf-8")
