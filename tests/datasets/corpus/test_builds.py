"""The builds of a run, where builds are taken: those with tasks, with the licences of its manifest."""

import json
import shutil

import pytest
from sweflow_datasets.corpus.builds import builds_in
from sweflow_datasets.corpus.format import write_manifest
from sweflow_datasets.corpus.results import licence_of
from sweflow_datasets.corpus.values import CorpusRun, End, RepositoryResult

import sweflow

BUILD = "repositories/calculator/build/0123"


@pytest.fixture
def held_run(calculator, tmp_path):
    """A run that built the calculator, whose licence only the list knows, and nothing of another."""
    shutil.copytree(calculator.root, tmp_path / "corpus" / BUILD, symlinks=True)
    built = RepositoryResult("calculator", End.DONE, licence="BSD-3-Clause", verified=8, build=BUILD)
    none = RepositoryResult("none", End.NO_TASKS, licence="MIT", build="repositories/none/build/4567")
    write_manifest(tmp_path / "corpus", CorpusRun(str(tmp_path / "corpus"), (built, none), "", ""))
    return tmp_path / "corpus"


def test_a_runs_folder_stands_for_its_builds_with_tasks_and_a_build_is_there_once(held_run, calculator):
    (build,) = builds_in([held_run])
    assert (build.root, build.licence) == ((held_run / BUILD).resolve(), "BSD-3-Clause")
    assert builds_in([held_run / BUILD, held_run, held_run / BUILD]) == (build,)
    assert [build.licence for build in builds_in([calculator.root, held_run])] == ["", "BSD-3-Clause"]


def test_an_export_of_a_run_takes_the_licences_of_its_manifest(held_run, tmp_path):
    options = sweflow.ExportOptions(licences=("BSD-3-Clause",))
    made = sweflow.export([held_run], "jsonl", tmp_path / "dataset", options)
    rows = [json.loads(line) for line in (tmp_path / "dataset/data/train.jsonl").read_text().splitlines()]
    assert made.tasks == {"train": len(rows)}
    assert {row["license"] for row in rows} == {"BSD-3-Clause"}
    assert not any("licence" in note for note in made.notes)
    with pytest.raises(sweflow.SweflowError, match="none that is known"):
        sweflow.export([held_run / BUILD], "jsonl", tmp_path / "alone", options)


def test_views_of_a_run_take_the_licences_of_its_manifest(held_run, tmp_path):
    made = sweflow.make_views([held_run], "fim", tmp_path / "fim.jsonl")
    records = [json.loads(line) for line in (tmp_path / "fim.jsonl").read_text().splitlines()]
    assert made.records == len(records) > 0
    assert {record["license"] for record in records} == {"BSD-3-Clause"}


@pytest.mark.parametrize(
    ("metadata", "listed", "known"),
    [
        ("MIT", "BSD-3-Clause", "MIT"),
        ("mit or apache-2.0", "MIT", "mit or apache-2.0"),
        ("BSD License", "BSD-3-Clause", "BSD-3-Clause"),
        ("BSD License", "", "BSD License"),
        ("", "MIT", "MIT"),
        ("", "", ""),
    ],
)
def test_a_list_names_the_licence_where_metadata_hold_no_spdx_expression(metadata, listed, known):
    assert licence_of(metadata, listed) == known
