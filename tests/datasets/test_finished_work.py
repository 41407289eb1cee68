"""H2: a question writes nothing, what replaces verified tasks says so first, and no failure removes finished work."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sweflow_datasets import pipeline
from sweflow_tracer.errors import FileNotUsable, InterpreterNotUsable, SandboxFailed, TasksInTheWay

import sweflow
from sweflow.cli.main import cli
from tests.helpers import files_of, write_repository


@pytest.fixture
def folder(calculator, tmp_path) -> sweflow.Folder:
    """A build of one's own, with verified tasks."""
    shutil.copytree(calculator.root, tmp_path / "out")
    return sweflow.Folder(tmp_path / "out")


def old(path: Path) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "version": 1}))


DAMAGES = {
    "missing": Path.unlink,
    "damaged": lambda path: path.write_text("{"),
    "of an older version": old,
    "without a member": lambda path: path.write_text(
        json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k not in ("calls", "steps")})
    ),
}
QUESTIONS = {
    "report": ["report", "{dir}", "--out", "{dir}/../report.html"],
    "graph --show": ["graph", "{dir}", "--show", "functions"],
    "graph --tests-of": ["graph", "{dir}", "--tests-of", "calculator/parser.py"],
    "schedule --explain": ["schedule", "{dir}", "--explain", "2"],
}


@pytest.mark.parametrize("damage", list(DAMAGES))
@pytest.mark.parametrize("question", list(QUESTIONS))
def test_H2_a_question_writes_nothing_whatever_the_graph_is_like(folder, question, damage):
    DAMAGES[damage](folder.graph)
    before = files_of(folder.root)
    done = CliRunner().invoke(cli, [part.format(dir=folder.root) for part in QUESTIONS[question]])
    assert done.exit_code == 0, done.output
    assert files_of(folder.root) == before


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_H2_loading_a_graph_or_a_schedule_writes_nothing(folder, damage):
    right = pipeline.load_graph(folder.root)
    DAMAGES[damage](folder.graph)
    DAMAGES[damage](folder.schedule)
    before = files_of(folder.root)
    assert pipeline.load_graph(folder.root) == right
    assert pipeline.load_schedule(folder.root, right).steps
    assert files_of(folder.root) == before


REPLACING = {
    "graph": lambda folder, force: (folder.graph.unlink(missing_ok=True), pipeline.graph(folder.root, force=force)),
    "schedule": lambda folder, force: pipeline.schedule(folder.root, sweflow.Rules(min_lines=40), force=force),
    "tasks": lambda folder, force: pipeline.tasks(folder.root, force=force),
}


@pytest.mark.parametrize("stage", list(REPLACING))
def test_H2_what_replaces_verified_tasks_asks_for_force(folder, stage):
    tasks, history = folder.tasks.read_bytes(), files_of(folder.history)
    with pytest.raises(TasksInTheWay, match="pass --force"):
        REPLACING[stage](folder, False)
    assert folder.tasks.read_bytes() == tasks
    assert files_of(folder.history) == history
    REPLACING[stage](folder, True)
    assert not folder.tasks.exists()


def test_H2_a_trace_that_is_not_there_is_not_made_anew_under_verified_tasks(folder, calculator, python):
    folder.trace.unlink()
    before = files_of(folder.root)
    with pytest.raises(TasksInTheWay):
        pipeline.build(calculator.root.parent / "calculator", folder.root, python=python)
    after = files_of(folder.root)
    assert {path: text for path, text in after.items() if path in before and path != "runs.jsonl"} == {
        path: text for path, text in before.items() if path != "runs.jsonl"
    }


def test_H2_an_older_format_is_refused_by_name_and_not_wiped(folder, calculator, python):
    old(folder.trace)
    before = files_of(folder.root)
    with pytest.raises(FileNotUsable, match=r"trace\.json has format version 1, .* or build anew in another folder"):
        pipeline.build(calculator.root.parent / "calculator", folder.root, python=python)
    assert files_of(folder.root) == before


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_repository(
        tmp_path / "repo",
        {"core.py": "def f(): return 1\n", "tests/test_core.py": "import core\ndef test_f(): assert core.f()\n"},
    )


@pytest.mark.slow
def test_D1_a_first_trace_that_was_cut_off_keeps_its_records(small, python, tmp_path, monkeypatch):
    """The sandbox breaks down when every test has been traced."""

    class Breaking:
        name, isolated = "breaking", False

        def __init__(self, real) -> None:
            self.real, self.started = real, 0

        def start(self, job):
            self.started += 1
            if self.started > 1:
                raise SandboxFailed(self.name, "the engine went away", "start it again")
            return self.real.start(job)

    from sweflow_tracer.runner import launching
    from sweflow_tracer.sandbox.process import Process

    breaking = Breaking(Process())
    monkeypatch.setattr(launching, "open_sandbox", lambda *given: breaking)
    with pytest.raises(SandboxFailed):
        pipeline.trace(small, tmp_path / "out", python=python)
    journals = [path for path in (tmp_path / "out" / "work").rglob("*") if path.is_file() and path.stat().st_size]
    assert any(b"test_core.py::test_f" in path.read_bytes() for path in journals)
    breaking.started = -9
    assert pipeline.trace(small, tmp_path / "out", python=python).tests


def test_D4_another_interpreter_does_not_verify_what_this_one_was_traced_with(folder, tmp_path):
    project = json.loads(folder.project.read_text())
    project["project"]["python"] = "3.9.1"
    folder.project.write_text(json.dumps(project))
    with pytest.raises(
        InterpreterNotUsable, match=r"is CPython 3\.\d+\.\d+, and the tests were traced with CPython 3\.9\.1"
    ):
        pipeline.verify(folder.root, python=Path(sys.executable))
    assert folder.tasks.exists()


