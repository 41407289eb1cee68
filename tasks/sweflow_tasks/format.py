"""File formats of this room: lines of tests, candidates, tasks, certificates and rejections, and ``summary.json``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sweflow_tracer.errors import FileNotUsable
from sweflow_tracer.format import OTHER_VERSION, write_document

from sweflow_tasks.json_lines import check_lines, damaged, read_lines, write_lines
from sweflow_tasks.values import Candidate, JsonObject, OrderedTest, Rejection, VerifiedTask

SUMMARY_VERSION = 3
TASKS_VERSION = 7
CERTIFICATE_VERSION = 7


@dataclass(frozen=True, slots=True)
class TaskTable:
    """The lines of ``tasks.jsonl``, and the ids of ``tests.jsonl`` in their order."""

    rows: tuple[JsonObject, ...]
    order: tuple[str, ...]

    def whole(self, row: JsonObject) -> JsonObject:
        """A line with all that SWE-bench's form has: its PASS_TO_PASS are written out."""
        return whole_row(row, self.order)


def whole_row(row: JsonObject, order: Sequence[str]) -> JsonObject:
    """A line of ``tasks.jsonl`` with its PASS_TO_PASS, which are the first of this order."""
    return {**row, "PASS_TO_PASS": list(order[: row["pass_to_pass_count"]])}


def candidate_object(candidate: Candidate) -> JsonObject:
    """A candidate under SWE-bench's field names; its PASS_TO_PASS are named by how many they are."""
    row = asdict(candidate)
    row["FAIL_TO_PASS"] = row.pop("fail_to_pass")
    row["functions"] = len(candidate.functions)
    row["format_version"] = TASKS_VERSION
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
        "twins": task.twins,
    }


def certificate_object(task: VerifiedTask) -> JsonObject:
    """A task's certificate, with the task's name."""
    return {
        "instance_id": task.candidate.instance_id,
        "version": CERTIFICATE_VERSION,
        "base": [asdict(evidence) for evidence in task.evidence],
        "inherited": asdict(task.inherited),
        "patches_apply": True,
        "leaks": task.findings.leaks,
        "similar": task.findings.similar,
        "repaired": task.repaired,
        **task.certificate,
    }


TASK_FIELDS = (
    *sorted({field.name for field in fields(Candidate)} - {"fail_to_pass"}),
    *("FAIL_TO_PASS", "repo", "created_at", "version", "environment_setup_commit", "license"),
    *("environment", "timeout", "functions", "strength", "twins"),
)
"""What every line of ``tasks.jsonl`` has."""


def read_tasks(path: Path) -> list[JsonObject]:
    """The lines of ``tasks.jsonl``, with all that a task has. Raises FileNotUsable."""
    for row in (rows := read_lines(path)):
        if "certificate" in row:
            raise _of_other_version(path, 4, TASKS_VERSION)
        if row.get("format_version", TASKS_VERSION) != TASKS_VERSION:
            raise _of_other_version(path, row["format_version"], TASKS_VERSION)
    check_lines(path, rows, TASK_FIELDS)
    return rows


def read_task_table(tasks: Path, tests: Path) -> TaskTable:
    """``tasks.jsonl`` with the order of ``tests.jsonl``. Raises FileNotUsable."""
    rows = read_tasks(tasks)
    order = tuple(str(row["id"]) for row in read_lines(tests, ("id", "step", "order")))
    for number, row in enumerate(rows, 1):
        first, follow = row["pass_to_pass_count"], row["FAIL_TO_PASS"]
        if not isinstance(first, int) or first < 0 or list(order[first : first + len(follow)]) != follow:
            raise damaged(tasks, number, f"its FAIL_TO_PASS do not follow the first {first} tests of {tests.name}")
    return TaskTable(tuple(rows), order)


def read_certificates(path: Path) -> dict[str, JsonObject]:
    """The certificates of ``certificates.jsonl``, by the task's name. Raises FileNotUsable."""
    for row in (rows := read_lines(path, ("instance_id", "version"))):
        if row["version"] != CERTIFICATE_VERSION:
            raise _of_other_version(path, row["version"], CERTIFICATE_VERSION)
    check_lines(path, rows, ("level", "base", "leaks", "strength", "figures"))
    return {row["instance_id"]: row for row in rows}


def _of_other_version(path: Path, found: object, ours: int) -> FileNotUsable:
    problem = f"has lines of format version {found}, and this program reads {ours}"
    return FileNotUsable(path, problem, OTHER_VERSION)


def write_tests(path: Path, tests: Iterable[OrderedTest], seconds: Mapping[str, float]) -> None:
    """Write ``tests.jsonl``; ``seconds`` are those that each test took."""
    rows = ({**asdict(test), "seconds": seconds.get(test.id), "order": n} for n, test in enumerate(tests))
    write_lines(path, rows)


def write_rejected(path: Path, rejected: Iterable[Rejection]) -> None:
    """Write ``rejected.jsonl``."""
    write_lines(path, (asdict(rejection) for rejection in rejected))


def write_summary(path: Path, summary: JsonObject) -> None:
    """Write ``summary.json``."""
    write_document(path, "summary", SUMMARY_VERSION, summary)
