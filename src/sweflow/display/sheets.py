"""Sheets of the values that rooms hand on."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sweflow_rdg import Role, RuntimeDependencyGraph, questions, views
from sweflow_scheduler import Schedule, critical_path, waves, width
from sweflow_tasks import Candidate, Dataset, Task
from sweflow_tasks.grading import Verdict

from sweflow.display.sheet import Sheet
from sweflow.drawing import to_picture
from sweflow.errors import DotNotUsable
from sweflow.grading import GradableTask
from sweflow.timeline import timeline

DRAWN = 60
"""Vertices of a picture beside other things; larger graphs are drawn by module, then by folder."""
SECONDS = 10.0
"""``dot`` gets so long for it."""


def graph_sheet(graph: RuntimeDependencyGraph) -> Sheet:
    """Counts, the functions that most hangs on, and a picture where ``dot`` is installed."""
    core = [node for node in graph.nodes if node.role is Role.CORE]
    hot = questions.hot_spots(graph)
    columns = ("function", "tests", "callers", "callees", "lines")
    rows = tuple((row.function, *map(str, (row.tests, row.fan_in, row.fan_out, row.lines))) for row in hot)
    facts = _facts(
        functions=len(core),
        scaffold=sum(1 for node in core if node.scaffold),
        unreached=len(questions.unreached(graph)),
        calls=len(graph.calls),
        cycles=len(questions.cycles(graph)),
        tests=len(graph.tests),
        accepted=sum(1 for test in graph.tests if test.rejected is None),
    )
    return Sheet("Runtime dependency graph", facts, columns, rows, frozenset(columns[1:]), _picture(graph))


def _picture(graph: RuntimeDependencyGraph) -> str:
    view = views.readable_view(graph, views.core_nodes(graph), {}, "calls between functions", DRAWN)
    if len(view.vertices) > DRAWN:
        return ""
    try:
        text = to_picture(view, "svg", SECONDS).decode()
    except DotNotUsable:
        return ""
    return text[text.index("<svg") :]


def schedule_sheet(schedule: Schedule) -> Sheet:
    """Figures of the whole, and a line a step with its place on the timeline."""
    facts = _facts(
        steps=len(schedule.steps),
        lines=sum(step.lines for step in schedule.steps),
        waves=len(waves(schedule)),
        width=width(schedule),
        critical_path=", ".join(map(str, critical_path(schedule))),
        calls_ahead=schedule.forward_references,
    )
    columns = ("step", "wave", "tests", "new", "lines", "hard", "timeline", "targets")
    rows = tuple(
        (
            *map(str, (step.number, step.wave, len(step.tests), len(step.functions), step.lines)),
            f"{step.difficulty:.2f}",
            bar,
            ", ".join(target.partition("::")[2] for target in step.targets),
        )
        for step, bar in zip(schedule.steps, timeline(schedule), strict=True)
    )
    return Sheet("Development schedule", facts, columns, rows, frozenset(columns[:6]))


def task_sheet(task: Task) -> Sheet:
    """What a task asks for, and its certificate in short."""
    made = task.candidate
    facts = _facts(step=made.step, repository=task.repo, source=task.source[:12], **_sizes(made))
    certificate = {"level": task.certificate.get("level"), "strength": _strength(task.certificate)}
    leaks = (("leaks", ", ".join(task.findings.leaks) or "none"),)
    return Sheet(f"Task {made.instance_id}", (*facts, *_facts(**certificate), *leaks), *_functions(made))


def _sizes(made: Candidate) -> dict[str, object]:
    return {
        "fail_to_pass": len(made.fail_to_pass),
        "pass_to_pass": len(made.pass_to_pass),
        "patch_lines": _changed(made.patch),
        "depth": made.depth,
    }


def _functions(made: Candidate) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    targets = ((function, "target") for function in made.target_functions)
    dependents = ((function, "dependent") for function in made.dependent_functions)
    return ("function", "role"), (*targets, *dependents)


def row_sheet(task: GradableTask) -> Sheet:
    """The same of a line of ``tasks.jsonl``."""
    row = task.row
    certificate = row.get("certificate", {})
    facts = _facts(
        repository=row.get("repo"),
        fail_to_pass=len(row["FAIL_TO_PASS"]),
        pass_to_pass=len(row["PASS_TO_PASS"]),
        patch_lines=_changed(row["patch"]),
        level=certificate.get("level"),
        strength=_strength(certificate),
    )
    kinds = (("target_functions", "target"), ("dependent_functions", "dependent"))
    functions = ((function, role) for key, role in kinds for function in row.get(key, ()))
    return Sheet(f"Task {task.instance_id}", facts, ("function", "role"), tuple(functions))


def dataset_sheet(dataset: Dataset) -> Sheet:
    """How many tasks there are, why others are none, and a line a task."""
    reasons = Counter(f"{rejected.kind} {rejected.reason.value}" for rejected in dataset.rejected)
    facts = (("tasks", str(len(dataset.tasks))), *_facts(**dict(sorted(reasons.items()))))
    columns = ("task", "functions", "F2P", "P2P", "patch lines", "strength")
    rows = tuple(
        (
            task.candidate.instance_id,
            *map(str, (len(task.candidate.functions), len(task.candidate.fail_to_pass))),
            *map(str, (len(task.candidate.pass_to_pass), _changed(task.candidate.patch))),
            _strength(task.certificate),
        )
        for task in dataset.tasks
    )
    return Sheet("Dataset", facts, columns, rows, frozenset(columns[1:]))


def verdict_sheet(verdict: Verdict) -> Sheet:
    """The verdict, and the tests that did not pass."""
    facts = _facts(
        verdict=verdict.verdict.value,
        reward=f"{verdict.reward:.3f}",
        fail_to_pass=f"{100 * verdict.f2p_rate:.0f} %",
        pass_to_pass=f"{100 * verdict.p2p_rate:.0f} %",
        detail=verdict.detail,
        seconds=f"{verdict.seconds:.1f}",
        restored=", ".join(verdict.restored),
    )
    return Sheet(f"Verdict on {verdict.instance_id}", facts, ("did not pass", "how it ended"), verdict.failing)


def _facts(**values: object) -> tuple[tuple[str, str], ...]:
    """Facts in words; what is empty is left out."""
    return tuple((name.replace("_", " "), str(value)) for name, value in values.items() if value not in (None, ""))


def _strength(certificate: Mapping[str, Any]) -> str:
    found = certificate.get("strength")
    return f"{found['killed']}/{found['total']}" if found and found["total"] else ""


def _changed(patch: str) -> int:
    """Added and removed lines of a patch."""
    return sum(1 for line in _body(patch.splitlines()) if line[:1] in "+-" and line)


def _body(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if not line.startswith(("+++ ", "--- ")))
