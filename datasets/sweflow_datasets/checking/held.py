"""What a dataset holds, read from its files alone: a build's folder, or an export in any of its forms."""

import contextlib
import io
import json
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sweflow_tasks.history.git import read_commit, run_git
from sweflow_tasks.json_lines import read_lines
from sweflow_tracer.format import read_document
from sweflow_tracer.project.files import Blobs

from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.errors import ExtraMissing, NoDataset
from sweflow_datasets.export.make import EXPORT_VERSION, MANIFEST, Form
from sweflow_datasets.export.tables import COLUMNS, Kind
from sweflow_datasets.folder import Folder

BUILD = "build"
"""The form of a folder that is no export."""


@dataclass(frozen=True, slots=True)
class HeldTask:
    """A task as a dataset holds it.

    ``fields`` are those that two datasets are compared by; ``place`` is where it stands below the dataset's root, and
    ``skeleton`` reads its tree. ``image`` is the name of its image, None where none is said.
    """

    instance_id: str
    repo: str
    split: str
    group: str
    license: str
    functions: tuple[str, ...]
    fields: Mapping[str, Any] = field(hash=False)
    place: str
    image: str | None
    skeleton: Callable[[], Blobs] = field(hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class HeldDataset:
    """A dataset: its form, its tasks, and what its manifest says (empty for a build)."""

    root: Path
    form: str
    tasks: tuple[HeldTask, ...]
    manifest: Mapping[str, Any] = field(hash=False)


@contextlib.contextmanager
def open_dataset(path: Path) -> Iterator[HeldDataset]:
    """Read a dataset; its skeletons can be read until the end of the block. Raises NoDataset, FileNotUsable."""
    root = path.resolve()
    with tempfile.TemporaryDirectory(prefix="sweflow-") as scratch:
        if not (root / MANIFEST).is_file():
            if not Folder(root).tasks.is_file():
                raise NoDataset(path, f"it has no {MANIFEST} and no tasks.jsonl")
            yield HeldDataset(root, BUILD, tuple(_of_build(root)), {})
            return
        manifest = read_document(root / MANIFEST, "export", EXPORT_VERSION)
        form = str(manifest.get("form"))
        try:
            readers = {
                Form.JSONL: lambda: _of_table(root, _json_rows(root), manifest, Path(scratch)),
                Form.PARQUET: lambda: _of_table(root, _parquet_rows(root), manifest, Path(scratch)),
                Form.SWEBENCH: lambda: _of_swebench(root, manifest),
                Form.HARBOR: lambda: _of_harbor(root, manifest),
            }
            tasks = tuple(readers[Form(form)]())
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise NoDataset(path, f"{type(error).__name__}: {error}") from error
        yield HeldDataset(root, form, tasks, manifest)


def _of_build(root: Path) -> Iterator[HeldTask]:
    folder = Folder(root)
    for task in load_tasks(root):
        base = task.base_commit
        yield HeldTask(
            instance_id=task.instance_id,
            repo=str(task.row["repo"]),
            split="",
            group="",
            license=str(task.row["license"]),
            functions=(*task.target_functions, *task.dependent_functions),
            fields=_fields(task.whole_row()),
            place="tasks.jsonl",
            image=None,
            skeleton=lambda base=base: read_commit(folder.history, base),  # type: ignore[misc]
        )


def _of_table(
    root: Path, rows: Iterator[tuple[str, str, dict[str, Any]]], manifest: Mapping[str, Any], scratch: Path
) -> Iterator[HeldTask]:
    history = scratch / "history.git"
    history.mkdir()
    run_git(history, "init", "--quiet", "--bare", "--template=", ".")
    for number, bundle in enumerate(sorted((root / "repositories").glob("*.bundle"))):
        run_git(history, "fetch", "--quiet", str(bundle), f"refs/*:refs/from{number}/*")
    for place, split, row in rows:
        base, image = str(row["base_commit"]), json.loads(row["environment"]).get("image")
        yield HeldTask(
            instance_id=row["instance_id"],
            repo=row["repo"],
            split=split,
            group=row["group"],
            license=row["license"],
            functions=(*row["target_functions"], *row["dependent_functions"]),
            fields={**_fields(row), "test_command": row["test_command"], "columns": _misfits(row)},
            place=place,
            image=image["name"] if image else None,
            skeleton=lambda base=base: read_commit(history, base),  # type: ignore[misc]
        )


def _json_rows(root: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in _regular((root / "data").glob("*.jsonl")):
        for row in read_lines(path):
            yield path.relative_to(root).as_posix(), path.stem, row


def _parquet_rows(root: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    try:
        from pyarrow import ArrowException, parquet  # noqa: PLC0415  # optional
    except ImportError as error:
        raise ExtraMissing("export", ("pyarrow",)) from error
    for path in _regular((root / "data").glob("*.parquet")):
        try:
            for batch in parquet.ParquetFile(path).iter_batches(100):
                for row in batch.to_pylist():
                    yield path.relative_to(root).as_posix(), path.name.partition("-")[0], row
        except ArrowException as error:
            raise NoDataset(root, f"{path.name}: {' '.join(str(error).split())[:200]}") from error


def _of_swebench(root: Path, manifest: Mapping[str, Any]) -> Iterator[HeldTask]:
    for path in _regular(root.glob("*.jsonl")):
        for row in read_lines(path):
            said = manifest["tasks"].get(row["instance_id"], {})
            archive = root / "task-repo" / "tasks" / row["instance_id"] / "skeleton.tar.gz"
            lists = {key: [_read_id(test) for test in json.loads(row[key])] for key in ("FAIL_TO_PASS", "PASS_TO_PASS")}
            yield HeldTask(
                instance_id=row["instance_id"],
                repo=row["repo"],
                split=path.stem,
                group=said.get("group", ""),
                license=said.get("license", ""),
                functions=(),
                fields={
                    **_fields({**row, **lists}),
                    "eval_script": row["eval_script"],
                    "beside": _beside(archive.parent, row),
                },
                place=path.name,
                image=row["image"],
                skeleton=lambda archive=archive: read_archive(archive),  # type: ignore[misc]
            )


def _beside(folder: Path, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Files of the task repo that say something else than the row."""
    names = {
        "gold.patch": "patch",
        "test.patch": "test_patch",
        "eval.sh": "eval_script",
        "problem_statement.md": "problem_statement",
    }
    said = {name: (folder / name).read_bytes().decode("utf-8", "surrogatepass") for name in names}
    other = [name for name, column in names.items() if said[name] != row[column]]
    tests = json.loads((folder / "tests.json").read_text("utf-8"))
    lists = {key: json.loads(row[key]) for key in ("FAIL_TO_PASS", "PASS_TO_PASS")}
    return (*other, *(["tests.json"] if tests != lists else []))


def _of_harbor(root: Path, manifest: Mapping[str, Any]) -> Iterator[HeldTask]:
    for path in sorted((root / "tasks").glob("*/*/task.toml")):
        folder = path.parent
        head = tomllib.loads(path.read_text("utf-8"))
        instance = head["metadata"]["instances"][0]
        spec = json.loads((folder / "tests" / "spec.json").read_text("utf-8"))
        said = manifest["tasks"].get(instance, {})
        row = {
            "FAIL_TO_PASS": spec["fail_to_pass"],
            "PASS_TO_PASS": spec["pass_to_pass"],
            "patch": (folder / "solution" / "gold.patch").read_bytes().decode("utf-8"),
            "problem_statement": (folder / "instruction.md").read_text("utf-8").partition("\n\n")[2],
        }
        yield HeldTask(
            instance_id=instance,
            repo=head["metadata"]["repository"],
            split=folder.parent.name,
            group=said.get("group", ""),
            license=head["metadata"]["license"],
            functions=(),
            fields=_fields(row),
            place=folder.relative_to(root).as_posix(),
            image=head["environment"]["docker_image"],
            skeleton=lambda folder=folder: read_archive(folder / "environment" / "skeleton.tar.gz"),  # type: ignore[misc]
        )


def _read_id(shown: str) -> str:
    """An id as pytest has it, of one that SWE-bench's form writes without white space."""
    return unquote(shown) if "%" in shown else shown


def _regular(paths: Iterable[Path]) -> Iterator[Path]:
    """Files in order; a link could lead anywhere."""
    for path in sorted(paths):
        if path.is_symlink() or not path.is_file():
            raise ValueError(f"{path.name} is no regular file")
        yield path


COMPARED = ("patch", "test_patch", "problem_statement", "FAIL_TO_PASS", "PASS_TO_PASS")


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COMPARED if name in row}


_TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.INTEGER: (int,),
    Kind.NUMBER: (int, float, type(None)),
    Kind.TEXTS: (list,),
    Kind.NAMED: (list,),
}


def _misfits(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Columns that a row of a table lacks, has in another type, or has beyond the schema."""
    known = {column.name for column in COLUMNS}
    wrong = [c.name for c in COLUMNS if c.name not in row or not isinstance(row[c.name], _TYPES[c.kind])]
    return tuple(sorted({*wrong, *(row.keys() - known)}))


def read_archive(path: Path) -> Blobs:
    """The files of a skeleton's archive, without what git keeps there."""
    found: dict[str, tuple[str, bytes]] = {}
    with tarfile.open(fileobj=io.BytesIO(path.read_bytes()), mode="r:gz") as archive:
        for entry in archive:
            if entry.name.split("/")[0] == ".git":
                continue
            if entry.issym():
                found[entry.name] = ("120000", entry.linkname.encode("utf-8", "surrogateescape"))
            elif entry.isfile():
                file = archive.extractfile(entry)
                content = file.read() if file else b""
                found[entry.name] = ("100755" if entry.mode & 0o100 else "100644", content)
    return found
