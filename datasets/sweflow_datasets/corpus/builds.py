"""The builds of a run, for whoever takes builds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.paths import StrPath

from sweflow_datasets.corpus.format import MANIFEST, read_manifest


@dataclass(frozen=True, slots=True)
class HeldBuild:
    """The folder of a build; ``licence`` is what a run knows of it, empty where it is no run's."""

    root: Path
    licence: str = ""


def builds_in(dirs: Iterable[StrPath]) -> tuple[HeldBuild, ...]:
    """The builds of these folders, each once; a run's folder stands for its builds that hold verified tasks.

    One that is given both ways has the licence that its run knows. Raises FileNotUsable where a manifest cannot be
    read.
    """
    found: dict[Path, HeldBuild] = {}
    for folder in dict.fromkeys(Path(out).resolve() for out in dirs):
        for build in _of_run(folder) if (folder / MANIFEST).is_file() else (HeldBuild(folder),):
            if build.licence or build.root not in found:
                found[build.root] = build
    return tuple(found.values())


def _of_run(folder: Path) -> Iterator[HeldBuild]:
    for result in read_manifest(folder).repositories:
        if result.verified:
            yield HeldBuild((folder / result.build).resolve(), result.licence)
