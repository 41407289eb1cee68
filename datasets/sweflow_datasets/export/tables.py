"""Tables: all tasks with one flat schema, as JSON lines and as Parquet."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any

from sweflow_tracer.format import dumps

from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.export.files import Writer, WrittenFile
from sweflow_datasets.export.values import ExportTask, JsonObject

SHARD_BYTES = 256 * 2**20
"""About how large a Parquet file becomes before the next one begins."""
_GROUP_BYTES = 32 * 2**20
"""Characters of rows that become one row group, and are held at once."""
_GROUP_ROWS = 100
"""Rows of a group at most. A viewer reads a group to show a row of it."""

Parts = Mapping[str, Iterable[ExportTask]]
"""Tasks by split. They are gone through once and none is kept, so each may be made when its turn comes."""
_SECONDS = re.compile(r"(:\d\d)Z$")
_DATA_FILE = re.compile(r"data/(.+?)(?:\.jsonl|-\d{5}-of-\d{5}\.parquet)")


class Kind(StrEnum):
    """Types of columns, by the names that Arrow has for them."""

    TEXT = "string"
    INTEGER = "int64"
    NUMBER = "double"
    TEXTS = "list<string>"
    NAMED = "list<struct<kind: string, path: string, name: string>>"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name and type, what it means, and where its value is from (default: the row's member)."""

    name: str
    kind: Kind
    description: str
    of: Callable[[ExportTask], Any] | None = None

    def value(self, task: ExportTask) -> Any:
        """What the task has in this column, in the column's type and with nothing that UTF-8 has no bytes for."""
        return _AS[self.kind](self.of(task) if self.of else task.row[self.name])


