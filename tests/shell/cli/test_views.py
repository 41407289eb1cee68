"""``sweflow views``: what it prints, and how it ends."""

import json

import pytest
from click.testing import CliRunner

from sweflow.cli.main import cli


def views(*arguments, **settings):
    return CliRunner().invoke(cli, ["views", *map(str, arguments)], **settings)


def test_it_says_how_many_records_and_tokens_there_are_and_what_has_none(calculator, tmp_path):
    done = views(calculator.root, "--view", "fim", "--out", tmp_path / "fim.jsonl", "--max-tokens", "300")
    assert done.exit_code == 0, done.output
    assert "records" in done.output
    assert "tokens (estimate)" in done.output
    assert "no record: over-budget" in done.output
    assert ": over-budget (" in done.output


def test_json_has_every_refusal_with_its_reason(calculator, tmp_path):
    done = views(calculator.root, "--view", "instruction", "--out", tmp_path / "i.jsonl", "--json")
    made = json.loads(done.output)
    assert made["records"] == len((tmp_path / "i.jsonl").read_text().splitlines())
    assert made["reasons"] == {"no-rule": len(made["refused"])}
    assert made["options"] == {
        "answer": "search-replace",
        "context": "graph",
        "max_tokens": 0,
        "statement": "tests-hidden",
        "tokenizer": "estimate",
    }


@pytest.mark.parametrize("answer", ["patch", "search-replace"])
def test_a_chat_has_three_messages(calculator, tmp_path, answer):
    place = tmp_path / "chat.jsonl"
    options = ("--answer", answer, "--statement", "tests-visible", "--context", "whole-repo")
    assert views(calculator.root, "--view", "chat", "--out", place, *options, "-q").exit_code == 0
    for line in place.read_text().splitlines():
        row = json.loads(line)
        assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant"]
        assert row["messages"][2]["content"].startswith("diff --git") == (answer == "patch")


def test_no_record_at_all_is_not_as_hoped(calculator, tmp_path):
    done = views(
        calculator.root, "--view", "chat", "--out", tmp_path / "chat.jsonl", "--max-tokens", "10", standalone_mode=False
    )
    assert done.return_value == 1
    assert (tmp_path / "chat.jsonl").read_text() == ""


@pytest.mark.parametrize(
    "wrong", [("--view", "poem"), ("--view", "fim", "--max-tokens", "-1"), ("--view", "chat", "--context", "all")]
)
def test_wrong_options_are_usage_errors(calculator, tmp_path, wrong):
    assert views(calculator.root, "--out", tmp_path / "x.jsonl", *wrong).exit_code == 2
    assert not (tmp_path / "x.jsonl").exists()
