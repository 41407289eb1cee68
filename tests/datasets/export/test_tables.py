"""Tables of tasks: one schema, files that load, and bytes that are the same each time."""

import hashlib
import json
import sys
from dataclasses import replace

import pytest
from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.export.card import card
from sweflow_datasets.export.tables import COLUMNS, flat, place, split_of, write_jsonl, write_parquet
from sweflow_datasets.export.values import ExportTask, by_split

from tests.datasets.made_tasks import made_task

BASIC = tuple(made_task("o/basic", step) for step in range(1, 5))
FULL = tuple(made_task("o/full", step, full=True, split="test", later=[["class", "a.py", "A"]]) for step in range(1, 3))
WRITERS = {"jsonl": write_jsonl, "parquet": write_parquet}


@pytest.fixture(params=WRITERS)
def written(request, tmp_path):
    """Writes tasks as one of the kinds and gives back what was written, and the folder."""
    if request.param == "parquet":
        pytest.importorskip("pyarrow")

    def write(tasks, name="out", **options):
        folder = tmp_path / name
        return WRITERS[request.param](by_split(tasks), folder, **options), folder

    return write


@pytest.fixture
def loaded(tmp_path_factory, monkeypatch):
    """Loads a folder as `datasets.load_dataset` does, with nothing from elsewhere."""
    home = tmp_path_factory.mktemp("huggingface")
    for name, value in (("HF_HUB_OFFLINE", "1"), ("HF_HOME", str(home)), ("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")):
        monkeypatch.setenv(name, value)
    module = pytest.importorskip("datasets.load")  # "datasets" alone can be the folder of this repository

    def load(folder):
        return module.load_dataset(str(folder), cache_dir=str(home / "cache"))

    return load


def test_columns_are_those_of_a_row_and_of_its_certificate(calculator):
    task = load_tasks(calculator.root)[0]
    ours = {"split", "group", "certificate_level", "leaks", "flaky", "unnoticed", "certificate"}
    assert {column.name for column in COLUMNS} == task.whole_row().keys() | ours
    row = flat(ExportTask(task.folder, task.whole_row(), task.certificate))
    assert row["later"][0] == {"kind": "constant", "path": "calculator/tokens.py", "name": "SIGNS"}
    assert json.loads(row["environment"]) == task.row["environment"]
    assert json.loads(row["certificate"]) == task.certificate


def test_files_of_a_kind_load_with_the_same_types_whatever_the_certificates(written, loaded):
    rows = [flat(task) for task in (*BASIC, *FULL)]
    for name, tasks in (("basic", BASIC), ("full", FULL), ("both", (*BASIC, *FULL))):
        files, folder = written(tasks, name)
        (folder / "README.md").write_text(card(tasks, files, {}), "utf-8")
    both, basic, full = (loaded(folder.parent / name) for name in ("both", "basic", "full"))
    assert set(both) == {"train", "test"}
    assert both["train"].features == both["test"].features == basic["train"].features == full["test"].features
    assert [*both["train"], *both["test"]] == rows
    assert [*basic["train"], *full["test"]] == rows


def test_both_kinds_hold_the_same(tmp_path, loaded):
    pytest.importorskip("pyarrow")
    found = []
    for name, write in WRITERS.items():
        files = write(by_split((*BASIC, *FULL)), tmp_path / name)
        (tmp_path / name / "README.md").write_text(card((*BASIC, *FULL), files, {}), "utf-8")
        found.append(loaded(tmp_path / name))
    assert {split: of.features for split, of in found[0].items()} == {s: of.features for s, of in found[1].items()}
    assert all([*found[0][split]] == [*found[1][split]] for split in found[0])


def test_what_is_said_of_a_file_is_true(written):
    files, folder = written((*BASIC, *FULL))
    assert [(split_of(file.path), file.rows) for file in files] == [("test", 2), ("train", 4)]
    assert {file.path for file in files} == {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    for file in files:
        content = (folder / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_equal_tasks_have_equal_bytes_in_whatever_order_their_members_are(written):
    turned = [
        replace(task, row=dict(reversed(task.row.items())), certificate=dict(reversed(task.certificate.items())))
        for task in (*BASIC, *FULL)
    ]
    assert written((*BASIC, *FULL), "one")[0] == written(turned, "two")[0]


def test_tasks_in_another_order_have_equal_bytes_once_they_are_in_place(written):
    mixed = [*reversed(FULL), *reversed(BASIC)]
    assert written(sorted(mixed, key=place), "one")[0] == written((*BASIC, *FULL), "two")[0]


def test_a_split_without_tasks_has_no_file(tmp_path):
    assert [file.path for file in write_jsonl({"train": BASIC, "test": ()}, tmp_path)] == ["data/train.jsonl"]
    pytest.importorskip("pyarrow")
    assert len(write_parquet({"train": BASIC, "test": ()}, tmp_path)) == 1


@pytest.mark.parametrize("kind", WRITERS)
def test_tasks_are_asked_for_one_after_the_other_and_none_is_kept(kind, tmp_path):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    alive: list[int] = []
    most: list[int] = []

    class Held(dict):
        def __init__(self, row):
            super().__init__(row)
            alive.append(1)
            most.append(len(alive))

        def __del__(self):
            alive.pop()

    made = (replace(task, row=Held(task.row)) for task in BASIC * 60)
    (file,) = WRITERS[kind]({"train": made}, tmp_path)
    assert file.rows == 240
    assert max(most) <= 3


def test_parquet_files_end_when_they_are_large_enough(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    tasks = tuple(made_task("o/one", step, problem_statement=f"{step} " * 3000) for step in range(1, 31))
    files = write_parquet({"train": tasks}, tmp_path, 20_000)
    assert len(files) > 2
    assert [file.path for file in files] == [
        f"data/train-{number:05d}-of-{len(files):05d}.parquet" for number in range(len(files))
    ]
    assert all(file.bytes >= 20_000 for file in files[:-1])
    assert sum(file.rows or 0 for file in files) == 30
    steps = [step for file in files for step in parquet.read_table(tmp_path / file.path)["step"].to_pylist()]
    assert steps == list(range(1, 31))
    assert {path.name for path in (tmp_path / "data").iterdir()} == {file.path.removeprefix("data/") for file in files}


def test_parquet_files_say_what_their_fields_mean(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    (file,) = write_parquet({"train": BASIC}, tmp_path)
    schema = parquet.read_schema(tmp_path / file.path)
    assert {
        field.name: (str(field.type).replace("element: ", "").replace("item: ", ""), field.metadata) for field in schema
    } == {column.name: (str(column.kind), {b"description": column.description.encode()}) for column in COLUMNS}


def test_names_that_are_no_utf_8_are_written_in_escapes(written, loaded):
    task = made_task("o/odd", FAIL_TO_PASS=["tests/t\udcff.py::test_ü"], later=[["module", "\ud800.py", "m"]])
    files, folder = written([task])
    (folder / "README.md").write_text(card([task], files, {}), "utf-8")
    row = loaded(folder)["train"][0]
    assert row["FAIL_TO_PASS"] == ["tests/t\\udcff.py::test_ü"]
    assert row["later"][0]["path"] == "\\ud800.py"


def test_a_missing_library_is_named_with_the_extra_that_has_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExtraMissing, match=r"this needs pyarrow, .*'sweflow\[export\]'"):
        write_parquet({"train": BASIC}, tmp_path)
