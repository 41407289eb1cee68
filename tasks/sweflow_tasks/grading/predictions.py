"""Predictions: candidate patches in SWE-bench's format, one JSON object a line (or one JSON list)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable

from sweflow_tasks.errors import UnknownInstance
from sweflow_tasks.values import JsonObject

SHAPE = 'give lines such as {"instance_id": …, "model_name_or_path": …, "model_patch": …}'


@dataclass(frozen=True, slots=True)
class Prediction:
    """A candidate. ``number`` counts a model's candidates for one instance from 0; ``score`` ranks them, if given."""

    instance_id: str
    model: str
    patch: str
    number: int = 0
    score: float | None = None


def read_predictions(source: str, tasks: Sequence[JsonObject]) -> tuple[Prediction, ...]:
    """Predictions from a file, or the two that need none: ``gold`` and ``empty``.

    Raises FileNotUsable and UnknownInstance.
    """
    if source in ("gold", "empty"):
        return tuple(Prediction(t["instance_id"], source, t["patch"] if source == "gold" else "") for t in tasks)
    known = tuple(task["instance_id"] for task in tasks)
    path, counts = Path(source), dict[tuple[str, str], int]()
    found = []
    for place, row in _rows(path):
        prediction = _prediction(path, place, row)
        if prediction.instance_id not in known:
            raise UnknownInstance(prediction.instance_id, known)
        key = (prediction.instance_id, prediction.model)
        counts[key] = counts.get(key, -1) + 1
        found.append(Prediction(*key, prediction.patch, counts[key], prediction.score))
    return tuple(found)


def _rows(path: Path) -> Iterable[tuple[int, object]]:
    try:
        text = path.read_text("utf-8")
        if text.lstrip().startswith("["):
            return list(enumerate(json.loads(text), 1))
        return [(number, json.loads(line)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    except FileNotFoundError as error:
        raise FileNotUsable(path, "is not there", "give a file of predictions, or gold, or empty") from error
    except (OSError, ValueError) as error:
        raise FileNotUsable(path, f"cannot be read as predictions ({error})", SHAPE) from error


def _prediction(path: Path, place: int, row: object) -> Prediction:
    if not isinstance(row, dict) or not isinstance(row.get("instance_id"), str):
        raise FileNotUsable(path, f"has no instance_id in entry {place}", SHAPE)
    patch, score = row.get("model_patch"), row.get("score")
    if not isinstance(patch, str | None):
        raise FileNotUsable(path, f"has a model_patch that is no text in entry {place}", SHAPE)
    if isinstance(score, bool) or not isinstance(score, int | float | None):
        raise FileNotUsable(path, f"has a score that is no number in entry {place}", SHAPE)
    return Prediction(row["instance_id"], str(row.get("model_name_or_path", "unnamed")), patch or "", 0, score)
