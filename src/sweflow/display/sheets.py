"""Sheets of the values that rooms hand on."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sweflow_datasets.dataset import Dataset, Task
from sweflow_rdg import Role, RuntimeDependencyGraph
from sweflow_rdg.queries import questions, views
from sweflow_scheduler import Schedule, critical_path, waves, width
from sweflow_tasks.grading import Verdict

from sweflow.display.drawing import to_picture
from sweflow.display.sheet import Sheet
from sweflow.display.timeline import timeline
from sweflow.errors import DotNotUsable

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
    certificate = task.certificate
    facts = _facts(
        step=task.step,
        repository=task.row["repo"],
        source=task.row["environment_setup_commit"][:12],
        fail_to_pass=len(task.fail_to_pass),
        pass_to_pass=task.pass_to_pass_count,
        patch_lines=_changed(task.patch),
        depth=task.depth,
        level=certificate["level"],
        strength=_strength(certificate),
        leaks=", ".join(certificate["leaks"]) or "none",
    )
    targets = ((function, "target") for function in task.target_functions)
    dependents = ((function, "dependent") for function in task.dependent_functions)
    return Sheet(f"Task {task.instance_id}", facts, ("function", "role"), (*targets, *dependents))


def dataset_sheet(dataset: Dataset) -> Sheet:
    """How many tasks there are, why others are none, and a line a task."""
    reasons = Counter(f"{rejected.kind} {rejected.reason.value}" for rejected in dataset.rejected)
    facts = (("tasks", str(len(dataset.tasks))), *_facts(**dict(sorted(reasons.items()))))
    columns = ("task", "functions", "F2P", "P2P", "patch lines", "strength")
    rows = tuple(
        (
            task.instance_id,
            *map(str, (len(task.target_functions) + len(task.dependent_functions), len(task.fail_to_pass))),
            *map(str, (task.pass_to_pass_count, _changed(task.patch))),
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
