"""What a selection takes, what it may speak of, and what it refuses."""

import pytest
from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.errors import SelectionNotUsable
from sweflow_datasets.export.selection import FIELDS, facts_of, select
from sweflow_datasets.export.values import ExportTask

from tests.datasets.made_tasks import made_task

TASKS = (
    made_task("o/one", 1),
    made_task("o/one", 2, full=True, placeholder_functions=["pack/code.py::p"]),
    made_task("o/two", 3, split="test", license="", version="1.10"),
)


def steps(expression: str) -> list[int]:
    return [task.row["step"] for task in select(TASKS, expression)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("lines <= 6", [1, 2]),
        ("Lines BETWEEN 4 AND 6", [2]),
        ("task.repo = 'o/two' OR placeholders", [2, 3]),
        ("repo LIKE 'O/%' AND NOT step % 2", [2]),
        ("license = ''", [3]),
        ("version = '1.10'", [3]),
        ("split IN ('test', 'validation')", [3]),
        ("strength IS NULL", [1, 3]),
        ("strength < 0.9", [2]),
        ("difficulty >= 0.5", [1, 2, 3]),
        ("lines >= (SELECT avg(lines) FROM task)", [2, 3]),
        ("pass_to_pass > 0 -- tests that stay", [2, 3]),
        ("\"lines\" < 4 AND [repo] = 'o/one' AND `depth`", [1]),
        ("python GLOB '3.11*' /* \"no name\" */", [1, 2, 3]),
        ("'\"it''s no name\"' IS NULL", []),
        ("1", [1, 2, 3]),
    ],
)
def test_an_expression_of_sqlite_selects(expression, expected):
    assert steps(expression) == expected


def test_what_is_selected_keeps_its_order():
    assert select(reversed(TASKS), "1") == tuple(reversed(TASKS))


def test_facts_have_the_fields_and_need_no_pass_to_pass():
    row = {name: value for name, value in TASKS[1].row.items() if name != "PASS_TO_PASS"}
    facts = facts_of(ExportTask(TASKS[1].build, row, {}))
    assert list(facts) == list(FIELDS)
    assert facts["patch_lines"] == 2
    assert facts["pass_to_pass"] == 1
    assert facts["statement_length"] == len("Write it.")


def test_facts_of_a_build_are_those_of_its_rows(calculator):
    for task in load_tasks(calculator.root):
        facts = facts_of(ExportTask(task.folder, task.whole_row(), task.certificate))
        assert facts["tests"] == len(task.fail_to_pass)
        assert facts["strength"] is None
        assert facts["patch_lines"] >= 2


@pytest.mark.parametrize("expression", ["lnes < 4", '"lnes" < 4', "[lnes] < 4", "`lnes` < 4", "task.lnes < 4"])
def test_an_unknown_field_is_refused_with_those_that_are_near(expression):
    with pytest.raises(SelectionNotUsable, match="did you mean lines or ") as caught:
        steps(expression)
    assert caught.value.near[0] == "lines"
    assert caught.value.expression == expression


def test_a_text_in_double_quotes_is_refused_and_not_taken_for_one():
    with pytest.raises(SelectionNotUsable, match="no such field: o/one; texts stand in 'single quotes'"):
        steps('repo = "o/one"')


@pytest.mark.parametrize(
    "expression", ["", "lines <", "lines IN (1", "lines; 1", "?", ":x", "\0", "\ud800", "lines 'x"]
)
def test_bad_syntax_is_refused(expression):
    with pytest.raises(SelectionNotUsable, match="write an expression of SQLite over instance_id, "):
        steps(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "1) OR (1",
        "0) UNION SELECT step FROM task WHERE (1",
        "1 LIMIT 1",
        "1 ORDER BY lines",
        "1 UNION SELECT 1",
        "1 GROUP BY repo",
        "count(*) > 1",
        "rowid",
        '"#"',
        "#",
    ],
)
def test_what_is_no_condition_by_itself_is_refused(expression):
    with pytest.raises(SelectionNotUsable):
        steps(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "(SELECT count(*) FROM sqlite_master)",
        "(SELECT count(*) FROM pragma_database_list)",
        "EXISTS (SELECT 1 FROM json_each('[1]'))",
        "EXISTS (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT 1 FROM c)",
        "load_extension('x')",
        "random() > 0",
        "step < strftime('%s', 'now')",
        "CURRENT_TIMESTAMP > ''",
        "1; DROP TABLE task",
        "1; ATTACH 'x.db' AS x",
    ],
)
def test_anything_but_a_look_at_the_table_is_refused(expression):
    with pytest.raises(SelectionNotUsable):
        steps(expression)


def test_an_expression_that_does_not_end_is_refused():
    crossed = ", ".join(f"task t{n}" for n in range(40))
    with pytest.raises(SelectionNotUsable, match=r"it takes longer than 0\.2 seconds"):
        select(TASKS, f"(SELECT count(*) FROM {crossed})", seconds=0.2)


def test_an_expression_is_read_where_there_are_no_tasks():
    assert select((), "lines > 1") == ()
    with pytest.raises(SelectionNotUsable):
        select((), "lnes > 1")


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_compared_as_what_it_is(name):
    kind = {int: "integer", float: "real", str: "text"}[type(facts_of(TASKS[1])[name])]
    assert 2 in steps(f"typeof({name}) = '{kind}'")
    if kind != "text":
        assert 2 in steps(f"{name} >= '0' AND {name} < '9999'")
