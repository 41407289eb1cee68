"""Reading verdicts and a judge's scores, and joining them: each verdict has exactly one score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweflow_tasks.grading import VerdictKind
from sweflow_tasks.grading.predictions import is_number, strict_loads
from sweflow_tasks.values import JsonObject
from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.paths import StrPath

from sweflow_datasets.dataset import load_tasks
from sweflow_datasets.scores.values import Scored

VERDICTS = "give results.jsonl of `sweflow eval`, or a file of `sweflow negatives`"
SCORES = 'give lines such as {"instance_id": …, "candidate": 0, "score": 0.9}, or with "id" for "candidate"'


@dataclass(frozen=True, slots=True)
class Joined:
    """Verdicts with scores. ``ungraded`` counts candidates that have no verdict for want of infrastructure."""

    scored: tuple[Scored, ...]
    ungraded: int


def read_scored(verdicts: StrPath, scores: StrPath, builds: Iterable[StrPath] = ()) -> Joined:
    """The candidates of a file of verdicts with their scores in another.

    A score names its candidate by ``id`` (``digest`` of a negative, ``key`` of a result) or by ``candidate``, its
    number among those of its instance (and of its ``model_name_or_path``, where there are several). ``builds`` are
    folders that say repository and difficulty of tasks. Raises FileNotUsable where a verdict has no score or two, or a
    score no verdict, or is no finite number.
    """
    table = _Verdicts(Path(verdicts), _facts(builds))
    path = Path(scores)
    found: dict[int, float] = {}
    for number, row in _rows(path, SCORES):
        place = table.place_of(path, number, row)
        if place in found:
            raise FileNotUsable(path, f"scores one candidate twice, the second time in line {number}", "take one out")
        found[place] = _score(path, number, row)
    without = [place for place, row in enumerate(table.rows) if place not in found and not _ungraded(row)]
    if without:
        first = table.rows[without[0]]["instance_id"]
        problem = f"has no score for {len(without)} of {len(table.rows)} candidates (first: one for {first})"
        raise FileNotUsable(path, problem, "score every candidate")
    scored = tuple(
        table.scored(place, score) for place, score in sorted(found.items()) if not _ungraded(table.rows[place])
    )
    if not scored:
        raise FileNotUsable(Path(verdicts), "holds no verdict", VERDICTS)
    return Joined(scored, sum(map(_ungraded, table.rows)))


@dataclass(slots=True)
class _Verdicts:
    """The lines of a file of verdicts, and their places by each way to name one."""

    path: Path
    facts: Mapping[str, tuple[str, float]]
    rows: list[JsonObject] = field(default_factory=list)
    by_id: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    by_number: dict[tuple[str, int], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts: dict[str, int] = {}
        for number, row in _rows(self.path, VERDICTS):
            if not isinstance(row.get("resolved"), bool) or not isinstance(row.get("verdict"), str):
                raise FileNotUsable(self.path, f"has no verdict in line {number}", VERDICTS)
            place, instance = len(self.rows), row["instance_id"]
            self.rows.append(row)
            index = row.get("candidate", counts.get(instance, 0))
            counts[instance] = counts.get(instance, 0) + 1
            self.by_number.setdefault((instance, index), []).append(place)
            for name in ("digest", "key"):
                if name in row:
                    self.by_id.setdefault((instance, row[name]), []).append(place)

    def place_of(self, path: Path, number: int, row: JsonObject) -> int:
        """The place of the verdict on the candidate that a score names."""
        given = [name for name in ("id", "candidate") if name in row]
        if len(given) != 1:
            raise FileNotUsable(path, f"names no candidate in line {number}, or does so twice", SCORES)
        known: Mapping[Any, list[int]] = self.by_id if given == ["id"] else self.by_number
        value = row[given[0]]
        places = known.get((row["instance_id"], value), []) if isinstance(value, str | int) else []
        model = row.get("model_name_or_path")
        places = [place for place in places if model is None or self.rows[place].get("model_name_or_path") == model]
        if not places:
            problem = (
                f"scores a candidate without a verdict in line {number} ({given[0]} {value!r} of {row['instance_id']})"
            )
            raise FileNotUsable(path, problem, f"score the candidates of {self.path} alone")
        if len(places) > 1:
            problem = f"names {len(places)} candidates at once in line {number} ({given[0]} {value!r})"
            raise FileNotUsable(path, problem, "add model_name_or_path, or name it by id")
        return places[0]

    def scored(self, place: int, score: float) -> Scored:
        """A candidate with its score."""
        row = self.rows[place]
        repo, difficulty = self.facts.get(row["instance_id"], (row.get("repo", ""), row.get("difficulty")))
        return Scored(row["instance_id"], row["resolved"], score, repo, difficulty)


def _facts(builds: Iterable[StrPath]) -> dict[str, tuple[str, float]]:
    tasks = (task for build in builds for task in load_tasks(build))
    return {task.instance_id: (str(task.row["repo"]), task.difficulty) for task in tasks}


def _rows(path: Path, shape: str) -> list[tuple[int, JsonObject]]:
    """The objects of a file with the numbers of their lines, each with an instance_id."""
    found = []
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise FileNotUsable(path, f"cannot be read ({error})", shape) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = strict_loads(line)
        except (ValueError, RecursionError) as error:
            raise FileNotUsable(path, f"is damaged in line {number} ({error})", shape) from error
        if not isinstance(row, dict) or not isinstance(row.get("instance_id"), str):
            raise FileNotUsable(path, f"has no instance_id in line {number}", shape)
        found.append((number, row))
    if not found:
        raise FileNotUsable(path, "holds no line", shape)
    return found


def _score(path: Path, number: int, row: JsonObject) -> float:
    score = row.get("score")
    if not is_number(score):
        raise FileNotUsable(path, f"has no finite number as score in line {number} ({row['instance_id']})", SCORES)
    return float(score)


def _ungraded(row: JsonObject) -> bool:
    return bool(row["verdict"] == VerdictKind.INFRASTRUCTURE)
