"""Bundles: the skeletons of a repository's exported tasks as one git bundle, so that tables have code to start from.

    git init task && cd task
    git fetch ../dataset/repositories/NAME.bundle refs/skeletons/0002 && git checkout FETCH_HEAD

A later skeleton holds what earlier patches brought, and no task's own solution.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sweflow_tasks.history.git import run_git, step_ref

from sweflow_datasets.export.builds import BuildFacts
from sweflow_datasets.export.files import Writer
from sweflow_datasets.export.values import ExportTask


def write_bundles(tasks: Sequence[ExportTask], builds: Mapping[Path, BuildFacts], into: Writer) -> None:
    """Write ``repositories/NAME.bundle`` for each build, with a ref ``refs/skeletons/NNNN`` a task."""
    for root, facts in builds.items():
        steps = sorted(int(task.row["step"]) for task in tasks if task.build == root)
        into.bytes(f"repositories/{facts.short_name}.bundle", bundle_of(facts.folder.history, steps))


def bundle_of(history: Path, steps: Sequence[int]) -> bytes:
    """The skeletons of these steps as a git bundle; the same with the same version of git."""
    refs = "".join(f"{step_ref('skeletons', step)}\n" for step in steps).encode("ascii")
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch:
        made = Path(scratch) / "bundle"
        run_git(history, "-c", "pack.threads=1", "bundle", "create", "-q", str(made.resolve()), "--stdin", data=refs)
        return made.read_bytes()