COLUMNS = (
    Column("instance_id", Kind.TEXT, "The task's name: owner__name-source8-step."),
    Column("repo", Kind.TEXT, "The repository, owner/name where it has a remote."),
    Column("version", Kind.TEXT, "The project's version."),
    Column("base_commit", Kind.TEXT, "The commit of the skeleton that the task starts from, in the build's history."),
    Column("patch", Kind.TEXT, "The gold patch: the functions of the step, for git apply."),
    Column("test_patch", Kind.TEXT, "The tests of the step, for git apply; empty where they are there already."),
    Column("problem_statement", Kind.TEXT, "What to do, in Markdown."),
    Column("hints_text", Kind.TEXT, "Always empty; SWE-bench has it."),
    # pyarrow's reader of JSON, and with it `datasets`, takes a time of whole seconds for a timestamp, and
    # would write it in another way than the Parquet files have it.
    Column(
        "created_at",
        Kind.TEXT,
        "The date of the source's commit, or the epoch; with milliseconds, which are 0.",
        lambda task: _SECONDS.sub(r"\1.000Z", task.row["created_at"]),
    ),
    Column("environment_setup_commit", Kind.TEXT, "The commit of the source, or the SHA-256 of its tree."),
    Column("FAIL_TO_PASS", Kind.TEXTS, "Tests that fail before the patch and pass after it."),
    Column("PASS_TO_PASS", Kind.TEXTS, "Tests that pass before the patch and after it."),
    Column("pass_to_pass_count", Kind.INTEGER, "How many tests PASS_TO_PASS has."),
    Column("format_version", Kind.INTEGER, "The version of the format of tasks.jsonl."),
    Column("step", Kind.INTEGER, "The number of the step in the repository's schedule."),
    Column("target_functions", Kind.TEXTS, "Functions to develop that tests or earlier steps call."),
    Column("dependent_functions", Kind.TEXTS, "The other functions to develop."),
    Column("removed_functions", Kind.TEXTS, "Those of the dependents that are not in the skeleton at all."),
    Column("placeholder_functions", Kind.TEXTS, "Functions that are in the skeleton with a body that does nothing."),
    Column("underspecified", Kind.TEXTS, "Names and constants that the failing tests rely on and that nothing tells."),
    Column(
        "later",
        Kind.NAMED,
        "What stands in the files concerned and only later steps use; kind is module, class, constant or import.",
        lambda task: [dict(zip(("kind", "path", "name"), entry, strict=True)) for entry in task.row["later"]],
    ),
    Column("depth", Kind.INTEGER, "The longest chain of calls below the functions."),
    Column("wave", Kind.INTEGER, "One more than the greatest wave among the steps that this one needs."),
    Column("lines", Kind.INTEGER, "Lines of the functions in the original."),
    Column("difficulty", Kind.NUMBER, "The mean rank of the step in its repository, from 0 to 1."),
    Column("functions", Kind.INTEGER, "How many functions there are to develop."),
    Column("strength", Kind.NUMBER, "The share of mutants that FAIL_TO_PASS notice; null where none were run."),
    Column("twins", Kind.INTEGER, "How many of FAIL_TO_PASS have a twin, which only a wrong solution passes."),
    Column("test_command", Kind.TEXT, "A line for a shell in the checked-out folder that runs FAIL_TO_PASS."),
    # Variables have other names in each build: as a struct, every row would have those of all builds, most of them
    # null, and its type would change with the builds; `datasets` has no type for a map.
    Column(
        "environment",
        Kind.TEXT,
        "A JSON object: python, requirements (pins), variables, how the checkout is installed, and its image, if any.",
        lambda task: dumps(task.row["environment"]),
    ),
    Column("timeout", Kind.NUMBER, "Seconds for one run of the tests."),
    Column("license", Kind.TEXT, "The project's licence, as its metadata says."),
    Column("split", Kind.TEXT, "The part of the dataset that the task is in.", lambda task: task.split),
    Column(
        "group",
        Kind.TEXT,
        "The least instance_id among the task's near duplicates, its own where it has none.",
        lambda task: task.group or task.instance_id,
    ),
    Column(
        "certificate_level",
        Kind.TEXT,
        "basic or full: what was run to call it a task.",
        lambda task: task.certificate["level"],
    ),
    Column(
        "leaks",
        Kind.TEXTS,
        "Bodies that the audit found in the skeleton; a task with one is rejected.",
        lambda task: task.certificate["leaks"],
    ),
    Column(
        "flaky",
        Kind.TEXTS,
        "Tests of the step that a run of the reference rejected; empty in a basic certificate.",
        lambda task: task.certificate["gold"]["flaky"],
    ),
    Column(
        "unnoticed",
        Kind.TEXTS,
        "Functions whose absence FAIL_TO_PASS do not notice; empty in a basic certificate.",
        lambda task: task.certificate["necessity"]["unnoticed"],
    ),
    Column(
        "certificate",
        Kind.TEXT,
        "A JSON object: the whole certificate.",
        lambda task: dumps(task.certificate),
    ),
)
"""The schema of both formats. Columns are there in every row and their types do not depend on the tasks, so that tables
of other builds, with basic and with full certificates, can be put one below the other."""


def place(task: ExportTask) -> tuple[str, int, str]:
    """The key that orders tasks of many builds, for files that do not depend on the order of the builds."""
    return task.repo, task.row["step"], task.instance_id


def flat(task: ExportTask) -> JsonObject:
    """A task as a row with COLUMNS. Its PASS_TO_PASS must be written out."""
    return {column.name: column.value(task) for column in COLUMNS}


def write_jsonl(parts: Parts, folder: Path) -> tuple[WrittenFile, ...]:
    """Write `data/<split>.jsonl` for each split that has tasks, in the order in which they are given."""
    writer = Writer(folder)
    for split in sorted(parts):
        rows = map(flat, parts[split])
        for first in rows:  # a split without tasks has no file
            writer.lines(f"data/{split}.jsonl", chain([first], rows))
    return tuple(writer.files.values())


