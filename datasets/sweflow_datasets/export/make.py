"""``sweflow export``: tasks of builds, selected and split, in one of four forms, whole or not there."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sweflow_tracer.format import write_document
from sweflow_tracer.paths import StrPath

from sweflow_datasets.corpus.builds import builds_in
from sweflow_datasets.dataset import check_instances
from sweflow_datasets.errors import (
    ExportInTheWay,
    NothingToExport,
    PlaceNotUsable,
    PrefixNotUsable,
)
from sweflow_datasets.export.builds import BuildFacts, by_folder, read_build
from sweflow_datasets.export.bundle import write_bundles
from sweflow_datasets.export.card import card, digests_of
from sweflow_datasets.export.duplicates import grouped
from sweflow_datasets.export.files import Writer, WrittenFile
from sweflow_datasets.export.harbor import write_harbor
from sweflow_datasets.export.licences import with_licences
from sweflow_datasets.export.plots import plots
from sweflow_datasets.export.selection import select
from sweflow_datasets.export.splits import assign, empty_splits, parse_shares
from sweflow_datasets.export.swebench import write_swebench
from sweflow_datasets.export.tables import SHARD_BYTES, place, write_jsonl, write_parquet
from sweflow_datasets.export.values import ExportTask, by_split
from sweflow_datasets.images.context import PREFIX
from sweflow_datasets.remote import reached
from sweflow_datasets.version import __version__

EXPORT_VERSION = 1
_PREFIX = re.compile(r"[a-z0-9]+([._:/-]+[a-z0-9]+)*")
"""What the first part of an image's name may be, a registry with its port among it."""
MANIFEST = "export.json"


class Form(StrEnum):
    """The forms of an export."""

    SWEBENCH = "swebench"
    HARBOR = "harbor"
    PARQUET = "parquet"
    JSONL = "jsonl"


