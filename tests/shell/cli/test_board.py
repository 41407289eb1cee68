"""The live table of build-all: what runs, how many ended in which way, and silence where nobody looks."""

import io

from rich.console import Console

from sweflow.cli.board import Board

EVENTS = (
    {"event": "run-started", "repositories": 3, "sandbox": "process"},
    {"event": "usage", "repository": "one", "seconds": 1.0, "memory": 50 << 20, "bytes": 7 << 20},
    {"event": "stage-started", "repository": "one", "stage": "build", "key": "k"},
    {"event": "progress", "repository": "one", "what": "verify", "done": 3, "total": 9},
    {"event": "usage", "repository": "[red]two", "seconds": 2.0, "memory": 0, "bytes": 0},
    {"event": "repository-ended", "repository": "three", "end": "no tests", "detail": "", "verified": 0},
)


def told(board: Board) -> str:
    for event in EVENTS:
        board(event)
    console = Console(file=io.StringIO(), width=120)
    console.print(board.table())
    return console.file.getvalue()


def test_what_runs_has_a_row_and_what_ended_is_counted():
    text = told(Board(Console(file=io.StringIO()), quiet=False))
    assert "1 of 3 repositories, 0 verified tasks" in text
    assert "no tests 1" in text
    (row,) = (line.replace("│", " ").split() for line in text.splitlines() if line.startswith("one"))
    assert row == ["one", "build", "1", "50", "7", "verify", "3/9"]
    assert "[red]two" in text


def test_what_ended_has_no_row():
    board = Board(Console(file=io.StringIO()), quiet=False)
    told(board)
    board({"event": "repository-ended", "repository": "one", "end": "done", "detail": "", "verified": 5})
    assert board.table().title == "2 of 3 repositories, 5 verified tasks"
    assert board.table().row_count == 1


def test_nothing_is_written_where_nobody_looks():
    file = io.StringIO()
    with Board(Console(file=file), quiet=False) as board:
        told(board)
    assert file.getvalue() == ""


def test_a_terminal_gets_a_table():
    file = io.StringIO()
    with Board(Console(file=file, force_terminal=True, width=100), quiet=False) as board:
        told(board)
    assert "repositories" in file.getvalue()