def test_D4_an_environment_without_the_pins_does_not_verify_either(folder):
    project = json.loads(folder.project.read_text())
    project["project"]["requirements"].append("nowhere==1.0")
    folder.project.write_text(json.dumps(project))
    with pytest.raises(InterpreterNotUsable, match=r"has no nowhere==1\.0"):
        pipeline.verify(folder.root, python=Path(sys.executable))


def says(*arguments: object) -> str:
    """The one sentence of a command that ends on bad input."""
    with pytest.raises(sweflow.SweflowError) as caught:
        cli.main([str(argument) for argument in arguments], standalone_mode=False)
    return str(caught.value)


def test_a_row_of_tasks_that_lacks_a_field_is_said_with_its_line(folder):
    rows = folder.tasks.read_text().splitlines(keepends=True)
    row = json.loads(rows[1])
    del row["FAIL_TO_PASS"]
    folder.tasks.write_text("".join((rows[0], json.dumps(row) + "\n", *rows[2:])))
    for command in (["eval", folder.root, "-p", "gold"], ["checkout", folder.root, "x", folder.root.parent / "x"]):
        assert "tasks.jsonl is damaged in line 2 (there is no FAIL_TO_PASS): put the file back" in says(*command)


def test_tasks_and_tests_that_do_not_fit_are_said_with_the_line(folder):
    lines = folder.tests.read_text().splitlines(keepends=True)
    folder.tests.write_text("".join(lines[1:]))
    assert "tasks.jsonl is damaged in line 1 (its FAIL_TO_PASS do not follow" in says("eval", folder.root, "-p", "gold")


def test_tasks_of_an_older_format_are_refused_by_its_number(folder):
    rows = [{**json.loads(line), "certificate": {"version": 4}} for line in folder.tasks.read_text().splitlines()]
    folder.tasks.write_text("".join(json.dumps(row) + "\n" for row in rows))
    said = says("eval", folder.root, "-p", "gold")
    assert "tasks.jsonl has lines of format version 4, and this program reads 7: read it with the version" in said


def test_a_certificate_that_is_missing_is_said(folder):
    lines = folder.certificates.read_text().splitlines(keepends=True)
    folder.certificates.write_text("".join(lines[1:]))
    instance = json.loads(lines[0])["instance_id"]
    with pytest.raises(sweflow.SweflowError, match=rf"certificates\.jsonl has no line of {instance}"):
        sweflow.load_tasks(folder.root)


def test_a_torn_line_is_said_with_its_number(folder):
    rows = folder.tasks.read_text().splitlines(keepends=True)
    folder.tasks.write_text("".join((*rows[:2], rows[2][:50])))
    assert "tasks.jsonl is damaged in line 3 (" in says("eval", folder.root, "-p", "gold")


def test_a_history_that_is_not_there_is_said(folder):
    shutil.rmtree(folder.history)
    instance = json.loads(folder.tasks.read_text().splitlines()[0])["instance_id"]
    assert "history.git is not there: put it back" in says("checkout", folder.root, instance, folder.root.parent / "x")
    assert "history.git is not there: put it back" in says("eval", folder.root, "-p", "gold")


@pytest.mark.parametrize("name", ["project.json", "options.json", "schedule.json"])
def test_a_document_that_lacks_its_member_is_one_sentence(folder, name):
    path = folder.root / name
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k in ("format", "version")}))
    assert f"{name} is damaged (there is no '" in says("verify", folder.root)


def test_a_line_behind_the_end_of_a_file_is_said(folder):
    assert says("graph", folder.root, "--tests-of", "calculator/parser.py:9999").startswith(
        "calculator/parser.py has no line 9999: give one from 1 to "
    )


def test_a_step_that_is_no_task_says_why(folder):
    rows = [json.loads(line) for line in folder.tasks.read_text().splitlines()]
    folder.tasks.write_text("".join(json.dumps(row) + "\n" for row in rows[1:]))
    why = {"kind": "step", "id": f"{rows[0]['step']:04d}", "reason": "leak", "detail": "its body stands in notes.txt"}
    folder.rejected.write_text(json.dumps(why) + "\n")
    said = says("checkout", folder.root, rows[0]["instance_id"], folder.root.parent / "x")
    assert f"is no task, since step {rows[0]['step']} was rejected (leak: its body stands in notes.txt)" in said
    assert "there is no task x-0001: did you mean" in says("checkout", folder.root, "x-0001", folder.root.parent / "x")


def test_config_shows_what_the_defaults_are():
    rows = json.loads(CliRunner().invoke(cli, ["config", "--show", "--json"]).output)
    shown = {row["option"]: row["value"] for row in rows}
    assert (shown["cost"], shown["certificate"], shown["gold-runs"]) == ("lines", "basic", "3")
    assert all(row["value"] for row in rows), [row for row in rows if not row["value"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "plugin"),
    [("--cov=core --cov-report=term", "pytest-cov"), ("--nothing-has-this", "the plugin that has")],
)
def test_options_of_a_plugin_that_is_not_there_are_said_with_what_to_do(small, tmp_path, python, options, plugin):
    with (small / "pyproject.toml").open("a") as file:
        file.write(f'[tool.pytest.ini_options]\naddopts = "{options}"\n')
    said = says("build", small, "--python", python, "--out", tmp_path / "out", "--sandbox", "process")
    assert f"does not know {options.split()[0]}" in said
    assert f"install {plugin}" in said
    assert "or pass `-- -o addopts=`" in said
    assert not (tmp_path / "out").exists()
