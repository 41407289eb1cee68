"""Plain data of this folder's values, as the journal, the results of stages and ``manifest.json`` hold them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sweflow_tracer.format import read_document, write_document

from sweflow_datasets.corpus.values import CorpusRun, End, RepositoryResult, Stage, StageRecord
from sweflow_datasets.version import __version__

MANIFEST_VERSION = 1
MANIFEST = "manifest.json"


def record_object(record: StageRecord) -> dict[str, Any]:
    """A stage's record as plain data."""
    row = {field.name: getattr(record, field.name) for field in fields(record)}
    return {**row, "stage": record.stage.value, "end": record.end.value, "facts": dict(record.facts)}


def read_record(row: Mapping[str, Any]) -> StageRecord:
    """A record of plain data. Raises KeyError, TypeError, ValueError."""
    return StageRecord(**{**row, "stage": Stage(row["stage"]), "end": End(row["end"])})


def result_object(result: RepositoryResult) -> dict[str, Any]:
    """What became of a repository, as plain data."""
    return {**asdict(result), "end": result.end.value, "move": result.move, "reasons": dict(result.reasons)}


def run_object(run: CorpusRun) -> dict[str, Any]:
    """A run as plain data: repositories, ends and reasons counted."""
    ends: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for result in run.repositories:
        ends[result.end.value] = ends.get(result.end.value, 0) + 1
        for reason, count in result.reasons:
            reasons[reason] = reasons.get(reason, 0) + count
    return {
        "sweflow": __version__,
        "stopped": run.stopped,
        "dataset": run.dataset,
        "ends": ends,
        "rejected": reasons,
        "totals": {
            name: round(sum(getattr(result, name) for result in run.repositories), 1)
            for name in ("tests", "accepted", "steps", "verified", "seconds", "cpu_seconds", "bytes")
        },
        "repositories": [result_object(result) for result in run.repositories],
    }


def write_manifest(folder: Path, run: CorpusRun) -> None:
    """Write ``manifest.json``."""
    write_document(folder / MANIFEST, "manifest", MANIFEST_VERSION, run_object(run))


def read_manifest(folder: Path, name: str = MANIFEST) -> CorpusRun:
    """Read ``manifest.json``, or a manifest that was put there under another name. Raises FileNotUsable."""
    document = read_document(folder / name, "manifest", MANIFEST_VERSION)
    rows = []
    for row in document["repositories"]:
        values = {name: value for name, value in row.items() if name != "move"}
        values |= {"end": End(row["end"]), "reasons": tuple(sorted(row["reasons"].items()))}
        rows.append(RepositoryResult(**values))
    return CorpusRun(str(folder), tuple(rows), document["stopped"], document["dataset"])
