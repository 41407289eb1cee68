"""Datasets looked at from scratch: what is whole is sound, and each kind of damage is found."""

import hashlib
import json
import shutil

import pytest
from sweflow_datasets.checking.check import Level
from sweflow_datasets.errors import NoDataset

import sweflow
from tests.datasets.conftest import FORMS

for _library in ("datasketch", "pyarrow", "tomli_w"):
    pytest.importorskip(_library)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_sound(form, exports):
    report = sweflow.check_dataset(exports / form)
    assert report.sound, report.findings
    assert {finding.check for finding in report.findings} <= {"licences"}
    assert dict(report.looked)["patches"] == report.tasks == 8


def test_a_build_is_looked_at_as_well(calculator):
    assert sweflow.check_dataset(calculator.root).sound


def changed(exports, tmp_path, edit, form="jsonl"):
    """What is found of an export whose rows were edited, with hashes that fit."""
    folder = tmp_path / "data"
    shutil.copytree(exports / form, folder)
    path = next(folder.glob("data/*.jsonl")) if form == "jsonl" else folder / "train.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    content = "".join(json.dumps(row, sort_keys=True) + "\n" for row in edit(rows))
    path.write_text(content)
    manifest = json.loads((folder / "export.json").read_text())
    name = path.relative_to(folder).as_posix()
    manifest["files"][name] |= {"sha256": hashlib.sha256(content.encode()).hexdigest(), "bytes": len(content)}
    (folder / "export.json").write_text(json.dumps(manifest))
    report = sweflow.check_dataset(folder)
    return {(finding.check, finding.level) for finding in report.findings if finding.check != "licences"}


def damage(name):
    def edit(rows):
        row = rows[3]
        if name == "patch":
            row["patch"] = row["patch"].replace("@@ -", "@@ -1", 1).replace(" def ", " deaf ")
        if name == "twice":
            rows.append(rows[0])
        if name == "no tests":
            row["FAIL_TO_PASS"] = []
        if name == "both lists":
            row["PASS_TO_PASS"] = [*row["PASS_TO_PASS"], row["FAIL_TO_PASS"][0]]
        if name == "a column":
            del row["depth"]
        if name == "a kind":
            row["lines"] = "many"
        if name == "leak":
            largest = max(rows, key=lambda row: len(row["patch"]))
            code = [line[1:] for line in largest["patch"].splitlines() if line.startswith("+") and line[:3] != "+++"]
            largest["problem_statement"] += "\n".join(code)
        return rows

    return edit


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("patch", "patches"),
        ("twice", "schema"),
        ("no tests", "schema"),
        ("both lists", "schema"),
        ("a column", "schema"),
        ("a kind", "schema"),
        ("leak", "leaks"),
    ],
)
def test_damage_is_found_by_the_check_for_it(name, check, exports, tmp_path):
    if name == "a column":
        with pytest.raises(NoDataset):  # a column that the reader itself needs
            changed(exports, tmp_path / "first", lambda rows: [{k: v for k, v in rows[0].items() if k != "repo"}])
    assert (check, Level.ERROR) in changed(exports, tmp_path, damage(name))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_was_changed_lost_or_added_is_found(form, exports, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(exports / form, folder)
    manifest = json.loads((folder / "export.json").read_text())
    harmless = [name for name in manifest["files"] if name.endswith(("README.md", "requirements.txt"))]
    (folder / harmless[0]).write_text("other")
    (folder / "more").write_text("")
    found = sweflow.check_dataset(folder)
    assert {(f.check, f.where) for f in found.findings if f.level is Level.ERROR} == {
        ("hashes", harmless[0]),
        ("hashes", "more"),
    }
    (folder / harmless[0]).unlink()
    assert not sweflow.check_dataset(folder).sound


def test_a_parted_repository_is_found(exports, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(exports / "jsonl", folder)
    rows = (folder / "data" / "train.jsonl").read_text().splitlines(keepends=True)
    (folder / "data" / "train.jsonl").write_text("".join(rows[:4]))
    (folder / "data" / "test.jsonl").write_text("".join(rows[4:]))
    assert ("splits", "calculator") in {(f.check, f.where) for f in sweflow.check_dataset(folder).findings}


def test_what_is_no_dataset_is_one_sentence(tmp_path):
    with pytest.raises(NoDataset, match=r"export\.json"):
        sweflow.check_dataset(tmp_path)
    (tmp_path / "export.json").write_text('{"format": "sweflow-export", "version": 1, "form": "other"}')
    with pytest.raises(NoDataset):
        sweflow.check_dataset(tmp_path)


def test_forms_of_one_build_hold_the_same_tasks(exports, calculator):
    for form in FORMS:
        found = sweflow.diff_datasets(calculator.root, exports / form)
        assert (found.same, found.changes) == (8, ()), form


def test_a_difference_says_what_came_went_and_changed(exports, calculator, inventory, tmp_path):
    sweflow.export([calculator.root], "jsonl", tmp_path / "few", sweflow.ExportOptions(select="step < 4"))
    sweflow.export([calculator.root, inventory.root], "jsonl", tmp_path / "more")
    gone = sweflow.diff_datasets(exports / "jsonl", tmp_path / "few")
    assert {change.kind for change in gone.changes} == {"went"}
    assert all("selected: step < 4" in change.why for change in gone.changes)
    came = sweflow.diff_datasets(exports / "jsonl", tmp_path / "more")
    assert {change.kind for change in came.changes} == {"came"}
    assert {change.why for change in came.changes} == {"inventory is new"}


def test_a_task_of_another_state_of_the_source_is_found_by_its_functions(calculator, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(calculator.root, other, symlinks=True)
    for name in ("tasks.jsonl", "certificates.jsonl"):
        text = (other / name).read_text()
        (other / name).write_text(text.replace("calculator-5f4df0ec", "calculator-00000000"))
    found = sweflow.diff_datasets(calculator.root, other)
    assert {change.kind for change in found.changes} == {"renamed"}
    assert len(found.changes) == 8
