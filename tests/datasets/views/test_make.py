"""Files of views: the same bytes for the same build, whole or not there, and everything without a record named."""

import json

import pytest
from sweflow_datasets.errors import ExportInTheWay, ExtraMissing, InstanceTwice
from sweflow_datasets.views.errors import ViewsNotWritten
from sweflow_datasets.views.figures import Figures, figures_of
from sweflow_datasets.views.tokens import Tokenizer, counter
from sweflow_tracer.errors import FileNotUsable

import sweflow


def rows(path):
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


@pytest.mark.parametrize("kind", list(sweflow.ViewKind))
def test_D2_the_same_build_gives_the_same_records_which_say_what_they_are_of(calculator, tmp_path, kind):
    made = sweflow.make_views([calculator.root], kind, tmp_path / "one.jsonl")
    again = sweflow.make_views([calculator.root], kind, tmp_path / "two.jsonl")
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    found = rows(tmp_path / "one.jsonl")
    tasks = {task.instance_id: task for task in sweflow.load_tasks(calculator.root)}
    assert {row["instance_id"] for row in found} <= set(tasks)
    assert (made.records, made.tokens.total) == (len(found), sum(row["tokens"] for row in found))
    assert made.refused == again.refused
    for row in found:
        assert row["view"] == kind.value
        assert row["base_commit"] == tasks[row["instance_id"]].base_commit
        assert {"license", "repo", "step", "tokenizer"} <= row.keys()


def test_a_budget_refuses_and_counts_and_cuts_nothing(calculator, tmp_path):
    options = sweflow.ViewOptions(max_tokens=300)
    made = sweflow.make_views([calculator.root], "fim", tmp_path / "fim.jsonl", options)
    everything = sweflow.make_views([calculator.root], "fim", tmp_path / "all.jsonl")
    assert made.refused
    assert made.records + made.reasons["over-budget"] == everything.records
    whole = {row["function"]: row for row in rows(tmp_path / "all.jsonl")}
    assert all(whole[row["function"]] == row for row in rows(tmp_path / "fim.jsonl"))
    assert all(whole[one.what]["tokens"] > 300 for one in made.refused)


def test_H2_what_stands_there_is_left_alone(calculator, tmp_path):
    place = tmp_path / "there.jsonl"
    place.write_text("mine")
    with pytest.raises(ExportInTheWay):
        sweflow.make_views([calculator.root], "fim", place)
    assert place.read_text() == "mine"


def test_a_place_that_takes_no_file_is_named(calculator, tmp_path):
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file" / "fim.jsonl", ""):
        with pytest.raises(ViewsNotWritten, match="name another file as --out"):
            sweflow.make_views([calculator.root], "fim", place)


def test_H2_a_folder_without_tasks_leaves_nothing_behind(tmp_path):
    with pytest.raises(FileNotUsable):
        sweflow.make_views([tmp_path], "fim", tmp_path / "new" / "fim.jsonl")
    assert not (tmp_path / "new").exists()


def test_two_builds_of_one_task_are_refused(calculator, tmp_path):
    other = tmp_path / "other"
    other.symlink_to(calculator.root)
    import shutil

    shutil.copytree(calculator.root, tmp_path / "copy", symlinks=True)
    with pytest.raises(InstanceTwice):
        sweflow.make_views([calculator.root, tmp_path / "copy"], "fim", tmp_path / "fim.jsonl")


def test_views_are_values_that_can_be_applied(calculator):
    for step, view in sweflow.step_views(calculator.root, "instruction"):
        if not isinstance(view, sweflow.Refused):
            assert sweflow.apply_view(view, view.answer) == step.reference
            assert sweflow.broken_rule(view, view.answer) == ""


def test_figures_of_counts():
    assert figures_of([]) == Figures()
    assert figures_of(list(range(1, 101))) == Figures(5050, 50, 95, 100)
    assert figures_of([7]) == Figures(7, 7, 7, 7)


def test_a_tokenizer_that_is_not_installed_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mistral_common", None)
    from sweflow_datasets.views.tokens import _tekken

    _tekken.cache_clear()
    with pytest.raises(ExtraMissing, match=r"sweflow\[tokens\]"):
        counter(Tokenizer.TEKKEN)


@pytest.mark.slow
def test_tekken_counts_offline():
    pytest.importorskip("mistral_common")
    count = counter(Tokenizer.TEKKEN)
    assert count("") == 0
    assert count("def add(a, b):\n    return a + b\n") == 12
