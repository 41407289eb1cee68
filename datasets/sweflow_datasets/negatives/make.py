"""Making negatives of a build: attempts at every task, graded as strangers' patches are, one line a behaviour."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sweflow_tasks.errors import UnknownInstance
from sweflow_tasks.format import TaskTable, read_task_table
from sweflow_tasks.grading import Prediction, Verdict, evaluate
from sweflow_tasks.json_lines import write_lines
from sweflow_tasks.values import JsonObject
from sweflow_tracer.paths import StrPath
from sweflow_tracer.progress import OnProgress, silent

from sweflow_datasets.folder import Folder, locked
from sweflow_datasets.grading import grader_of
from sweflow_datasets.negatives.attempts import attempts_of
from sweflow_datasets.negatives.format import negative_object, summary_of
from sweflow_datasets.negatives.values import Attempt, Kind, Negative, behaviour
from sweflow_datasets.pipeline import stored_options
from sweflow_datasets.step_code import StepCode, read_step_code


@dataclass(frozen=True, slots=True)
class NegativeOptions:
    """``per_task``: attempts that are graded of a task, at most; ``seed`` draws which. ``instances``: only these.

    ``keep_same`` gives every attempt a line, also those that behave as another one does. ``timeout`` is in seconds for
    one test (default: the build's); changed code that never ends takes all of it.
    """

    per_task: int = 12
    seed: int = 0
    instances: tuple[str, ...] = ()
    keep_same: bool = False
    timeout: float | None = None


def make_negatives(
    out: StrPath,
    path: StrPath,
    options: NegativeOptions | None = None,
    *,
    sandbox: str | None = None,
    python: StrPath | None = None,
    workers: int = 1,
    progress: OnProgress = silent,
) -> JsonObject:
    """Grade wrong answers to a build's tasks into ``path``, a line a behaviour; counts by kind and verdict.

    Verdicts stand in ``PATH.work/results.jsonl`` as they come: killed and called again, it grades what is left, and
    ``path`` is written at the end, all at once. Raises SweflowError.
    """
    asked, path = options or NegativeOptions(), Path(path)
    table = read_task_table(Folder(out).tasks, Folder(out).tests)
    Folder(out).check_history()
    work = path.with_name(f"{path.name}.work")
    with locked(work):
        attempts = dict(_attempts(Folder(out), table, asked))
        predictions = [_prediction(row, attempt) for row, found in _with_rows(table, attempts) for attempt in found]
        with grader_of(out, sandbox, python, asked.timeout, scratch=work) as grader:
            done = evaluate(table, predictions, grader, work / "results.jsonl", workers=workers, progress=progress)
        verdicts = {(each.prediction.instance_id, each.prediction.patch): each.verdict for each in done}
        rows, graded = [], []
        for row, found in _with_rows(table, attempts):
            ends = [(attempt, verdicts[row["instance_id"], attempt.patch]) for attempt in found]
            graded += ends
            kept = itertools.starmap(Negative, ends) if asked.keep_same else different(ends)
            rows += [(row, negative) for negative in kept]
        write_lines(path, (negative_object(row, negative) for row, negative in rows))
        return summary_of(graded, [negative for _, negative in rows], len(attempts), grader.sandbox)


def different(graded: Sequence[tuple[Attempt, Verdict]]) -> Iterator[Negative]:
    """One negative a behaviour, that of the attempt nearest to the reference; others that behave so are named there."""
    nearest = list(Kind)
    groups: dict[str, list[tuple[Attempt, Verdict]]] = {}
    for attempt, verdict in sorted(graded, key=lambda end: nearest.index(end[0].kind)):
        groups.setdefault(behaviour(verdict), []).append((attempt, verdict))
    for (attempt, verdict), *others in groups.values():
        yield Negative(attempt, verdict, tuple(other for other, _ in others))


def _attempts(folder: Folder, table: TaskTable, options: NegativeOptions) -> Iterator[tuple[str, tuple[Attempt, ...]]]:
    docstrings, rows = stored_options(folder.root).docstrings, table.rows
    names = {row["instance_id"] for row in rows}
    for wanted in options.instances:
        if wanted not in names:
            raise UnknownInstance(wanted, tuple(sorted(names)))

    @lru_cache(maxsize=2)  # a task and its neighbour, which comes next
    def code_of(place: int) -> StepCode:
        return read_step_code(folder.history, rows[place], docstrings)

    for place, row in enumerate(rows):
        if not options.instances or row["instance_id"] in options.instances:
            near = _neighbour(len(rows), place)
            beside = (rows[near], code_of(near)) if near is not None else None
            found = attempts_of(folder.history, row, code_of(place), beside, options.per_task, options.seed)
            yield row["instance_id"], found


def _neighbour(count: int, place: int) -> int | None:
    """The place of the next of so many tasks, for the last one of that before it; None for one that stands alone."""
    if count == 1:
        return None
    return place + 1 if place + 1 < count else place - 1


def _with_rows(
    table: TaskTable, attempts: dict[str, tuple[Attempt, ...]]
) -> Iterator[tuple[JsonObject, tuple[Attempt, ...]]]:
    return ((row, attempts[row["instance_id"]]) for row in table.rows if row["instance_id"] in attempts)


def _prediction(row: JsonObject, attempt: Attempt) -> Prediction:
    return Prediction(row["instance_id"], attempt.kind.value, attempt.patch)
