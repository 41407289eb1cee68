"""The store: builds and reports in a place that all nodes reach, by fsspec: a shared folder, or an object store.

What a stage made is one tar archive, and its record, put there last, says that the archive is whole. Both lie under the
stage's key, so two that put the same there put the same.
"""

import contextlib
import json
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweflow_tracer.format import dumps, write_text

from sweflow_datasets.corpus.format import read_record, record_object
from sweflow_datasets.corpus.values import Stage, StageRecord
from sweflow_datasets.remote import reached

STORED = frozenset({Stage.BUILD, Stage.REPORT})
"""Sources are fetched and environments made again where they are not at hand: each is larger than its recipe."""
ARCHIVE = "made.tar.gz"


@dataclass(frozen=True, slots=True)
class Store:
    """Results of stages below ``url``."""

    url: str

    def check(self) -> None:
        """See that the place takes files. Raises PlaceNotUsable, ExtraMissing."""
        with self._system() as (system, root), tempfile.TemporaryDirectory() as scratch:
            system.makedirs(root, exist_ok=True)
            mark = Path(scratch) / "sweflow-store"
            mark.write_text("results of sweflow build-all\n", "ascii")
            system.put_file(str(mark), f"{root}/{mark.name}")

    def has(self, record: StageRecord) -> bool:
        """Whether what a stage came to is here, or need not be. Raises PlaceNotUsable."""
        with self._system() as (system, root):
            return record.stage not in STORED or bool(
                system.exists(f"{_place(root, record.repository, record.stage, record.key)}.json")
            )

    def keep(self, record: StageRecord, folder: Path) -> None:
        """Keep what a stage of the repository in ``folder`` came to, and what it made. Raises PlaceNotUsable."""
        if record.stage not in STORED:
            return
        made = made_of(folder, record)
        with self._system() as (system, root), tempfile.TemporaryDirectory() as scratch:
            place = _place(root, record.repository, record.stage, record.key)
            system.makedirs(place.rpartition("/")[0], exist_ok=True)
            if made.exists():
                archive = Path(scratch) / ARCHIVE
                with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
                    tar.add(made, made.name)
                system.put_file(str(archive), f"{place}.tar.gz")
            said = Path(scratch) / "record.json"
            said.write_text(dumps(record_object(record)) + "\n", "utf-8")
            system.put_file(str(said), f"{place}.json")

    def take(self, repository: str, stage: Stage, key: str, folder: Path) -> StageRecord | None:
        """What a stage came to, with what it made put into the repository's ``folder``; None where it is not here.

        Raises PlaceNotUsable.
        """
        if stage not in STORED:
            return None
        with self._system() as (system, root), tempfile.TemporaryDirectory() as scratch:
            place = _place(root, repository, stage, key)
            if not system.exists(f"{place}.json"):
                return None
            said = Path(scratch) / "record.json"
            system.get_file(f"{place}.json", str(said))
            record = read_record(json.loads(said.read_text("utf-8")))
            if system.exists(f"{place}.tar.gz"):
                archive = Path(scratch) / ARCHIVE
                system.get_file(f"{place}.tar.gz", str(archive))
                _unpack(archive, made_of(folder, record))
            file = folder / stage.value / f"{key}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            write_text(file, dumps(record_object(record)) + "\n")
            return record

    @contextlib.contextmanager
    def _system(self) -> Iterator[tuple[Any, str]]:
        with reached(self.url, "ray") as (system, path):
            yield system, path.rstrip("/")


def made_of(folder: Path, record: StageRecord) -> Path:
    """What a stage made for the repository in ``folder``: a folder, or the report's file."""
    if record.stage is Stage.REPORT:
        return folder / str(record.facts.get("path", "report.html"))
    return folder / record.stage.value / record.key


def _place(root: str, repository: str, stage: Stage, key: str) -> str:
    return f"{root}/{repository}/{stage.value}/{key}"


def _unpack(archive: Path, goal: Path) -> None:
    """Put what is in an archive where it belongs, at once: it is whole there, or not there."""
    goal.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".taken-", dir=goal.parent) as scratch, tarfile.open(archive) as tar:
        tar.extractall(scratch, filter="data")
        if not goal.exists():
            (Path(scratch) / goal.name).rename(goal)
