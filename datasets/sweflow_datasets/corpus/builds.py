"""The builds of a run, for whoever takes builds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from sweflow_tracer.paths import StrPath

from sweflow_datasets.corpus.format import MANIFEST, read_manifest


@dataclass(frozen=True, slots=True)
class HeldBuild:
    """The folder of a build; ``licence`` is what a run knows of it, empty where it is no run's."""

    root: Path
    licence: str = ""


def builds_in(dirs: Iterable[StrPath]) -> tuple[HeldBuild, ...]:
    """The builds of these folders, each once; a run's folder stands for its builds that hold verified tasks.

    Raises FileNotUsable where a run's manifest cannot be read.
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


def licence_of(metadata: str, listed: str) -> str:
    """A repository's licence: what its metadata say, unless that is no SPDX expression and the list has one.

    >>> licence_of("BSD", "BSD-3-Clause"), licence_of("MIT", "BSD-3-Clause"), licence_of("BSD", "")
    ('BSD-3-Clause', 'MIT', 'BSD')
    """
    try:
        canonicalize_license_expression(metadata)
    except InvalidLicenseExpression:
        return listed or metadata
    return metadata
