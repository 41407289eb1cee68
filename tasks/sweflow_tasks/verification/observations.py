"""Observations: the results of one tree, as values and as entries of the journal."""

from dataclasses import dataclass, fields

from sweflow_tracer.values import Outcome

from sweflow_tasks.noticing.trial import Noticed
from sweflow_tasks.values import JsonObject

VERSION = 3
"""Counted up where a line of the journal, or what it says, changes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one test did on one tree: apart from the tests of earlier steps, or together with them.

    ``raised`` are the stubs that its exceptions name, ``called`` those that the recorder saw; ``mentions`` says
    that the message quotes a stub's, as the output of a child process does. ``at`` is the innermost code of the
    project that the exception went through, ``origin`` what that is: masked-function, test or project.
    ``reads`` and ``starts`` are what a watched
    run saw: files of the project that the test read as data, and whether it started a process.
    """

    test: str
    apart: bool
    outcome: Outcome
    when: str
    error: str
    detail: str
    raised: tuple[str, ...]
    called: tuple[str, ...]
    mentions: bool = False
    origin: str = ""
    at: str = ""
    reads: tuple[str, ...] = ()
    starts: bool = False


_NAMES = tuple(field.name for field in fields(Result))


@dataclass(frozen=True, slots=True)
class TreeRun:
    """The results on tree ``number``; ``problem`` is not empty where the session itself failed.

    ``reads`` are files that a watched run read as data before any test; ``trials`` what the tests of its step noticed.
    """

    number: int
    results: tuple[Result, ...]
    problem: str
    reads: tuple[str, ...] = ()
    trials: tuple[Noticed, ...] = ()


def run_row(run: TreeRun) -> JsonObject:
    """A finished run as a JSON object of this version."""
    results = [{name: getattr(result, name) for name in _NAMES} for result in run.results]
    row = {"number": run.number, "results": results, "problem": run.problem, "reads": run.reads}
    row["trials"] = [(found.functions, found.tests, found.by) for found in run.trials]
    return {"version": VERSION, "run": row}


def run_of(row: JsonObject) -> TreeRun | None:
    """The run in a JSON object; None where it is of another version."""
    return _run(row["run"]) if row.get("version") == VERSION else None


def _run(row: JsonObject) -> TreeRun:
    trials = tuple(Noticed(tuple(functions), tuple(tests), by) for functions, tests, by in row["trials"])
    return TreeRun(row["number"], tuple(map(_result, row["results"])), row["problem"], tuple(row["reads"]), trials)


def _result(row: JsonObject) -> Result:
    lists = {name: tuple(row[name]) for name in ("raised", "called", "reads")}
    return Result(**{**row, **lists, "outcome": Outcome(row["outcome"])})
