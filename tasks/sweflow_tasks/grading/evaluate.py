"""Evaluation: every prediction is graded once, several side by side, and each verdict is kept as it comes (D1)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import dumps
from sweflow_tracer.recording.trace import Progress
from sweflow_tracer.runner.pool import side_by_side

from sweflow_tasks.execution.line_journal import read_whole_lines
from sweflow_tasks.grading.predictions import Prediction
from sweflow_tasks.grading.values import Verdict, VerdictKind
from sweflow_tasks.values import JsonObject


class Grades(Protocol):
    """What gives verdicts."""

    def grade(self, task: JsonObject, patch: str) -> Verdict:
        """The verdict on a patch for a task."""
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
    tasks: Sequence[JsonObject],
    predictions: Sequence[Prediction],
    grader: Grades,
    results: Path,
    *,
    workers: int = 1,
    progress: Progress = lambda what, done, total: None,
) -> tuple[Evaluated, ...]:
    """Grade predictions into ``results``, a line each, in the order in which they end.

    A prediction that has a line there already is not graded again, unless it ended for want of infrastructure.
    """
    by_id = {task["instance_id"]: task for task in tasks}
    known = {key: verdict for key, verdict in _read(results) if verdict.verdict is not VerdictKind.INFRASTRUCTURE}
    done = {p: known[_key(p, by_id[p.instance_id])] for p in predictions if _key(p, by_id[p.instance_id]) in known}
    waiting = [prediction for prediction in predictions if prediction not in done]
    results.parent.mkdir(parents=True, exist_ok=True)
    progress("eval", len(done), len(predictions))
    with results.open("a", encoding="utf-8") as file:

        def work(prediction: Prediction) -> Verdict:
            return grader.grade(by_id[prediction.instance_id], prediction.patch)

        def keep(prediction: Prediction, verdict: Verdict) -> None:
            done[prediction] = verdict
            file.write(_line(prediction, verdict, by_id[prediction.instance_id]))
            file.flush()

        unresolved = sum(not verdict.resolved for verdict in done.values())
        with side_by_side(waiting, work, keep, grader.stop, workers) as graded:
            for _, verdict in graded:
                unresolved += not verdict.resolved
                progress("eval", len(done), len(predictions))
                progress("eval/failed", unresolved, len(predictions))
    return tuple(Evaluated(prediction, done[prediction]) for prediction in predictions)


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


def _key(prediction: Prediction, task: JsonObject) -> str:
    """All that a verdict depends on."""
    parts = (task["instance_id"], task["base_commit"], task["test_patch"], prediction.model, str(prediction.number))
    return hashlib.sha256("\0".join((*parts, prediction.patch)).encode("utf-8", "surrogatepass")).hexdigest()


def _line(prediction: Prediction, verdict: Verdict, task: JsonObject) -> str:
    return dumps({**result_object(prediction, verdict), "key": _key(prediction, task)}) + "\n"


def _read(results: Path) -> Iterator[tuple[str, Verdict]]:
    """Verdicts of an earlier run; a torn last line is cut off."""
    for number, row in enumerate(read_whole_lines(results), 1):
        try:
            yield row["key"], _verdict(row)
        except (KeyError, TypeError, ValueError) as error:
            problem = f"has no verdict of this version in line {number}"
            raise FileNotUsable(results, problem, "take that line out, or remove the file") from error


def _verdict(row: JsonObject) -> Verdict:
    failing = tuple((test, end) for test, end in row["failing"])
    facts = {name: row[name] for name in ("f2p_rate", "p2p_rate", "detail", "seconds", "log")}
    kind = VerdictKind(row["verdict"])
    return Verdict(row["instance_id"], kind, failing=failing, restored=tuple(row["restored"]), **facts)
