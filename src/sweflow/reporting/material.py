"""Material of a report: what an output folder holds, at whatever stage its build is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sweflow_datasets.folder import Folder
from sweflow_rdg import RuntimeDependencyGraph
from sweflow_scheduler import Schedule
from sweflow_tasks.format import SUMMARY_VERSION
from sweflow_tasks.json_lines import read_lines
from sweflow_tracer import Trace
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import read_document, read_project_file, read_trace
from sweflow_tracer.project.project import Project

T = TypeVar("T")
JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of. What the folder does not hold, or holds in another version, is None or empty.

    ``rows`` are lines of ``tasks.jsonl``, each with its certificate, where ``verified``, else of ``candidates.jsonl``;
    ``sources`` the text of files by path.
    """

    name: str
    project: Project | None
    options: JsonObject
    trace: Trace | None
    graph: RuntimeDependencyGraph
    schedule: Schedule
    rows: tuple[JsonObject, ...]
    verified: bool
    rejected: tuple[JsonObject, ...]
    summary: JsonObject
    sources: dict[str, str]


def read_material(folder: Folder, graph: RuntimeDependencyGraph, schedule: Schedule) -> Material:
    """All that a report can show of a folder, beside its graph and its schedule."""
    project = _read(lambda path: read_project_file(path)[0], folder.project)
    verified = folder.tasks.exists()
    return Material(
        name=project.repo if project is not None else folder.root.resolve().name,
        project=project,
        options=_read(lambda path: dict(folder.stored_options()), folder.options) or {},
        trace=_read(read_trace, folder.trace),
        graph=graph,
        schedule=schedule,
        rows=tuple(_tasks(folder) if verified else _rows(folder.candidates)),
        verified=verified,
        rejected=tuple(_rows(folder.rejected)),
        summary=_read(lambda path: read_document(path, "summary", SUMMARY_VERSION), folder.summary) or {},
        sources=_sources(folder, sorted({node.path for node in graph.nodes})),
    )


def _read(read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except FileNotUsable:
        return None


def _tasks(folder: Folder) -> Iterator[JsonObject]:
    certificates = {row.get("instance_id"): row for row in _rows(folder.certificates)}
    return ({"certificate": certificates.get(row.get("instance_id")), **row} for row in _rows(folder.tasks))


def _rows(path: Path) -> list[JsonObject]:
    return read_lines(path) if path.exists() else []


def _sources(folder: Folder, paths: list[str]) -> dict[str, str]:
    """Text of the snapshot's files. A path of a crafted graph does not lead out of the snapshot."""
    root = folder.source.resolve()
    found = {}
    for path in paths:
        place = (root / path).resolve()
        if place.is_relative_to(root) and place.is_file():
            found[path] = place.read_bytes().decode("utf-8", "replace")
    return found


def plain(value: object) -> Any:
    """A value as it comes back from JSON: tuples are lists there."""
    return json.loads(json.dumps(value))
