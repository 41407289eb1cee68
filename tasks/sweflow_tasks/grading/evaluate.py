"""Evaluation: every prediction is graded once, several side by side, and each verdict is kept as it comes (D1)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from sweflow_tracer.progress import OnProgress, Progress, silent

from sweflow_tasks.execution.journal import Journal
from sweflow_tasks.format import TaskTable
from sweflow_tasks.grading.predictions import Prediction
from sweflow_tasks.grading.values import Verdict, VerdictKind
from sweflow_tasks.values import JsonObject


class Grades(Protocol):
    """What gives verdicts."""

    def grade(self, task: JsonObject, patch: str) -> Verdict:
        """The verdict on a patch for a task, a line with its PASS_TO_PASS."""
        ...

    def stop(self) -> None:
        """End what runs; nothing more is graded."""
        ...


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A prediction and its verdict."""

    prediction: Prediction
    verdict: Verdict


def evaluate(
    table: TaskTable,
    predictions: Sequence[Prediction],
    grader: Grades,
    results: Path,
    *,
    workers: int = 1,
    progress: OnProgress = silent,
) -> tuple[Evaluated, ...]:
    """Grade predictions into ``results``, a line each, in the order in which they end.

    A prediction that has a line there already is not graded again, unless it ended for want of infrastructure.
    """
    by_id = {task["instance_id"]: task for task in table.rows}
    results.parent.mkdir(parents=True, exist_ok=True)
    journal: Journal[Prediction, Verdict] = Journal(results, entries := _Verdicts(by_id))
    done: dict[str, Verdict] = {}
    unresolved = 0
    progress(Progress("eval", 0, len(predictions)))

    def work(prediction: Prediction) -> Verdict:
        return grader.grade(table.whole(by_id[prediction.instance_id]), prediction.patch)

    with journal.results(predictions, work, grader.stop, workers) as graded:
        for prediction, verdict in graded:
            done[entries.key(prediction)] = verdict
            unresolved += not verdict.resolved
            progress(Progress("eval", len(done), len(predictions), unresolved))
    return tuple(Evaluated(prediction, done[entries.key(prediction)]) for prediction in predictions)


class _Verdicts:
    """Verdicts as entries of the results; one that ended for want of infrastructure is no result."""

    def __init__(self, tasks: Mapping[str, JsonObject]) -> None:
        self._tasks = tasks

    def key(self, job: Prediction) -> str:
        task = self._tasks[job.instance_id]
        parts = (task["instance_id"], task["base_commit"], task["test_patch"], job.model, str(job.number))
        return hashlib.sha256("\0".join((*parts, job.patch)).encode("utf-8", "surrogatepass")).hexdigest()

    def row(self, job: Prediction, result: Verdict) -> JsonObject:
        return result_object(job, result)

    def result(self, row: JsonObject) -> Verdict | None:
        verdict = _verdict(row)
        return None if verdict.verdict is VerdictKind.INFRASTRUCTURE else verdict


def result_object(prediction: Prediction, verdict: Verdict) -> JsonObject:
    """A line of the results."""
    return {
        **asdict(verdict),
        "resolved": verdict.resolved,
        "reward": round(verdict.reward, 6),
        "model_name_or_path": prediction.model,
        "candidate": prediction.number,
        "score": prediction.score,
    }


def _verdict(row: JsonObject) -> Verdict:
    failing = tuple((test, end) for test, end in row["failing"])
    facts = {name: row[name] for name in ("f2p_rate", "p2p_rate", "detail", "seconds", "log")}
    said: JsonObject = {name: tuple(row[name]) for name in ("restored", "fooled", "alarms")}
    kind = VerdictKind(row["verdict"])
    return Verdict(row["instance_id"], kind, failing=failing, **said, **facts)
