"""How runs end: one sentence, an exit code, a traceback only with -vv; and the log in the output folder."""

import sys
from pathlib import Path

import click
import pytest
from sweflow_datasets.folder import Folder
from sweflow_datasets.log import LARGE, logging_run

from sweflow.cli.exit_codes import run_logged
from sweflow.cli.group import Commands
from sweflow.errors import NotAQuestion

ENDS = {
    "fine": (None, 0, ""),
    "empty": (1, 1, ""),
    "input": (NotAQuestion("x is no question: give another."), 2, "sweflow: x is no question: give another.\n"),
    "full": (OSError(28, "No space left on device"), 70, "sweflow: the system says: [Errno 28] No space left"),
    "broken": (KeyError("x"), 70, "sweflow: an error of this program at do, line "),
    "stopped": (KeyboardInterrupt(), 130, "sweflow: interrupted; the same command goes on from here.\n"),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command that ends in one of these ways, after a stage on a folder where ``works``."""

    def start(end: str, *arguments: str, works: bool = False) -> int:
        @click.group(cls=Commands)
        def group() -> None:
            pass

        @group.command()
        def do() -> int | None:
            if works:
                with Folder(tmp_path).locked():
                    Folder(tmp_path).note("trace", 1.5)
            result = ENDS[end][0]
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(sys, "argv", ["sweflow", "do", *arguments])
        with logging_run():
            return run_logged(group)

    return start


@pytest.mark.parametrize("end", list(ENDS))
def test_every_end_has_its_exit_code_and_one_sentence(run, capsys, end):
    _, code, sentence = ENDS[end]
    assert run(end) == code
    error = capsys.readouterr().err.lstrip("\n")  # click ends the line of ^C
    assert error.startswith(sentence)
    assert len(error.splitlines()) == bool(sentence)


@pytest.mark.parametrize("end", ["input", "full", "broken"])
def test_a_traceback_is_shown_only_with_vv(run, capsys, end):
    run(end, "-v")
    assert "Traceback" not in capsys.readouterr().err
    run(end, "-vv")
    assert "Traceback" in capsys.readouterr().err


def test_usage_errors_are_one_sentence_with_the_next_move(run, capsys):
    assert run("fine", "--nonsense") == 2
    error = capsys.readouterr().err
    assert error.startswith("sweflow: No such option")
    assert error.endswith("do --help`.\n")
    assert len(error.splitlines()) == 1


def test_the_log_says_what_was_run_and_how_it_ended(run, tmp_path):
    (tmp_path / "project.json").write_text("{}")
    run("input", works=True)
    lines = [line.split(maxsplit=3)[2:] for line in (tmp_path / "sweflow.log").read_text().splitlines()]
    assert [level for level, _ in lines] == ["INFO", "INFO", "ERROR", "INFO"]
    texts = [text for _, text in lines]
    assert texts[0].endswith(", do")
    assert texts[1:3] == ["trace: 1.5 s", "x is no question: give another."]
    assert texts[3].endswith("with exit code 2")


def test_an_error_of_this_program_leaves_its_traceback_in_the_log(run, tmp_path):
    (tmp_path / "project.json").write_text("{}")
    run("broken", works=True)
    assert "Traceback (most recent call last)" in (tmp_path / "sweflow.log").read_text()


def test_a_folder_that_holds_no_build_gets_no_log(run, tmp_path):
    run("input", works=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "runs.jsonl"]


def test_a_long_log_makes_room(run, tmp_path):
    (tmp_path / "project.json").write_text("{}")
    (tmp_path / "sweflow.log").write_text("x" * (LARGE + 1))
    run("fine", works=True)
    assert (tmp_path / "sweflow.log").stat().st_size < 10_000
    assert (tmp_path / "sweflow.log.1").stat().st_size > LARGE


def test_v_says_what_is_being_done(run, capsys, tmp_path):
    (tmp_path / "project.json").write_text("{}")
    run("fine", "-v", works=True)
    assert "sweflow: trace: 1.5 s\n" in capsys.readouterr().err
