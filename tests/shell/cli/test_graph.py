"""``sweflow graph`` and ``sweflow schedule`` on the built example."""

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner
from sweflow_datasets.coverage_run import cover
from sweflow_datasets.errors import CoverageNotUsable
from sweflow_scheduler.errors import BandUpsideDown, UnknownStep
from sweflow_tracer.errors import SweflowError
from sweflow_tracer.sandbox.choose import examine_one

import sweflow
from sweflow.cli.main import cli
from sweflow.display import drawing
from sweflow.errors import DotNotUsable, NotAQuestion
from tests.helpers import write_repository

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not installed")


def run(*arguments: object) -> str:
    """What a command prints; its error is raised."""
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def run_bytes(*arguments: object) -> bytes:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments], catch_exceptions=False)
    return done.stdout_bytes


@pytest.fixture
def copy(inventory, tmp_path) -> Path:
    shutil.copytree(inventory.root, tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize(
    "what", ["functions", "edges", "tests", "cycles", "depth", "entry-points", "unreached", "hot-spots"]
)
def test_every_list_is_a_table_and_json(inventory, what):
    rows = json.loads(run("graph", inventory.root, "--show", what, "--json"))
    assert f"{what}: {len(rows)}" in run("graph", inventory.root, "--show", what)
    assert json.loads(run("graph", inventory.root, "--show", what, "--json", "--top", 1)) == rows[:1]


def test_a_question_leaves_the_build_as_it_is(inventory):
    before = {path.name: path.stat().st_mtime_ns for path in inventory.root.iterdir()}
    run("graph", inventory.root, "--function", "Stock.add")
    run("graph", inventory.root, "--format", "dot")
    assert {path.name: path.stat().st_mtime_ns for path in inventory.root.iterdir()} == before


def test_the_same_graph_and_schedule_again_leave_what_was_made_of_them(copy):
    run("graph", copy)
    run("schedule", copy)
    assert (copy / "tasks.jsonl").exists()
    assert (copy / "summary.json").exists()


def test_a_function_has_callers_callees_tests_and_a_step(inventory):
    found = json.loads(run("graph", inventory.root, "--function", "Stock.add", "--json"))
    assert found["function"] == "src/inventory/stock.py::Stock.add"
    assert found["step"] >= 1
    assert all("test" in test for test in found["tests"])
    text = run("graph", inventory.root, "--function", "Stock.add")
    assert all(caller in text.replace("\n", "") for caller in found["callers"][:1])


def test_a_path_and_the_tests_of_a_line(inventory):
    step = sweflow.schedule(inventory.root).steps[0]
    function = step.functions[0]
    assert json.loads(run("graph", inventory.root, "--path", function, function, "--json")) == [function]
    found = json.loads(run("graph", inventory.root, "--function", function, "--json"))
    file, line = found["place"].split(":")
    assert json.loads(run("graph", inventory.root, "--tests-of", f"{file}:{line}", "--json")) == found["tests"]
    assert run("graph", inventory.root, "--tests-of", file).splitlines()[0].startswith("tests/")


@pytest.mark.slow
def test_a_repository_is_traced_first_and_ids_with_brackets_are_printed_as_they_are(tmp_path, python, monkeypatch):
    tests = "import core, pytest\n@pytest.mark.parametrize('a', ['b'])\ndef test_f(a): assert core.f()\n"
    repo = write_repository(tmp_path / "repo", {"core.py": "def f(): return 1\n", "tests/test_core.py": tests})
    monkeypatch.chdir(tmp_path)
    rows = json.loads(run("graph", repo, "--python", python, "--show", "functions", "--json"))
    assert [row["function"] for row in rows] == ["core.py::f"]
    assert run("graph", repo, "--tests-of", "core.py:1", "--python", python) == "tests/test_core.py::test_f[b]\n"
    assert "test_f[b]" in run("graph", tmp_path / "repo.sweflow", "--function", "core.py::f")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--show", "edges", "--coverage"], "--show, --coverage are different questions: give one of them"),
        (["--module", "src"], "--module is for a graph that is written: give --format as well"),
        (["--out", "x"], "--out is for a graph that is written: give --format as well"),
        (["--format", "dot", "--module", "src", "--step", "1"], "--module and --step both cut the graph"),
        (["--format", "dot", "--step", "999"], "there is no step 999: run `sweflow schedule DIR`"),
        (["--format", "dot", "--module", "nowhere"], "the graph has no file nowhere"),
        (["--format", "dot", "--out", "/nowhere/at/all"], "cannot be written"),
        (["--function", "zzzz"], "there is no function zzzz: run `sweflow graph DIR --show functions`"),
        (["--tests-of", "src/inventory/stock.py:x"], "the graph has no file src/inventory/stock.py:x"),
    ],
)
def test_bad_questions_are_one_sentence_with_the_next_move(inventory, arguments, sentence):
    with pytest.raises(SweflowError) as caught:
        run("graph", inventory.root, *arguments)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_dot_has_a_cluster_a_module_and_a_colour_a_step(inventory):
    text = run("graph", inventory.root, "--format", "dot", "--module", "src/inventory/stock.py")
    assert text.startswith("// src/inventory/stock.py\ndigraph sweflow {")
    assert 'label="src/inventory/stock.py"' in text
    colours = {part.split('"')[1] for part in text.split("fillcolor=")[1:] if part.startswith('"')}
    assert len(colours) > 3