def write_parquet(parts: Parts, folder: Path, shard_bytes: int = SHARD_BYTES) -> tuple[WrittenFile, ...]:
    """Write `data/<split>-00000-of-0000N.parquet` for each split that has tasks. Raises ExtraMissing.

    A file ends when it has ``shard_bytes`` or more, compressed. The same tasks in the same order give the same bytes
    with the same release of pyarrow, which puts its name into each file.
    """
    parquet = _Parquet()
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    found: list[WrittenFile] = []
    for split in sorted(parts):
        shards = list(_shards(parquet, map(flat, parts[split]), data / f".{split}", shard_bytes))
        for number, (scratch, rows) in enumerate(shards):  # how many there are is in their names
            path = data / f"{split}-{number:05d}-of-{len(shards):05d}.parquet"
            scratch.replace(path)
            found.append(_written(path, rows))
    return tuple(found)


def split_of(path: str) -> str:
    """The split whose rows a file of these two kinds holds; empty for any other file of an export."""
    match = _DATA_FILE.fullmatch(path)
    return match[1] if match else ""


def _shards(
    parquet: "_Parquet", rows: Iterable[JsonObject], stem: Path, shard_bytes: int
) -> Iterator[tuple[Path, int]]:
    """Files that are written one after the other, and how many rows each has."""
    groups = _groups(rows, min(_GROUP_BYTES, shard_bytes))
    for number, first in enumerate(groups):
        path, count = stem.with_name(f"{stem.name}-{number:05d}"), 0
        with path.open("wb") as sink, parquet.writer(sink) as writer:
            for group in chain([first], groups):
                writer.write_table(parquet.table(group))
                count += len(group)
                if sink.tell() >= shard_bytes:
                    break
        yield path, count


def _groups(rows: Iterable[JsonObject], most: int) -> Iterator[list[JsonObject]]:
    """Rows in groups that fit into memory."""
    group: list[JsonObject] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(map(_size, row.values()))
        if size >= most or len(group) == _GROUP_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(map(_size, value)) if isinstance(value, list) else 8


class _Parquet:
    """What pyarrow is needed for."""

    def __init__(self) -> None:
        try:
            import pyarrow as arrow  # noqa: PLC0415  # optional
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            raise ExtraMissing("export", ("pyarrow",)) from error
        text = arrow.string()
        named = arrow.struct([(name, text) for name in ("kind", "path", "name")])
        types = {
            Kind.TEXT: text,
            Kind.INTEGER: arrow.int64(),
            Kind.NUMBER: arrow.float64(),
            Kind.TEXTS: arrow.list_(text),
            Kind.NAMED: arrow.list_(named),
        }
        self._arrow, self._parquet = arrow, parquet
        self._schema = arrow.schema(
            [arrow.field(c.name, types[c.kind], metadata={"description": c.description}) for c in COLUMNS]
        )

    def writer(self, sink: Any) -> Any:
        """A writer with settings that do not follow the library's defaults where those decide about bytes."""
        return self._parquet.ParquetWriter(
            sink,
            self._schema,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=9,
            write_statistics=[c.name for c in COLUMNS if c.kind in (Kind.INTEGER, Kind.NUMBER)],  # texts are long
        )

    def table(self, rows: list[JsonObject]) -> Any:
        """Rows as one row group."""
        return self._arrow.Table.from_pylist(rows, schema=self._schema)


def _written(path: Path, rows: int) -> WrittenFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return WrittenFile(f"{path.parent.name}/{path.name}", file.tell(), digest, rows)


def _text(value: object) -> str:
    """A text that has bytes in UTF-8: names of files may hold other bytes, and Arrow takes no such thing."""
    text = value if isinstance(value, str) else dumps(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


_AS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: int,
    Kind.NUMBER: lambda value: None if value is None else float(value),
    Kind.TEXTS: lambda values: [_text(value) for value in values],
    Kind.NAMED: lambda values: [{key: _text(value) for key, value in entry.items()} for entry in values],
}
