"""Solving and describing a build: predictions that eval takes, statements that hide what is hidden, kills that cost nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweflow_datasets.models import Limits, Model, describe, solve
from sweflow_datasets.models.solve import AskOptions
from sweflow_tasks.grading import read_predictions
from sweflow_tasks.grading.patches import apply_patch

import sweflow
from tests.datasets.models.chat_server import Reply, chat_server, fails, says

pytest.importorskip("openai")


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-key-that-nobody-may-see")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture
def options(tmp_path: Path) -> AskOptions:
    return AskOptions(Limits(workers=1, attempts=1), tmp_path / "cache")


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def knows_gold(tasks: tuple[sweflow.Task, ...]):
    def answer(_: int, body: dict) -> Reply:
        user = body["messages"][1]["content"]
        task = next(task for task in tasks if task.problem_statement in user)
        return says(f"Sure.\n\n```diff\n{task.patch}```\n") if body["seed"] == 0 else says("I do not know.")

    return answer


def test_answers_are_predictions_that_eval_takes_several_for_a_task(calculator, options, tmp_path):
    tasks = sweflow.load_tasks(calculator.root)
    with chat_server(knows_gold(tasks)) as server:
        asked = AskOptions(options.limits, options.cache, samples=2)
        counts = solve(calculator.root, Model("m", server.url), tmp_path / "p.jsonl", asked)
    assert counts["predictions"] == 2 * len(tasks)
    assert counts["without_patch"] == len(tasks)
    read = read_predictions(str(tmp_path / "p.jsonl"), [task.row for task in tasks])
    assert [(p.instance_id, p.model, p.number) for p in read] == [
        (t.instance_id, "m", n) for t in tasks for n in (0, 1)
    ]
    for task, prediction in zip(tasks, read[::2], strict=True):
        gold = apply_patch(calculator.history, task.base_commit, task.patch)
        assert apply_patch(calculator.history, task.base_commit, prediction.patch) == gold
        assert "gold" not in server.users[0]
        assert task.patch not in server.users[tasks.index(task) * 2]


@pytest.mark.slow
def test_gold_in_an_answer_is_resolved_by_eval(calculator, options, tmp_path):
    tasks = sweflow.load_tasks(calculator.root)
    with chat_server(knows_gold(tasks)) as server:
        solve(calculator.root, Model("m", server.url), tmp_path / "p.jsonl", options)
    report = sweflow.evaluate_predictions(calculator.root, tmp_path / "p.jsonl", tmp_path / "eval", workers=2)
    assert report["models"]["m"]["resolved"]["count"] == len(tasks)


def test_files_beyond_the_budget_are_said_to_be_left_out(calculator, options, tmp_path):
    with chat_server(lambda *_: says("no")) as server:
        asked = AskOptions(options.limits, options.cache, context=1)
        solve(calculator.root, Model("m", server.url), tmp_path / "p.jsonl", asked)
    assert all("Left out, since they are too long: calculator/" in user for user in server.users)


def test_a_task_without_an_answer_has_no_line_until_it_has_one(calculator, options, tmp_path):
    size = len(sweflow.load_tasks(calculator.root))
    with chat_server(lambda number, _: fails(400) if number == 1 else says("no")) as server:
        model = Model("m", server.url)
        first = solve(calculator.root, model, tmp_path / "p.jsonl", options)
        assert (first["unanswered"], first["predictions"]) == ({"refused": 1}, size - 1)
        assert len(rows_of(tmp_path / "p.jsonl")) == size - 1
        again = solve(calculator.root, model, tmp_path / "p.jsonl", options)
    assert (again["unanswered"], again["predictions"]) == ({}, size)
    assert len(server.asked) == size + 1


def test_D3_a_statement_that_quotes_a_hidden_body_is_refused_and_ours_stands_in_its_place(
    calculator, options, tmp_path
):
    def answer(_: int, body: dict) -> Reply:
        user = body["messages"][1]["content"]
        code = user.rpartition("```python\n")[2].rpartition("```")[0]
        if user.startswith("Write the docstring"):
            return says("Says what it does.")
        return says(f"Write exactly this: {code}" if code.count("\n") > 8 else "Make the tests pass, in plain words.")

    tasks = sweflow.load_tasks(calculator.root)
    with chat_server(answer) as server:
        counts = describe(calculator.root, Model("m", server.url), tmp_path / "d.jsonl", options)
    rows = rows_of(tmp_path / "d.jsonl")
    refused = [row for row in rows if row["why"].startswith("leak: it quotes ")]
    assert 0 < len(refused) < len(tasks)
    assert counts["statements"] == {"model": len(tasks) - len(refused), "tests": len(refused)}
    for task, row in zip(tasks, rows, strict=True):
        ours = row in refused
        assert row["statement"] == (task.problem_statement if ours else "Make the tests pass, in plain words.")
        assert row["source"] == ("tests" if ours else "model")
    assert all(text == "Says what it does." for row in rows for text in row["docstrings"].values())


def test_D3_where_nobody_answers_the_statements_are_our_own_and_one_sentence_says_why(
    calculator, options, tmp_path, monkeypatch, capsys
):
    from sweflow.cli.main import cli

    monkeypatch.delenv("OPENAI_API_KEY")
    out = tmp_path / "d.jsonl"
    given = ["--llm", "m", "--out", str(out), "--llm-cache", str(tmp_path / "cache")]
    assert cli.main(["describe", str(calculator.root), *given], standalone_mode=False) == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "sweflow: the model cannot be asked (there is no key): set OPENAI_API_KEY, or name a server that needs none by "
        "--llm-base-url. The statements are the tasks' own."
    ]
    tasks = sweflow.load_tasks(calculator.root)
    assert [row["statement"] for row in rows_of(out)] == [task.problem_statement for task in tasks]


@pytest.mark.slow
def test_D1_a_kill_in_the_middle_loses_no_answer(calculator, tmp_path):
    size = len(sweflow.load_tasks(calculator.root))
    hang = [True]

    def answer(number: int, _: dict) -> Reply:
        return Reply(b"", silent=20.0) if number == 3 and hang[0] else says(f"answer {number}")

    with chat_server(answer) as server:
        command = [sys.executable, "-m", "sweflow", "solve", str(calculator.root), "--llm", "m", "--llm-workers", "1"]
        command += [
            "--llm-base-url",
            server.url,
            "--llm-cache",
            str(tmp_path / "c"),
            "--out",
            str(tmp_path / "p.jsonl"),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(server.asked) < 4:
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (tmp_path / "p.jsonl").exists()
        hang[0] = False
        assert subprocess.run([*command, "--quiet"], check=False).returncode == 0
        assert len(server.asked) == size + 1
    assert len(rows_of(tmp_path / "p.jsonl")) == size
    assert subprocess.run([*command, "--quiet", "--offline"], check=False).returncode == 0
