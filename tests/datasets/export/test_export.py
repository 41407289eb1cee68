"""Exports: the same bytes for the same builds, whole or not there, and what each client is given."""

import json
import shutil
import subprocess
import sys
import tomllib

import pytest
from sweflow_datasets.checking.held import open_dataset
from sweflow_datasets.errors import (
    ExportInTheWay,
    InstanceTwice,
    NothingToExport,
    PlaceNotUsable,
    SelectionNotUsable,
)
from sweflow_datasets.export.files import Writer
from sweflow_datasets.export.harbor import FORWARD, task_name
from sweflow_datasets.images.build import IMAGES_VERSION
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import write_document

import sweflow
from tests.datasets.conftest import FORMS
from tests.helpers import files_of, git

for _library in ("datasketch", "pyarrow", "tomli_w"):
    pytest.importorskip(_library)


@pytest.mark.parametrize("form", FORMS)
def test_D2_the_same_build_gives_the_same_bytes(form, exports, calculator, tmp_path):
    sweflow.export([calculator.root], form, tmp_path / "again")
    assert files_of(tmp_path / "again") == files_of(exports / form)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_every_task_with_its_patches_and_tests(form, exports, calculator):
    wanted = {task.instance_id: task for task in sweflow.load_tasks(calculator.root)}
    with open_dataset(exports / form) as held:
        assert {task.instance_id for task in held.tasks} == set(wanted)
        for task in held.tasks:
            known = wanted[task.instance_id]
            assert task.fields["patch"] == known.patch
            assert task.fields["problem_statement"] == known.problem_statement
            assert task.fields["PASS_TO_PASS"] == [*known.pass_to_pass]
            skeleton = task.skeleton()
            assert all(path in skeleton for path in ("calculator/tokens.py", "pyproject.toml"))


@pytest.mark.parametrize("form", FORMS)
def test_the_manifest_names_every_file(form, exports):
    held = json.loads((exports / form / "export.json").read_text())
    there = {path.relative_to(exports / form).as_posix() for path in (exports / form).rglob("*") if path.is_file()}
    assert there == {*held["files"], "export.json"}
    assert held["form"] == form


def test_a_row_of_swebench_has_what_its_harness_reads(exports):
    rows = [json.loads(line) for line in (exports / "swebench" / "train.jsonl").read_text().splitlines()]
    needed = (
        "instance_id repo version base_commit patch test_patch problem_statement hints_text created_at "
        "environment_setup_commit FAIL_TO_PASS PASS_TO_PASS image log_parser eval_type eval_script"
    )
    for row in rows:
        assert set(needed.split()) == set(row)
        script = row["eval_script"]
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        assert script.count(">>>>> Start Test Output") == script.count(">>>>> End Test Output") == 1
        assert row["patch"] not in script
        assert script.splitlines()[2] == "exec 2>&1", "docker sends two streams in pieces, and a line may be torn"
        assert json.loads(row["FAIL_TO_PASS"])


def test_ids_with_white_space_reach_swebench_as_one_word(exports):
    rows = [json.loads(line) for line in (exports / "swebench" / "train.jsonl").read_text().splitlines()]
    ids = [test for row in rows for test in json.loads(row["FAIL_TO_PASS"])]
    assert any("%20" in test for test in ids)
    assert not [test for test in ids if len(test.split()) != 1]


def test_a_harbor_task_keeps_tests_and_solution_out_of_the_agents_box(exports, calculator):
    for task in sweflow.load_tasks(calculator.root):
        folder = exports / "harbor" / "tasks" / "train" / task.instance_id
        head = tomllib.loads((folder / "task.toml").read_text())
        assert head["verifier"]["environment_mode"] == "separate"
        assert head["environment"]["network_mode"] == "no-network"
        assert head["environment"]["docker_image"].endswith(f":{task.step:04d}")
        assert {path.name for path in (folder / "environment").iterdir()} == {"Dockerfile", "skeleton.tar.gz"}
        subprocess.run(["bash", "-n", folder / "tests" / "test.sh"], check=True)
        with open_dataset(exports / "harbor") as held:
            tree = next(one for one in held.tasks if one.instance_id == task.instance_id).skeleton()
        text = "".join(content.decode() for _, content in tree.values())
        for test in task.fail_to_pass:
            assert f"def {test.rpartition('::')[2].partition('[')[0]}(" not in text


def test_a_schedule_is_one_harbor_task_of_all_steps_in_order(exports, calculator):
    folder = exports / "harbor" / "schedules" / "train" / "calculator-5f4df0ec"
    head = tomllib.loads((folder / "task.toml").read_text())
    steps = [task.step for task in sweflow.load_tasks(calculator.root)]
    assert [step["name"] for step in head["steps"]] == [f"step-{number:04d}" for number in steps]
    assert all(step["min_reward"] == 1.0 for step in head["steps"])
    for step in head["steps"]:
        below = folder / "steps" / step["name"]
        assert (below / "instruction.md").exists()
        assert (below / "tests" / "test.sh").exists()
        assert (below / "workdir" / "setup.sh").exists() == (step is not head["steps"][0])


