"""The report of an evaluation: shares with confidence intervals, pass@k, by depth, size and repository."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import comb, sqrt
from statistics import mean
from typing import Any

from sweflow_tasks.grading.evaluate import Evaluated
from sweflow_tasks.grading.values import VerdictKind
from sweflow_tasks.values import JsonObject

REPORT_VERSION = 2
Z = 1.959964
"""The normal quantile of a two-sided 95 % interval."""
KS = (1, 2, 5, 10, 25, 50, 100)
SIZES = ((10, "1-10"), (30, "11-30"), (100, "31-100"))
"""Changed lines of the gold patch, upper bounds."""


def evaluation_report(tasks: Sequence[JsonObject], evaluated: Iterable[Evaluated]) -> JsonObject:
    """What an evaluation says, by model.

    Every task of the dataset counts, so that a task without a prediction is one that is not resolved. ``resolved``
    speaks of a model's first candidate for each task, ``pass_at_k`` of all of them, ``best`` of the one with the
    highest score where predictions have scores.
    """
    rows = list(evaluated)
    by_model: dict[str, list[Evaluated]] = {}
    for row in rows:
        by_model.setdefault(row.prediction.model, []).append(row)
    models = {model: _of_model(tasks, found) for model, found in sorted(by_model.items())}
    return {"tasks": len(tasks), "predictions": len(rows), "models": models}


def wilson(successes: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    if total == 0:
        return 0.0, 1.0
    share, spread = successes / total, Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def pass_at_k(samples: int, right: int, k: int) -> float:
    """The chance that one of k samples drawn from ``samples`` is right (Chen et al. 2021, section 2.1)."""
    return 1.0 - comb(samples - right, k) / comb(samples, k)


def _of_model(tasks: Sequence[JsonObject], rows: list[Evaluated]) -> JsonObject:
    candidates: dict[str, list[Evaluated]] = {}
    for row in rows:
        candidates.setdefault(row.prediction.instance_id, []).append(row)
    first = {instance: found[0].verdict for instance, found in candidates.items()}
    solved = {instance for instance, verdict in first.items() if verdict.resolved}
    report: dict[str, Any] = {
        "resolved": _share(tasks, solved),
        "predicted": len(candidates),
        "reward": round(sum(verdict.reward for verdict in first.values()) / len(tasks), 6) if tasks else 0.0,
        "f2p_rate": _mean(verdict.f2p_rate for verdict in first.values()),
        "p2p_rate": _mean(verdict.p2p_rate for verdict in first.values()),
        "verdicts": dict(sorted(Counter(row.verdict.verdict.value for row in rows).items())),
        "pass_at_k": _pass_at_k(candidates),
        **_ids(tasks, {instance: found[0] for instance, found in candidates.items()}),
        "by_depth": _by(sorted(tasks, key=lambda task: int(task["depth"])), solved, lambda task: str(task["depth"])),
        "by_size": _by(sorted(tasks, key=_changed_lines), solved, _size),
        "by_repository": _by(sorted(tasks, key=lambda task: str(task["repo"])), solved, lambda task: str(task["repo"])),
    }
    scored = {i: [r for r in found if r.prediction.score is not None] for i, found in candidates.items()}
    if any(scored.values()):
        best = {i: max(found, key=_score) for i, found in scored.items() if found}
        report["best"] = _share(tasks, {i for i, row in best.items() if row.verdict.resolved})
    return report


def _score(row: Evaluated) -> float:
    return row.prediction.score if row.prediction.score is not None else float("-inf")


def _share(tasks: Sequence[JsonObject], solved: set[str]) -> JsonObject:
    count, total = sum(task["instance_id"] in solved for task in tasks), len(tasks)
    interval = [round(bound, 4) for bound in wilson(count, total)]
    return {"count": count, "of": total, "share": round(count / total, 6) if total else 0.0, "interval": interval}


def _pass_at_k(candidates: dict[str, list[Evaluated]]) -> JsonObject:
    """Over the tasks that have as many candidates; only for k that all predicted tasks can give."""
    fewest = min((len(found) for found in candidates.values()), default=0)
    counts = [(len(found), sum(row.verdict.resolved for row in found)) for found in candidates.values()]
    return {str(k): _mean(pass_at_k(n, right, k) for n, right in counts) for k in KS if k <= fewest}


def _by(tasks: Sequence[JsonObject], solved: set[str], of: Callable[[JsonObject], str]) -> JsonObject:
    groups: dict[str, list[JsonObject]] = {}
    for task in tasks:
        groups.setdefault(of(task), []).append(task)
    return {name: _share(group, solved) for name, group in groups.items()}


def _size(task: JsonObject) -> str:
    lines = _changed_lines(task)
    return next((name for bound, name in SIZES if lines <= bound), "101+")


def _changed_lines(task: JsonObject) -> int:
    return sum(line[:1] in ("+", "-") and line[:3] not in ("+++", "---") for line in task["patch"].splitlines())


def _ids(tasks: Sequence[JsonObject], first: dict[str, Evaluated]) -> JsonObject:
    """Instances by what became of a model's first candidate, under the names of SWE-bench's report.

    Every instance that was submitted is in exactly one of resolved, unresolved, empty patch and error.
    """
    names = {instance: _state(row) for instance, row in first.items()}
    ids = {state: sorted(i for i, name in names.items() if name == state) for state in STATES}
    return {
        "submitted_ids": sorted(names),
        "incomplete_ids": sorted({task["instance_id"] for task in tasks} - names.keys()),
        "completed_ids": sorted((*ids["resolved_ids"], *ids["unresolved_ids"])),
        **ids,
    }


STATES = ("resolved_ids", "unresolved_ids", "empty_patch_ids", "error_ids")


def _state(row: Evaluated) -> str:
    if row.verdict.resolved:
        return "resolved_ids"
    if row.verdict.verdict in (VerdictKind.INFRASTRUCTURE, VerdictKind.DOES_NOT_APPLY):
        return "error_ids"
    return "unresolved_ids" if row.prediction.patch.strip() else "empty_patch_ids"


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return round(mean(found), 6) if found else 0.0