def test_a_large_graph_is_drawn_by_module(inventory, capfd):
    done = CliRunner().invoke(cli, ["graph", str(inventory.root), "--format", "dot", "--limit", "10"])
    assert '"src/inventory/stock.py"' in done.stdout
    assert "stock.py//" not in done.stdout
    assert "are too many to read, so this shows each module as one" in done.stderr


@needs_dot
def test_svg_is_well_formed_and_png_is_one(inventory, tmp_path):
    root = ET.fromstring(run_bytes("graph", inventory.root, "--format", "svg"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    run("graph", inventory.root, "--format", "png", "--step", 2, "--out", tmp_path / "step.png")
    assert (tmp_path / "step.png").read_bytes().startswith(b"\x89PNG")


def test_without_the_program_dot_the_sentence_says_what_to_install(inventory, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DotNotUsable, match=r"dot is not installed.*: install graphviz"):
        run("graph", inventory.root, "--format", "svg")


def test_a_dot_that_fails_or_hangs_says_so(inventory, monkeypatch, tmp_path):
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho 'syntax error' >&2; exit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(DotNotUsable, match="dot says: syntax error"):
        run("graph", inventory.root, "--format", "svg")
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(drawing, "SECONDS", 0.2)
    with pytest.raises(DotNotUsable, match=r"more than 0 seconds.*--module or --around"):
        run("graph", inventory.root, "--format", "svg")


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", ["process", "bubblewrap"])
def test_T2_V7_coverage_of_the_example_agrees_with_its_trace_in_every_sandbox(inventory, sandbox):
    if not (found := examine_one(sandbox)).works:
        pytest.skip(found.problem)
    text = run("graph", inventory.root, "--coverage", "--sandbox", sandbox)
    assert "Witness: in 28 tests every function with an executed line is in the test's trace." in text


def test_T2_a_coverage_file_can_be_read_and_can_contradict_the_trace(inventory, tmp_path):
    from dataclasses import replace

    import coverage

    graph = sweflow.graph(inventory.root)
    test = next(t for t in graph.tests if t.requirement)
    function = graph.nodes[test.requirement[-1]]
    data = coverage.CoverageData(str(tmp_path / "data"))
    data.set_context(f"{test.id}|run")
    lines = range(function.line, function.line + function.lines)
    data.add_lines({f"/somewhere/else/{function.path}": list(lines)})
    data.write()
    found = cover(inventory.root, graph, tmp_path / "data")
    assert (found.compared, found.missed) == (1, ())
    row = next(row for row in found.rows if row.function == function.id)
    assert (row.share, row.tests) == (1.0, 1)
    blind = replace(graph, tests=tuple(replace(t, requirement=(), calls=0, body=None) for t in graph.tests))
    blind = replace(blind, call_sets=((), *graph.call_sets[1:]))
    assert [(miss.test, miss.function) for miss in cover(inventory.root, blind, tmp_path / "data").missed] == [
        (test.id, function.id)
    ]


def test_a_file_that_is_no_coverage_data_is_refused(inventory, tmp_path):
    (tmp_path / "data").write_text("no database")
    with pytest.raises(CoverageNotUsable, match="cannot be read as coverage data"):
        run("graph", inventory.root, "--coverage-file", tmp_path / "data")


def test_the_schedule_is_a_table_with_a_timeline_and_json(inventory):
    text = run("schedule", inventory.root)
    assert "█" in text
    assert "The critical path has" in text
    found = json.loads(run("schedule", inventory.root, "--json"))
    assert sum(map(len, found["waves"])) == len(found["steps"]) == 21
    assert found["width"] == max(map(len, found["waves"]))
    assert set(found["critical_path"]) <= set(range(1, 22))


def test_other_rules_are_stored_and_drop_what_was_made_of_the_old_schedule(copy):
    run("schedule", copy, "--closure", "merged", "--min-lines", 10, "--force")
    options = json.loads((copy / "options.json").read_text())["options"]
    assert (options["closure"], options["min_lines"], options["cost"]) == ("merged", 10, "lines")
    assert not (copy / "tasks.jsonl").exists()
    found = json.loads(run("schedule", copy, "--json"))
    assert found["forward_references"] == 0
    assert found["rules"] == {"cost": "lines", "closure": "merged", "min_lines": 10, "max_lines": 0, "slack": 0}
    assert len(found["steps"]) < 21


def test_a_step_is_explained_in_sentences_and_json(inventory):
    text = run("schedule", inventory.root, "--explain", 3)
    assert text.startswith("Step 3 develops what tests/")
    assert "other test functions were waiting" in text
    assert json.loads(run("schedule", inventory.root, "--explain", 3, "--json"))["number"] == 3
    with pytest.raises(UnknownStep, match="its steps are 1 to 21"):
        run("schedule", inventory.root, "--explain", 0)


def test_a_band_upside_down_ends_a_build_before_it_starts(tmp_path):
    repo = write_repository(tmp_path / "repo", {"core.py": "x = 1\n"})
    with pytest.raises(BandUpsideDown):
        run("build", repo, "--min-lines", 9, "--max-lines", 3, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_line_prints_the_sentence_and_ends_with_2(inventory):
    command = [sys.executable, "-m", "sweflow", "graph", str(inventory.root), "--function", "zzzz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("sweflow: there is no function zzzz")


def test_errors_of_the_shell_are_errors_of_the_user():
    assert all(issubclass(error, SweflowError) for error in (NotAQuestion, DotNotUsable, CoverageNotUsable))
