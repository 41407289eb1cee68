"""File formats of this room: ``candidates.jsonl``, ``tasks.jsonl``, ``rejected.jsonl``, ``summary.json``."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import dumps, write_document, write_text

from sweflow_tasks.values import Candidate, JsonObject, Rejection, Task

SUMMARY_VERSION = 3
TASKS_VERSION = 3
CERTIFICATE_VERSION = 3


def candidate_object(candidate: Candidate) -> JsonObject:
    """A candidate under SWE-bench's field names."""
    row = asdict(candidate)
    row["FAIL_TO_PASS"] = row.pop("fail_to_pass")
    row["PASS_TO_PASS"] = row.pop("pass_to_pass")
    return row


def task_object(task: Task) -> JsonObject:
    """A task under SWE-bench's field names, with ours beside them."""
    return {
        **candidate_object(task.candidate),
        "repo": task.repo,
        "created_at": task.created_at,
        "version": task.version,
        "environment_setup_commit": task.source,
        "hints_text": "",
        "license": task.license,
        "environment": task.environment,
        "timeout": task.timeout,
        "certificate": {
            "version": CERTIFICATE_VERSION,
            "base": [asdict(evidence) for evidence in task.evidence],
            "inherited": asdict(task.inherited),
            "patches_apply": True,
            "leaks": task.findings.leaks,
            "similar": task.findings.similar,
            "repaired": task.repaired,
            **task.certificate,
        },
    }


def write_lines(path: Path, rows: Iterable[JsonObject]) -> None:
    """Write JSON lines, all at once."""
    write_text(path, "".join(dumps(row) + "\n" for row in rows))


def read_lines(path: Path) -> list[JsonObject]:
    """Read JSON lines. Raises FileNotUsable."""
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except FileNotFoundError as error:
        raise FileNotUsable(path, "is not there", "run `sweflow build` or `sweflow verify` first") from error
    except ValueError as error:
        raise FileNotUsable(path, f"is damaged ({error})", "run `sweflow verify` again") from error


def write_rejected(path: Path, rejected: Iterable[Rejection]) -> None:
    """Write ``rejected.jsonl``."""
    write_lines(path, (asdict(rejection) for rejection in rejected))


def write_summary(path: Path, summary: JsonObject) -> None:
    """Write ``summary.json``."""
    write_document(path, "summary", SUMMARY_VERSION, summary)