def test_the_next_step_lays_its_changes_over_what_was_written(tmp_path):
    tree, folder = tmp_path / "tree", tmp_path / "step"
    files = {
        tree / "a.py": "def one():\n    return 'mine'\n\n\ndef two():\n    raise NotImplementedError\n",
        folder / "before" / "a.py": "def one():\n    return 1\n\n\ndef two():\n    raise NotImplementedError\n",
        folder / "after" / "a.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n",
        tree / "tests" / "test_a.py": "changed by the agent\n",
        folder / "after" / "tests" / "test_a.py": "def test_one():\n    pass\n",
        tree / "gone.py": "",
        tree / "own.py": "new\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "gone.json").write_text('["gone.py"]')
    (folder / "forward.py").write_text(FORWARD)
    subprocess.run([sys.executable, folder / "forward.py", folder, tree], check=True)
    assert "return 'mine'" in (tree / "a.py").read_text()
    assert "return 2" in (tree / "a.py").read_text()
    assert (tree / "tests" / "test_a.py").read_text() == "def test_one():\n    pass\n"
    assert not (tree / "gone.py").exists()
    assert (tree / "own.py").exists()


def test_a_table_brings_the_skeletons_and_no_solution(exports, calculator, tmp_path):
    bundle = exports / "jsonl" / "repositories" / "calculator-5f4df0ec.bundle"
    for task in sweflow.load_tasks(calculator.root):
        folder = tmp_path / task.instance_id
        folder.mkdir()
        git(folder, "init", "-q", ".")
        git(folder, "fetch", "-q", str(bundle), f"refs/skeletons/{task.step:04d}")
        git(folder, "checkout", "-q", "FETCH_HEAD")
        assert git(folder, "rev-parse", "HEAD").strip() == task.base_commit
        git(folder, "apply", "--check", "-", data=task.patch)


def test_an_export_names_images_by_name_and_id(calculator, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(calculator.root, out, symlinks=True)
    first = sweflow.load_tasks(out)[0].instance_id
    facts = {"image": "me/x:0001", "id": "sha256:1", "bytes": 1, "seconds": 1.0}
    members = {"prefix": "me", "base": "b", "environment": {**facts, "image": "me/x:env"}, "tasks": {first: facts}}
    write_document(out / "images.json", "images", IMAGES_VERSION, members)
    made = sweflow.export([out], "jsonl", tmp_path / "data")
    rows = [json.loads(line) for line in (tmp_path / "data" / "data" / "train.jsonl").read_text().splitlines()]
    images = {row["instance_id"]: json.loads(row["environment"])["image"] for row in rows}
    assert images.pop(first) == {"name": "me/x:0001", "id": "sha256:1"}
    assert set(images.values()) == {None}
    assert not any("prefix" in note for note in made.notes)
    other = sweflow.export([out], "swebench", tmp_path / "swe")
    assert any("built with the prefix me" in note for note in other.notes)


def test_what_is_wrong_is_said_and_nothing_is_left(calculator, tmp_path, monkeypatch):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")
    (tmp_path / "unverified").mkdir()
    twin = tmp_path / "twin"
    shutil.copytree(calculator.root, twin, symlinks=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExportInTheWay):
        sweflow.export([calculator.root], "jsonl", tmp_path / "taken")
    with pytest.raises(FileNotUsable, match="run `sweflow"):
        sweflow.export([tmp_path / "unverified"], "jsonl", tmp_path / "new")
    with pytest.raises(InstanceTwice):
        sweflow.export([calculator.root, twin], "jsonl", tmp_path / "new")
    with pytest.raises(NothingToExport):
        sweflow.export([calculator.root], "jsonl", tmp_path / "new", sweflow.ExportOptions(select="lines < 0"))
    with pytest.raises(SelectionNotUsable, match="did you mean lines"):
        sweflow.export([calculator.root], "jsonl", tmp_path / "new", sweflow.ExportOptions(select="line < 9"))
    with pytest.raises(PlaceNotUsable):
        sweflow.export([calculator.root], "jsonl", "nosuchscheme://place")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "bytes", full)
    for form in FORMS:
        with pytest.raises(OSError, match="No space"):
            sweflow.export([calculator.root], form, tmp_path / "new")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_url_gets_the_same_files_and_the_manifest_last(calculator, exports, monkeypatch):
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    put, order = type(system).put_file, []
    monkeypatch.setattr(type(system), "put_file", lambda self, a, b, **k: (order.append(b), put(self, a, b, **k))[1])
    sweflow.export([calculator.root], "jsonl", "memory://bucket/data")
    there = {name.removeprefix("/bucket/data/"): system.cat(name) for name in system.find("/bucket/data")}
    assert there == files_of(exports / "jsonl")
    assert order[-1].endswith("export.json")
    with pytest.raises(ExportInTheWay):
        sweflow.export([calculator.root], "jsonl", "memory://bucket/data")


@pytest.mark.slow
def test_D6_two_repositories_are_split_and_neither_is_parted(calculator, inventory, tmp_path):
    options = sweflow.ExportOptions(split="train=0.6,test=0.4")
    made = sweflow.export([calculator.root, inventory.root], "jsonl", tmp_path / "data", options)
    assert set(made.tasks) == {"train", "test"}
    assert sweflow.check_dataset(tmp_path / "data").sound
    again = sweflow.export([inventory.root, calculator.root], "jsonl", tmp_path / "again", options)
    assert again.tasks == made.tasks
    assert files_of(tmp_path / "again") == files_of(tmp_path / "data")


@pytest.mark.parametrize(("name", "wanted"), [("a__b-1", "a__b-1"), ("..", "task"), ("ä/ö", "task"), ("x y", "x-y")])
def test_names_of_packages_are_names(name, wanted):
    assert task_name(name) == wanted
