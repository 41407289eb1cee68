"""Selection: an expression over facts of tasks, in the expression language of SQLite."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from time import monotonic
from types import MappingProxyType

from sweflow_datasets.errors import SelectionNotUsable
from sweflow_datasets.export.patch_text import changed_lines
from sweflow_datasets.export.values import ExportTask

Fact = int | float | str | None

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "instance_id": "the task's name",
        "repo": "the repository's name, owner/name where it has a remote",
        "version": "the project's version",
        "license": "the project's licence, as its metadata says; empty where they say nothing",
        "split": "the part of the dataset that the task goes into",
        "step": "the number of the step in its repository's schedule",
        "functions": "functions to develop",
        "targets": "functions that are called from tests or from earlier steps",
        "removed": "functions that are not in the skeleton at all",
        "placeholders": "functions that are in the skeleton with a body that does nothing",
        "lines": "lines of the functions in the original",
        "depth": "the longest chain of calls below the functions",
        "wave": "one more than the greatest wave among the steps that this one needs",
        "difficulty": "the mean rank of the step in its repository, from 0 to 1",
        "strength": "the share of mutants that the tests notice, from 0 to 1; NULL where it was not measured",
        "twins": "tests that fail before and pass after, and have a twin",
        "tests": "tests that fail before and pass after",
        "pass_to_pass": "tests that pass before and after",
        "statement_length": "characters of the problem statement",
        "underspecified": "names and constants that the tests rely on and that nothing tells",
        "patch_lines": "lines that the gold patch adds and removes",
        "timeout": "seconds for one run of the tests",
        "python": "the version of Python that the task was verified with",
    }
)
"""What an expression may speak of, and what it means."""

SECONDS = 10.0
"""How long an expression may take."""

_TEXTS = frozenset({"instance_id", "repo", "version", "license", "split", "python"})
_REALS = frozenset({"difficulty", "strength", "timeout"})
_FUNCTIONS = frozenset(
    """abs avg ceil ceiling char coalesce concat count exp floor format glob group_concat hex ifnull iif instr
    length like ln log log10 log2 lower ltrim max min mod nullif pow power printf quote replace round rtrim sign sqrt
    substr substring sum total trim trunc typeof unicode upper""".split()  # noqa: SIM905  # a list would have a line each
)
"""Functions of a value and nothing else: none that asks for chance, the time, a file or an extension, since the same
expression selects the same tasks each time."""
_LONGEST = 100_000
"""Characters that a value may have while an expression is evaluated."""
_KEY = "#"
"""The column with a task's place. An expression cannot name it, since a quoted name that is no field is refused."""
_WORDS = re.compile(
    r"""'(?:[^']|'')*'                       # a text
    |--[^\n]*|/\*.*?(?:\*/|\Z)               # a comment
    |"(?P<double>(?:[^"]|"")*)"?             # a quoted name
    |`(?P<back>(?:[^`]|``)*)`?
    |\[(?P<bracket>[^\]]*)\]?""",
    re.VERBOSE | re.DOTALL,
)
_NO_COLUMN = re.compile(r"no such column: (?:\w+\.)*(\w+)")


def select(tasks: Iterable[ExportTask], expression: str, *, seconds: float = SECONDS) -> tuple[ExportTask, ...]:
    """The tasks of which an expression is true, in the order given. Raises SelectionNotUsable.

    The expression stands where SQLite has the condition of ``SELECT … FROM task WHERE …``, with FIELDS as columns.
    NULL is not true, so `strength > 0.5` leaves out what was not measured. Texts are compared as texts, versions too.

    >>> select(tasks, "lines BETWEEN 5 AND 50 AND repo LIKE 'pallets/%'")  # doctest: +SKIP
    >>> select(tasks, "lines <= (SELECT avg(lines) FROM task)")  # doctest: +SKIP
    """
    given = tuple(tasks)
    _check_names(expression)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        _fill(base, given)
        with _only_reading(base, expression, seconds):
            # A condition in parentheses cannot have LIMIT or UNION behind it, and one without them cannot close them.
            base.execute(f"EXPLAIN {_query(expression)}")
            places = {place for (place,) in base.execute(_query(f"({expression}\n)"))}
    return tuple(task for place, task in enumerate(given) if place in places)


def facts_of(task: ExportTask) -> dict[str, Fact]:
    """The FIELDS of a task. PASS_TO_PASS need not be written out."""
    row = task.row
    return {
        **{name: row[name] for name in ("instance_id", "repo", "version", "license")},
        "split": task.split,
        **{name: row[name] for name in ("step", "functions")},
        "targets": len(row["target_functions"]),
        "removed": len(row["removed_functions"]),
        "placeholders": len(row["placeholder_functions"]),
        **{name: row[name] for name in ("lines", "depth", "wave", "difficulty", "strength", "twins")},
        "tests": len(row["FAIL_TO_PASS"]),
        "pass_to_pass": row["pass_to_pass_count"],
        "statement_length": len(row["problem_statement"]),
        "underspecified": len(row["underspecified"]),
        "patch_lines": changed_lines(row["patch"]),
        "timeout": row["timeout"],
        "python": row["environment"]["python"],
    }


def _check_names(expression: str) -> None:
    """SQLite takes a name in double quotes that it does not know for a text, so such a name is looked up here."""
    for match in _WORDS.finditer(expression):
        name = next((name for name in match.groups() if name is not None), None)
        if name is not None and name.lower() not in FIELDS:
            raise SelectionNotUsable(expression, f"no such field: {name}; texts stand in 'single quotes'", name, FIELDS)


def _fill(base: sqlite3.Connection, tasks: tuple[ExportTask, ...]) -> None:
    columns = ", ".join(f'"{name}" {_kind(name)}' for name in FIELDS)
    base.execute(f'CREATE TABLE task ("{_KEY}" INTEGER PRIMARY KEY, {columns}) WITHOUT ROWID')
    marks = ", ".join("?" * (len(FIELDS) + 1))
    rows = ((place, *map(facts_of(task).get, FIELDS)) for place, task in enumerate(tasks))
    base.executemany(f"INSERT INTO task VALUES ({marks})", rows)


def _kind(name: str) -> str:
    if name in _TEXTS:
        return "TEXT"
    return "REAL" if name in _REALS else "INTEGER"


def _query(condition: str) -> str:
    return f'SELECT "{_KEY}" FROM task WHERE {condition}'


@contextmanager
def _only_reading(base: sqlite3.Connection, expression: str, seconds: float) -> Iterator[None]:
    """Statements here may read the table, for so long; all else is a SelectionNotUsable."""
    refused: list[str] = []

    def allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT or (action == sqlite3.SQLITE_READ and first == "task"):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS:
            return sqlite3.SQLITE_OK
        what = f"the function {second}" if action == sqlite3.SQLITE_FUNCTION else "anything but reading the table task"
        refused.append(f"{what} is not for selections")
        return sqlite3.SQLITE_DENY

    until = monotonic() + seconds
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    base.set_authorizer(allowed)
    base.set_progress_handler(lambda: monotonic() > until, 10_000)
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
        problem = refused[0] if refused else str(error)
        if problem == "interrupted":
            problem = f"it takes longer than {seconds:g} seconds"
        unknown = _NO_COLUMN.match(problem)
        raise SelectionNotUsable(expression, problem, unknown[1] if unknown else "", FIELDS) from error
