"""Predictions: candidate patches in SWE-bench's formats: a JSON object a line, one list, or one object by instance."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard

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

    Some may be for no task of these; raises UnknownInstance where all are, and FileNotUsable.
    """
    if source in ("gold", "empty"):
        return tuple(Prediction(t["instance_id"], source, t["patch"] if source == "gold" else "") for t in tasks)
    known = {task["instance_id"]: None for task in tasks}  # in order
    path, counts = Path(source), dict[tuple[str, str], int]()
    found = []
    for place, row in _rows(path):
        prediction = _prediction(path, place, row)
        key = (prediction.instance_id, prediction.model)
        counts[key] = counts.get(key, -1) + 1
        found.append(Prediction(*key, prediction.patch, counts[key], prediction.score))
    if all(prediction.instance_id not in known for prediction in found):
        raise UnknownInstance(found[0].instance_id, tuple(known))
    return tuple(found)


def _rows(path: Path) -> list[tuple[str, object]]:
    """The rows of a file, each with the place to look for it."""
    try:
        rows = _parsed(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise FileNotUsable(path, "is not there", "give a file of predictions, or gold, or empty") from error
    except (OSError, ValueError, RecursionError) as error:
        raise FileNotUsable(path, f"cannot be read as predictions ({error})", SHAPE) from error
    if not rows:
        raise FileNotUsable(path, "holds no prediction", SHAPE)
    return rows


def _parsed(text: str) -> list[tuple[str, object]]:
    """Rows of one JSON value, else of a value a line; only a line feed ends a line of JSON."""
    try:
        whole = strict_loads(text)
    except json.JSONDecodeError:
        return [
            (f"line {number}", _line(number, line)) for number, line in enumerate(text.split("\n"), 1) if line.strip()
        ]
    if isinstance(whole, dict) and "instance_id" not in whole and all(isinstance(row, dict) for row in whole.values()):
        return [(f"the entry {instance}", {"instance_id": instance, **row}) for instance, row in whole.items()]
    return [(f"entry {number}", row) for number, row in enumerate(whole if isinstance(whole, list) else [whole], 1)]


def _line(number: int, line: str) -> object:
    try:
        return strict_loads(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from error


def strict_loads(text: str) -> Any:
    """A JSON value; NaN and infinities are none (RFC 8259), although Python's reader takes them."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def _prediction(path: Path, place: str, row: object) -> Prediction:
    if not isinstance(row, dict) or not isinstance(row.get("instance_id"), str):
        raise FileNotUsable(path, f"has no instance_id in {place}", SHAPE)
    instance = row["instance_id"]
    if "model_patch" not in row:
        raise FileNotUsable(path, f"has no model_patch in {place} ({instance})", f'{SHAPE}; "" is the empty patch')
    patch, score = row["model_patch"], row.get("score")
    if not isinstance(patch, str | None):
        raise FileNotUsable(path, f"has a model_patch that is no text in {place} ({instance})", SHAPE)
    if score is not None and not is_number(score):
        raise FileNotUsable(path, f"has a score that is no number in {place} ({instance})", SHAPE)
    return Prediction(instance, str(row.get("model_name_or_path", "unnamed")), patch or "", 0, score)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value of JSON is a number that a float can hold; ``1e999`` is none."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:
        return False
