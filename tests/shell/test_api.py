"""The public API: every name and field is documented, paths are what callers have, and values are short to look at."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from sweflow_tracer.format import read_trace

import sweflow

API = Path(__file__).parents[2] / "docs" / "api.md"


class PathLike:
    """A path object that is no ``Path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


def test_every_public_name_stands_in_the_page():
    prose = re.sub(r"```.*?```", "", API.read_text("utf-8"), flags=re.DOTALL)
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", prose))))
    assert not set(sweflow.__all__) - words


def test_every_field_of_a_public_dataclass_stands_in_the_page_and_no_other():
    said = {
        name: set(re.findall(r"`(\w+)`", fields))
        for name, fields in re.findall(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \|$", API.read_text("utf-8"), re.MULTILINE)
    }
    kinds = {name: getattr(sweflow, name) for name in sweflow.__all__ if name != "Folder"}
    real = {n: {f.name for f in dataclasses.fields(k)} for n, k in kinds.items() if dataclasses.is_dataclass(k)}
    assert said == real


@pytest.mark.slow
def test_a_path_is_any_path_object(calculator, tmp_path, python):
    """Texts are what docs/api.md has, and ``Path`` what every other test has."""
    kind = PathLike
    out = kind(calculator.root)
    task, *_ = sweflow.load_tasks(out)
    assert sweflow.load_graph(out).tests
    assert sweflow.trace(kind(calculator.root.parent / "calculator"), kind(tmp_path / "out"), python=kind(python)).tests
    assert sweflow.graph(kind(tmp_path / "out")) == sweflow.load_graph(out)
    assert sweflow.schedule(kind(tmp_path / "out")).steps
    assert sweflow.checkout(out, task.instance_id, kind(tmp_path / "task")) == task.base_commit
    assert Path(sweflow.report(out, kind(tmp_path / "report.html")).path).exists()
    assert sweflow.index_source({"a.py": ("100644", b"x = 1\n")}, cache=kind(tmp_path / "cache")).files


def test_no_patch_is_an_empty_one_as_on_the_command_line(calculator, python):
    task = sweflow.load_tasks(calculator.root)[0]
    assert sweflow.grade(task, None, python=python).verdict is sweflow.VerdictKind.FAILED


def test_a_task_has_the_attributes_of_its_row(calculator):
    for task in sweflow.load_tasks(calculator.root):
        row = {name.lower(): value for name, value in task.row.items()}
        for field in dataclasses.fields(task):
            if field.name not in ("folder", "row", "certificate", "order"):
                value = getattr(task, field.name)
                assert (list(value) if isinstance(value, tuple) else value) == row[field.name]


def test_values_are_short_to_look_at(calculator):
    graph = sweflow.load_graph(calculator.root)
    values = [graph, sweflow.make_schedule(graph, sweflow.Rules()), *sweflow.load_tasks(calculator.root)]
    values += [read_trace(sweflow.Folder(calculator.root).trace), sweflow.index_source({})]
    for value in values:
        assert len(repr(value)) < 1000, repr(value)
        assert repr(value).startswith(type(value).__name__ + "(")


def test_G3_a_graph_answers_by_id(calculator):
    graph = sweflow.load_graph(calculator.root)
    network = graph.to_networkx()
    test = next(test for test in graph.tests if test.rejected is None and test.requirement)
    assert {PurePosixPath(function.partition("::")[0]).suffix for function in graph.requirement(test.id)} == {".py"}
    for function in graph.requirement(test.id):
        assert graph.node(function).id == function
        assert set(graph.callees(function)) == set(network.successors(function))
        assert set(graph.callers(function)) == set(network.predecessors(function))
    with pytest.raises(KeyError):
        graph.node("nothing.py::nothing")


def test_what_few_commands_need_is_not_loaded_at_the_start():
    heavy = ["networkx", "libcst", "coverage", "docker"]
    code = f"import sys, sweflow.cli.main; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