CLIENTS = (Form.SWEBENCH, Form.HARBOR)
"""Forms whose clients run containers."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is exported, and how.

    ``select`` is an expression over the fields of a task (``selection.FIELDS``), ``licences`` are those that a task may
    have (default: any), ``split`` names parts with their shares (default: all tasks in ``train``), ``prefix`` is what
    names of images begin with. ``compose`` has Harbor's network taken away by a compose file. ``shard_bytes`` is about
    how large a Parquet file becomes.
    """

    select: str = ""
    split: str = ""
    prefix: str = PREFIX
    compose: bool = False
    shard_bytes: int = SHARD_BYTES
    licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds: tasks by split, groups of near duplicates, files, and what its maker should know."""

    place: str
    form: Form
    tasks: Mapping[str, int]
    of: int
    duplicates: int
    files: int
    bytes: int
    notes: tuple[str, ...]


def export(
    dirs: Iterable[StrPath], form: Form | str, out: StrPath, options: ExportOptions = ExportOptions()
) -> Exported:
    """Write the verified tasks of builds into ``out``, a folder that is not there yet, or a URL that fsspec knows.

    A folder of a run over many repositories stands for its builds, with the licences of its manifest.
    The same builds and options give the same bytes. Raises SweflowError where a build is not verified, a selection or a
    split cannot be used, nothing is left, or ``out`` is taken; nothing is left behind then.

    >>> export(["calculator.sweflow"], "jsonl", "dataset").tasks  # doctest: +SKIP
    {'train': 8}
    """
    kind = Form(form)
    shares = parse_shares(options.split) if options.split else ()
    if not _PREFIX.fullmatch(options.prefix):
        raise PrefixNotUsable(options.prefix)
    builds, found = _read(dirs, options.prefix)
    chosen = select(found, options.select) if options.select else found
    if not chosen:
        raise NothingToExport(f"of {len(found)} tasks none is selected")
    if options.licences:
        had = sorted({str(task.row["license"]) or "none that is known" for task in chosen})
        chosen = with_licences(chosen, options.licences)
        if not chosen:
            raise NothingToExport(f"their licences are {', '.join(had)}, and only {', '.join(options.licences)} may be")
    tasks = tuple(sorted(grouped(chosen), key=place))
    tasks = assign(tasks, shares) if shares else tasks
    used = {root: facts for root, facts in builds.items() if any(task.build == root for task in tasks)}
    notes = tuple(_notes(kind, used.values(), tasks, empty_splits(tasks, shares) if shares else ""))
    with _Place(str(out)) as goal:
        writer = Writer(goal.scratch)
        _write(kind, tasks, used, writer, options)
        files = tuple(sorted(writer.files.values()))
        _write_manifest(writer.root / MANIFEST, kind, options, tasks, used, files)
        goal.finish()
    groups = [task.group for task in tasks]
    return Exported(
        place=str(out),
        form=kind,
        tasks={split: len(part) for split, part in by_split(tasks).items()},
        of=len(found),
        duplicates=sum(groups.count(group) > 1 for group in set(groups)),
        files=len(files) + 1,
        bytes=sum(file.bytes for file in files),
        notes=notes,
    )


def _read(dirs: Iterable[StrPath], prefix: str) -> tuple[dict[Path, BuildFacts], tuple[ExportTask, ...]]:
    facts: list[BuildFacts] = []
    tasks: list[ExportTask] = []
    for build in builds_in(dirs):
        known, found = read_build(build, prefix)
        facts.append(known)
        tasks += found
    check_instances((task.instance_id, task.build) for task in tasks)
    return by_folder(facts), tuple(tasks)


def _write(
    form: Form, tasks: Sequence[ExportTask], builds: Mapping[Path, BuildFacts], into: Writer, options: ExportOptions
) -> None:
    if form in CLIENTS:
        for facts in builds.values():
            for path, content in facts.environment().items():
                into.bytes(f"images/{facts.short_name}/{path}", content)
    if form is Form.SWEBENCH:
        write_swebench(tasks, builds, into)
        return
    if form is Form.HARBOR:
        write_harbor(tasks, builds, into, compose=options.compose)
        return
    parts = by_split(tasks)
    jsonl = form is Form.JSONL
    for file in write_jsonl(parts, into.root) if jsonl else write_parquet(parts, into.root, options.shard_bytes):
        into.files[file.path] = file
    write_bundles(tasks, builds, into)
    drawn = plots(tasks)
    pictures = {name: f"plots/{name}.svg" for name in drawn}
    for name, path in pictures.items():
        into.text(path, drawn[name])
    text = card(tasks, sorted(into.files.values()), digests_of(tasks), pictures=pictures, selection=options.select)
    into.text("README.md", text)


def _notes(form: Form, builds: Iterable[BuildFacts], tasks: Sequence[ExportTask], empty: str) -> Iterable[str]:
    if empty:
        yield empty
    for facts in builds:
        name = facts.project.repo
        runs = form in CLIENTS  # a table names the images that there are, by whatever name
        if runs and not facts.images:
            yield f"{name} has no images yet: run `sweflow images build {facts.folder.root.name}` before a client runs."
        elif runs and not facts.images["environment"]["image"].startswith(facts.names.repository + ":"):
            yield f"The images of {name} were built with the prefix {facts.images['prefix']}; the export names others."
        if not facts.project.license:
            yield f"The licence of {name} is not known: its metadata do not say."
    levels = {str(task.certificate["level"]) for task in tasks}
    if levels == {"basic"}:
        yield "Certificates are basic: the strength of the tests was not measured."


def _write_manifest(
    path: Path,
    form: Form,
    options: ExportOptions,
    tasks: Sequence[ExportTask],
    builds: Mapping[Path, BuildFacts],
    files: Sequence[WrittenFile],
) -> None:
    digests = {builds[build].short_name: digest for build, digest in digests_of(tasks).items()}
    held = {file.path: {"bytes": file.bytes, "sha256": file.sha256, "rows": file.rows} for file in files}
    members = {
        "form": form.value,
        "sweflow": __version__,
        "select": options.select,
        "licences": sorted(options.licences),
        "split": options.split,
        "image_prefix": options.prefix,
        "builds": digests,
        "tasks": {
            task.instance_id: {"split": task.split, "group": task.group, "license": task.row["license"]}
            for task in tasks
        },
        "files": held,
    }
    write_document(path, "export", EXPORT_VERSION, members)


class _Place:
    """Where an export goes: a scratch folder beside it that takes its name when whole, or is uploaded then."""

    def __init__(self, out: str) -> None:
        self._out = out
        self._remote = "://" in out
        self._folder = Path(out)
        self.scratch = Path()

    def __enter__(self) -> "_Place":
        if self._remote:
            self._check_remote()
            self.scratch = Path(tempfile.mkdtemp(prefix="sweflow-export-"))
            return self
        if not self._out.strip():
            raise PlaceNotUsable(self._out, "it has no name")
        if self._folder.exists() and (not self._folder.is_dir() or any(self._folder.iterdir())):
            raise ExportInTheWay(self._out)
        parent = self._folder.absolute().parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            self.scratch = Path(tempfile.mkdtemp(prefix=f".{self._folder.name[:64]}.", dir=parent))
            self.scratch.chmod(0o755)
        except OSError as error:
            raise PlaceNotUsable(self._out, error.strerror or str(error)) from error
        return self

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)

    def finish(self) -> None:
        """Give the export its name."""
        if self._remote:
            self._upload()
        else:
            self.scratch.rename(self._folder)

    def _check_remote(self) -> None:
        with reached(self._out, "export") as (system, path):
            taken = system.exists(path) and bool(system.ls(path))
        if taken:
            raise ExportInTheWay(self._out)

    def _upload(self) -> None:
        """Files go up one by one, the manifest last: without it an upload is not whole."""
        files = sorted((p for p in self.scratch.rglob("*") if p.is_file()), key=lambda p: (p.name == MANIFEST, p))
        with reached(self._out, "export") as (system, path):
            for file in files:
                goal = f"{path.rstrip('/')}/{file.relative_to(self.scratch).as_posix()}"
                system.makedirs(goal.rpartition("/")[0], exist_ok=True)
                system.put_file(str(file), goal)


def as_object(made: Exported) -> dict[str, Any]:
    """What an export holds, for machines."""
    return {**asdict(made), "form": made.form.value, "tasks": dict(made.tasks), "notes": list(made.notes)}
