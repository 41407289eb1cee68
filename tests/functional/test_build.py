"""A whole build of examples/inventory, and what its output folder promises."""

import json
import shutil
import subprocess

import pytest
from sweflow_tracer.format import read_project_file, read_trace, write_trace
from sweflow_tracer.project.files import read_blobs, tree_digest

import sweflow
from tests.helpers import assert_adds_up, files_of, git, whole_rows


@pytest.fixture(scope="module")
def rows(inventory):
    return whole_rows(inventory)


@pytest.fixture(scope="module")
def summary(inventory):
    return json.loads(inventory.summary.read_text())


def test_every_step_of_the_example_is_verified(summary):
    assert summary["steps"] == {"scheduled": 21, "verified": 21, "rejected": {}}
    assert summary["tests"]["accepted"] == 28


def test_V4_the_counts_add_up(summary):
    assert_adds_up(summary)


def test_every_task_has_the_promised_fields(rows):
    wanted = {
        *("instance_id", "repo", "base_commit", "patch", "test_patch", "problem_statement", "hints_text"),
        *("created_at", "version", "environment_setup_commit", "FAIL_TO_PASS", "PASS_TO_PASS", "step"),
        *("target_functions", "dependent_functions", "depth", "wave", "test_command", "environment"),
        *("functions", "lines", "difficulty", "strength", "twins"),
        *("timeout", "license", "certificate", "removed_functions", "placeholder_functions", "underspecified", "later"),
        *("pass_to_pass_count", "format_version"),
    }
    assert all(set(row) == wanted for row in rows)
    assert rows[0]["instance_id"] == f"inventory-{rows[0]['environment_setup_commit'][:8]}-0001"
    assert set(rows[0]["environment"]) == {"python", "requirements", "variables"}


def test_V1_every_f2p_has_evidence_that_names_a_function_of_the_step(rows):
    for row in rows:
        functions = {*row["target_functions"], *row["dependent_functions"]}
        evidence = {entry["test"]: entry for entry in row["certificate"]["base"]}
        assert set(evidence) == set(row["FAIL_TO_PASS"])
        assert all(entry["functions"] and functions.issuperset(entry["functions"]) for entry in evidence.values())


def test_S1_every_accepted_test_enters_once_and_passes_ever_after(rows):
    known: set[str] = set(rows[0]["PASS_TO_PASS"])
    for row in rows:
        assert known <= set(row["PASS_TO_PASS"])
        assert not known & set(row["FAIL_TO_PASS"])
        known = {*row["PASS_TO_PASS"], *row["FAIL_TO_PASS"]}
    assert len(known) == 28


def test_checkout_is_one_commit_whose_name_is_the_base_commit(inventory, rows, tmp_path):
    row = rows[5]
    commit = sweflow.checkout(inventory.root, row["instance_id"], tmp_path / "task")
    assert commit == row["base_commit"] == git(tmp_path / "task", "rev-parse", "HEAD").strip()
    assert git(tmp_path / "task", "status", "--porcelain") == ""
    kinds = git(tmp_path / "task", "cat-file", "--batch-check", "--batch-all-objects").split("\n")
    assert sum(" commit " in line for line in kinds) == 1
    tree = {line.split()[2] for line in git(tmp_path / "task", "ls-tree", "-r", "-t", "HEAD").splitlines()}
    assert len([line for line in kinds if line]) == len(tree) + 2  # and the root tree and the commit


def test_C1_patches_turn_the_skeleton_into_the_reference_byte_for_byte(inventory, rows, tmp_path):
    for row in rows[::4]:
        name = row["instance_id"]
        work = tmp_path / name
        sweflow.checkout(inventory.root, name, work / "a")
        sweflow.checkout(inventory.root, name, work / "tests", sweflow.Content.TESTS)
        sweflow.checkout(inventory.root, name, work / "reference", sweflow.Content.REFERENCE)
        git(work / "a", "apply", data=row["test_patch"])
        assert files_of(work / "a") == files_of(work / "tests")
        git(work / "a", "apply", data=row["patch"])
        assert files_of(work / "a") == files_of(work / "reference")


