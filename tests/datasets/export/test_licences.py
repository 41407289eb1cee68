"""Licences that are allowed, by SPDX expressions, and exports that hold nothing else."""

import json
import shutil

import pytest
from sweflow_datasets.errors import NothingToExport
from sweflow_datasets.export.licences import is_allowed, with_licences
from sweflow_datasets.export.make import ExportOptions, export

from tests.datasets.made_tasks import made_task


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("mit", True),
        ("BSD-3-Clause", True),
        ("BSD-2-Clause", False),
        ("", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND BSD-3-Clause", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only AND (MIT OR BSD-3-Clause)", False),
        ("MIT AND (GPL-3.0-only OR BSD-3-Clause)", True),
        ("GPL-3.0-only OR MIT AND BSD-3-Clause", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("GPL-2.0-only", False),
        ("MIT License", False),
        ("The X Licence", True),
        ("MIT OR", False),
        ("(MIT", False),
        ("MIT)", False),
        ("MIT MIT", False),
        ("(" * 5000 + "MIT", False),
    ],
)
def test_a_licence_is_allowed_where_one_alternative_is_in_all_its_parts(licence, expected):
    allowed = ["MIT", "bsd-3-clause", "GPL-2.0-only WITH Classpath-exception-2.0", "the x licence"]
    assert is_allowed(licence, allowed) is expected


def test_tasks_of_other_licences_are_left_out():
    tasks = (made_task("o/one", 1, license="MIT"), made_task("o/two", 2, license=""))
    assert with_licences(tasks, ["MIT"]) == tasks[:1]


def test_an_export_holds_only_what_is_allowed_and_says_so(calculator, tmp_path):
    with pytest.raises(NothingToExport, match="none that is known, and only MIT may be"):
        export([calculator.root], "jsonl", tmp_path / "none", ExportOptions(licences=("MIT",)))
    assert not (tmp_path / "none").exists()
    rows = [json.loads(line) for line in calculator.tasks.read_text().splitlines()]
    rows = [{**row, "license": "MIT OR Apache-2.0"} for row in rows]
    shutil.copytree(calculator.root, tmp_path / "said", symlinks=True)
    (tmp_path / "said" / "tasks.jsonl").write_text("".join(json.dumps(row, sort_keys=True) + "\n" for row in rows))
    made = export([tmp_path / "said"], "jsonl", tmp_path / "some", ExportOptions(licences=("MIT",)))
    assert sum(made.tasks.values()) == len(rows)
    assert json.loads((tmp_path / "some" / "export.json").read_text())["licences"] == ["MIT"]
