"""A full certificate of a small repository: what it says of good, weak and flaky tests (V1, V4, V5)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sweflow_tasks.json_lines import read_lines

import sweflow
from tests.helpers import assert_adds_up, git, whole_rows, write_repository

CORE = """\
HISTORY = []

def double(n):
    return n * 2

def note(values):
    HISTORY.append(len(values))

def total(values):
    try:
        note(values)
    except Exception:
        pass
    return sum(values)

def shout(text):
    if not text:
        raise ValueError("nothing to shout")
    return text.upper() + "!"
"""
TESTS = """\
import os
import core

def test_double():
    assert [core.double(n) for n in (0, 1, 3)] == [0, 2, 6]

def test_total():
    assert core.total([1, 2]) == 3

def test_shout():
    core.shout("a")

def test_seed():
    assert core.double(2) == 4
    assert os.environ["PYTHONHASHSEED"] != "1001"
"""
ONE_TEST = """\
import core

def test_all():
    assert [core.double(n) for n in (0, 1, 3)] == [0, 2, 6]
    assert core.total([1, 2]) == 3
    core.shout("a")
"""
FULL = sweflow.CertificateOptions(sweflow.Level.FULL, gold_runs=2, twins=0)


def build(base: Path, python: Path, tests: str, **options: Any) -> sweflow.Folder:
    repo = write_repository(base / "repo", {"core.py": CORE, "test_core.py": tests, "conftest.py": ""})
    chosen = sweflow.Options.of(certificate="full", reruns=0, twins=0, **options)
    sweflow.build(repo, base / "out", python=python, options=chosen)
    return sweflow.Folder(base / "out")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, python: Path) -> sweflow.Folder:
    """A build of one step with one test."""
    return build(tmp_path_factory.mktemp("small"), python, ONE_TEST, gold_runs=1)


@pytest.fixture(scope="module")
def certificate(small: sweflow.Folder) -> dict[str, Any]:
    (row,) = whole_rows(small)
    found: dict[str, Any] = row["certificate"]
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, python: Path) -> sweflow.Folder:
    """A build of three steps, with a flaky test."""
    return build(tmp_path_factory.mktemp("certificate"), python, TESTS, gold_runs=2)


@pytest.fixture(scope="module")
def certificates(built: sweflow.Folder) -> dict[str, Any]:
    """By name of the step's first function."""
    rows = whole_rows(built)
    return {row["target_functions"][0].rpartition("::")[2]: row["certificate"] for row in rows}


def of(records: list[dict[str, Any]], function: str) -> dict[str, Any]:
    """The record of a function."""
    (found,) = (record for record in records if record["function"] == function)
    return found


@pytest.fixture(scope="module")
def summary(built: sweflow.Folder) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(built.summary.read_text())
    return found


@pytest.mark.slow
def test_V5_every_mutant_of_a_function_whose_result_is_checked_is_killed(certificate):
    found = of(certificate["strength"]["functions"], "core.py::double")
    assert found["killed"] == found["total"] > 2
    assert found["survivors"] == []


def test_V5_mutants_survive_a_test_that_asserts_nothing(certificate, tmp_path):
    found = of(certificate["strength"]["functions"], "core.py::shout")
    assert found["killed"] + len(found["survivors"]) == found["total"]
    assert {survivor["operator"] for survivor in found["survivors"]} >= {"return-value", "constant", "body-emptied"}
    assert 0 < found["killed"] < found["total"]  # it raises, or adds None to a text
    for survivor in found["survivors"]:
        (tmp_path / "core.py").write_text(CORE)
        git(tmp_path, "apply", "-", data=survivor["diff"])
        assert (tmp_path / "core.py").read_text() != CORE
        assert CORE.splitlines()[survivor["line"] - 1].startswith("    ")


def test_V5_a_function_that_nobody_misses_is_listed(certificate):
    assert certificate["necessity"] == {"unnoticed": ["core.py::note"]}


def test_V1_the_base_says_where_each_exception_arose(certificate):
    (entry,) = certificate["base"]
    assert (entry["when"], entry["error"], entry["raised"]) == ("call", "NotImplementedError", True)
    assert (entry["origin"], entry["at"]) == ("masked-function", "core.py::double")


def test_the_lines_that_f2p_run_are_figures(certificate):
    figures = of(certificate["figures"]["lines"], "core.py::shout")
    assert [CORE.splitlines()[line - 1].split()[0] for line in figures["executed"]] == ["if", "return"]
    assert figures["total"] == 3


def test_D2_what_was_pinned_is_recorded_and_what_differs_between_hosts_is_not(certificate):
    environment = certificate["environment"]
    assert environment["pinned"]["variables"]["TZ"] == "UTC"
    assert environment["pinned"]["hypothesis"]["derandomize"]
    assert not {"host", "seconds", "sandbox"}.intersection(environment)


def test_a_selection_by_what_is_not_measured_is_refused():
    with pytest.raises(sweflow.SweflowError, match=r"--min-strength .* --certificate full"):
        sweflow.CertificateOptions(min_strength=0.5)


@pytest.mark.slow
def test_V1_a_test_that_differs_in_a_gold_run_leaves_as_flaky(built, certificates, summary):
    rejected = [row for row in read_lines(built.rejected) if row["reason"] == "flaky"]
    assert [row["id"] for row in rejected] == ["test_core.py::test_seed"]
    assert rejected[0]["detail"].startswith("gold run 2 of tree 1 (shuffled): failed AssertionError: ")
    assert certificates["double"]["gold"]["flaky"] == ["test_core.py::test_seed"]
    assert [run["order"] for run in certificates["double"]["gold"]["runs"]] == ["original", "shuffled"]
    for row in whole_rows(built):
        assert "test_core.py::test_seed" not in (*row["FAIL_TO_PASS"], *row["PASS_TO_PASS"])


@pytest.mark.slow
def test_V4_the_counts_of_a_full_certificate_add_up(summary, certificates):
    assert_adds_up(summary)
    assert summary["tests"]["rejected"] == {"flaky": 1}
    counts = summary["certificate"]
    assert counts["gold"] == {"runs": 2, "flaky": 1}
    assert counts["necessity"] == {"unnoticed": 1, "tasks": 1}
    for member in ("killed", "total"):
        assert counts["strength"][member] == sum(c["strength"][member] for c in certificates.values())
    assert counts["strength"]["tasks"] == 3
    assert counts["strength"]["quartiles"] == sorted(counts["strength"]["quartiles"])


@pytest.mark.slow
def test_V4_weak_tasks_are_rejected_on_demand_and_D2_the_rest_is_the_same(built, certificates):
    before = built.tasks.read_bytes().splitlines()
    share = {name: c["strength"]["killed"] / c["strength"]["total"] for name, c in certificates.items()}
    assert share["shout"] < share["total"] < share["double"] == 1
    asked = replace(FULL, min_strength=share["total"], max_unnoticed=0)
    dataset = sweflow.verify(built.root, certificate=asked)
    assert_adds_up(dataset.summary)
    assert dataset.summary["steps"]["rejected"] == {"unnoticed-function": 1, "weak-tests": 1}
    assert [row for row in built.tasks.read_bytes().splitlines() if row in before] == before[:1]
    sweflow.verify(built.root, certificate=FULL)
    assert built.tasks.read_bytes().splitlines() == before
