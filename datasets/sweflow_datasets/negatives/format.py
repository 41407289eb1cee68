"""The file of negatives, a line each, and their summary."""

from collections import Counter
from collections.abc import Sequence

from sweflow_tasks.grading import Verdict
from sweflow_tasks.values import JsonObject

from sweflow_datasets.negatives.values import Attempt, Kind, Negative, behaviour

NEGATIVES_VERSION = 1


def negative_object(row: JsonObject, negative: Negative) -> JsonObject:
    """A line: the attempt at a task (a line of ``tasks.jsonl``), and its verdict."""
    attempt, verdict = negative.attempt, negative.verdict
    return {
        "version": NEGATIVES_VERSION,
        "instance_id": row["instance_id"],
        "repo": row["repo"],
        "difficulty": row["difficulty"],
        **_named(attempt),
        "label": negative.label.value,
        "verdict": verdict.verdict.value,
        "resolved": verdict.resolved,
        "failed": [test for test, _ in verdict.failing],
        "f2p_rate": verdict.f2p_rate,
        "p2p_rate": verdict.p2p_rate,
        "reward": round(verdict.reward, 6),
        "detail": verdict.detail,
        "behaviour": behaviour(verdict),
        "same": [_named(other) for other in negative.same],
    }


def summary_of(
    graded: Sequence[tuple[Attempt, Verdict]], kept: Sequence[Negative], tasks: int, sandbox: str
) -> JsonObject:
    """Counts by kind: what was graded, its verdicts, and what is kept of it."""
    left = Counter(negative.attempt.kind for negative in kept)
    kinds = {
        kind.value: {
            "graded": sum(attempt.kind is kind for attempt, _ in graded),
            "verdicts": dict(sorted(Counter(v.verdict.value for a, v in graded if a.kind is kind).items())),
            "kept": left[kind],
        }
        for kind in Kind
    }
    labels = dict(sorted(Counter(negative.label.value for negative in kept).items()))
    return {
        "tasks": tasks,
        "graded": len(graded),
        "kept": len(kept),
        "labels": labels,
        "kinds": kinds,
        "sandbox": sandbox,
    }


def _named(attempt: Attempt) -> JsonObject:
    return {"kind": attempt.kind.value, "what": attempt.what, "digest": attempt.digest, "patch": attempt.patch}
