"""File formats of this room: ``candidates.jsonl``, ``tasks.jsonl``, ``rejected.jsonl``, ``summary.json``."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import OTHER_VERSION, dumps, write_document, write_text

from sweflow_tasks.values import Candidate, JsonObject, Rejection, VerifiedTask

SUMMARY_VERSION = 3
TASKS_VERSION = 4
CERTIFICATE_VERSION = 4


AGAIN = "put the file back, or run `sweflow verify` again"


def candidate_object(candidate: Candidate) -> JsonObject:
    """A candidate under SWE-bench's field names."""
    row = asdict(candidate)
    row["FAIL_TO_PASS"] = row.pop("fail_to_pass")
    row["PASS_TO_PASS"] = row.pop("pass_to_pass")
    row["functions"] = len(candidate.functions)
    return row


def task_object(task: VerifiedTask) -> JsonObject:
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
        "strength": task.strength,
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


TASK_FIELDS = (
    *sorted({field.name for field in fields(Candidate)} - {"fail_to_pass", "pass_to_pass"}),
    *("FAIL_TO_PASS", "PASS_TO_PASS", "repo", "created_at", "version", "environment_setup_commit", "license"),
    *("environment", "timeout", "certificate", "functions", "strength"),
)
"""What every line of ``tasks.jsonl`` has."""


def write_lines(path: Path, rows: Iterable[JsonObject]) -> None:
    """Write JSON lines, all at once."""
    write_text(path, "".join(dumps(row) + "\n" for row in rows))


def read_lines(path: Path, needed: Iterable[str] = ()) -> list[JsonObject]:
    """Read JSON lines, each an object that has what is ``needed``. Raises FileNotUsable."""
    try:
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    except FileNotFoundError as error:
        raise FileNotUsable(path, "is not there", "run `sweflow build` or `sweflow verify` first") from error
    except (OSError, ValueError) as error:
        raise FileNotUsable(path, f"cannot be read ({error})", AGAIN) from error
    rows = [_row(path, number, line) for number, line in enumerate(lines if lines != [""] else [], 1)]
    check_lines(path, rows, needed)
    return rows


def check_lines(path: Path, rows: Iterable[JsonObject], needed: Iterable[str]) -> None:
    """Raises FileNotUsable where a line lacks something."""
    wanted = tuple(needed)
    for number, row in enumerate(rows, 1):
        missing = [name for name in wanted if name not in row]
        if missing:
            raise FileNotUsable(path, f"is damaged in line {number} (there is no {', '.join(missing)})", AGAIN)


def _row(path: Path, number: int, line: str) -> JsonObject:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise FileNotUsable(path, f"is damaged in line {number} ({error})", AGAIN) from error
    if not isinstance(row, dict):
        raise FileNotUsable(path, f"is damaged in line {number} (it is no object)", AGAIN)
    return row


def read_tasks(path: Path) -> list[JsonObject]:
    """The lines of ``tasks.jsonl``, with all that a task has. Raises FileNotUsable."""
    for row in (rows := read_lines(path, ("certificate",))):
        version = row["certificate"].get("version") if isinstance(row["certificate"], dict) else None
        if version != CERTIFICATE_VERSION:
            problem = f"has tasks of format version {version}, and this program reads {CERTIFICATE_VERSION}"
            raise FileNotUsable(path, problem, OTHER_VERSION)
    check_lines(path, rows, TASK_FIELDS)
    return rows


def write_rejected(path: Path, rejected: Iterable[Rejection]) -> None:
    """Write ``rejected.jsonl``."""
    write_lines(path, (asdict(rejection) for rejection in rejected))


def write_summary(path: Path, summary: JsonObject) -> None:
    """Write ``summary.json``."""
    write_document(path, "summary", SUMMARY_VERSION, summary)