def test_C1_the_history_ends_in_the_original(inventory, tmp_path):
    git(tmp_path, "clone", "-q", "-b", "main", str(inventory.history), "clone")
    assert files_of(tmp_path / "clone") == files_of(inventory.source)
    subjects = git(tmp_path / "clone", "log", "--reverse", "--format=%s").splitlines()
    assert subjects[1:5] == ["Step 1: tests", "Step 1: code", "Step 2: tests", "Step 2: code"]


def test_C4_a_skeleton_holds_no_body_of_its_step_or_a_later_one(inventory, rows, tmp_path):
    for row, later in zip(rows[::5], [rows[n:] for n in range(0, len(rows), 5)], strict=True):
        sweflow.checkout(inventory.root, row["instance_id"], tmp_path / row["instance_id"])
        text = b"".join(files_of(tmp_path / row["instance_id"]).values()).decode()
        for other in later:
            for function in (*other["target_functions"], *other["dependent_functions"]):
                assert (f"sweflow: {function}'" in text) == (function not in other["removed_functions"])
            for test in other["FAIL_TO_PASS"]:
                name = test.partition("[")[0].rpartition("::")[2]
                assert f"def {name}(" not in text or any(name in t for t in row["PASS_TO_PASS"])


def test_a_task_can_be_solved_by_its_patch_alone_with_plain_pytest(inventory, rows, tmp_path, python):
    row = rows[10]
    sweflow.checkout(inventory.root, row["instance_id"], tmp_path / "task", sweflow.Content.TESTS)
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    red = subprocess.run([*command, *row["FAIL_TO_PASS"]], cwd=tmp_path / "task", capture_output=True, check=False)
    assert red.returncode == 1
    git(tmp_path / "task", "apply", data=row["patch"])
    wanted = [*row["FAIL_TO_PASS"], *row["PASS_TO_PASS"]]
    green = subprocess.run([*command, *wanted], cwd=tmp_path / "task", capture_output=True, text=True, check=False)
    assert f"{len(wanted)} passed" in green.stdout


def test_C3_a_skeleton_collects_and_its_accumulated_tests_are_green(inventory, rows, tmp_path, python):
    row = rows[15]
    sweflow.checkout(inventory.root, row["instance_id"], tmp_path / "task")
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *row["PASS_TO_PASS"]]
    done = subprocess.run(command, cwd=tmp_path / "task", capture_output=True, text=True, check=False)
    assert f"{len(row['PASS_TO_PASS'])} passed" in done.stdout


def test_formats_give_the_same_bytes_when_written_again(inventory, tmp_path):
    from sweflow_rdg.format import read_graph, write_graph
    from sweflow_scheduler.format import read_schedule, write_schedule

    for read, write, path in (
        (read_trace, write_trace, inventory.trace),
        (read_graph, write_graph, inventory.graph),
        (read_schedule, write_schedule, inventory.schedule),
    ):
        write(tmp_path / "again", read(path))
        assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_D4_the_folder_can_be_moved_and_holds_the_source(inventory, rows, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.copytree(inventory.root, moved)
    commit = sweflow.checkout(moved, rows[0]["instance_id"], tmp_path / "task")
    assert commit == rows[0]["base_commit"]
    project, _ = read_project_file(moved / "project.json")
    assert tree_digest(read_blobs(moved / "source", project.files)) == project.source


def test_no_machine_path_stands_in_the_dataset(inventory):
    text = inventory.tasks.read_text() + inventory.rejected.read_text()
    assert str(inventory.root.parent) not in text
    assert "/tmp/" not in text


def test_a_finished_build_is_not_run_again(inventory, python):
    before = inventory.runs.read_text()
    again = sweflow.build(inventory.root.parent / "inventory", inventory.root, python=python)
    assert again["steps"]["verified"] == 21
    assert inventory.runs.read_text() == before
