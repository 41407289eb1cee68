"""The summary: what was rejected beyond tests, and counts that add up (V4)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from statistics import median

from sweflow_rdg import Role, RuntimeDependencyGraph
from sweflow_scheduler import Schedule, Step
from sweflow_tracer.project.files import TOO_LARGE, bad_path

from sweflow_tasks.values import JsonObject, Reason, Rejection, Subject
from sweflow_tasks.verification.draft import Amendments


def other_rejections(
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    amendments: Amendments,
    merged: Mapping[int, int],
    broken: Mapping[int, tuple[Reason, str]],
    left_out: Iterable[str] = (),
) -> list[Rejection]:
    """Rejected steps and functions, and files that could not be parsed or collected, are withheld or ``left_out``.

    ``merged`` gives for a step that is no more the one that holds its functions; ``broken`` the steps that are no
    task, with reason and detail. A step that is left without a function is no step.
    """
    found = [Rejection(Subject.FILE, path, Reason.UNPARSABLE_FILE, detail) for path, detail in graph.unparsable]
    found += [Rejection(Subject.FILE, path, Reason.COLLECTION_ERROR, detail) for path, detail in graph.uncollected]
    found += [
        Rejection(Subject.FILE, path, Reason.LEAK, detail) for path, detail in sorted(amendments.withheld.items())
    ]
    found += [_left_out(path) for path in left_out]
    found += [amendments.unmasked[function] for function in sorted(amendments.unmasked)]
    reasons = _reasons(graph, amendments)
    for step in schedule.steps:
        counted = Counter(reason for test in step.tests for reason in reasons.get(test, ()))
        home = merged.get(step.number, step.number)
        found += _of_step(step, home, amendments.unmasked, broken, counted)
    return found


def _left_out(path: str) -> Rejection:
    problem = bad_path(path, "120000")
    return Rejection(Subject.FILE, path, Reason.INVALID_PATH if problem else Reason.TOO_LARGE, problem or TOO_LARGE)


def _of_step(
    step: Step,
    home: int,
    unmasked: Mapping[str, Rejection],
    broken: Mapping[int, tuple[Reason, str]],
    counted: Mapping[str, int],
) -> list[Rejection]:
    """The rejection of a step and its functions, if it is one; ``home`` is the step that holds them."""
    number = f"{step.number:04d}"
    left = [function for function in step.functions if function not in unmasked]
    if not left:
        return [Rejection(Subject.STEP, number, unmasked[step.functions[0]].reason, "its functions stay in place")]
    if home in broken:
        reason, detail = broken[home]
        detail = detail or ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
        lost = (Rejection(Subject.FUNCTION, function, Reason.STEP_REJECTED, f"step {number}") for function in left)
        return [Rejection(Subject.STEP, number, reason, detail), *lost]
    return [Rejection(Subject.STEP, number, Reason.MERGED, f"into step {home:04d}")] if home != step.number else []


def _reasons(graph: RuntimeDependencyGraph, amendments: Amendments) -> dict[str, list[str]]:
    """The reasons for which ids of each test function were rejected."""
    found: dict[str, list[str]] = {}
    for test in graph.tests:
        if test.id in amendments.rejected:
            found.setdefault(test.function, []).append(str(amendments.rejected[test.id].reason))
    return found


def summarise(
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    amendments: Amendments,
    verified: Mapping[int, tuple[str, ...]],
    rejections: tuple[Rejection, ...],
) -> JsonObject:
    """Counts that add up: what came in is what was kept plus what was rejected, by reason.

    ``verified`` holds the new functions of each verified step.
    """
    core = [node for node in graph.nodes if node.role is Role.CORE]
    scaffold = sum(1 for node in core if node.scaffold)
    developed = {function for step in schedule.steps for function in step.functions}
    lines = {node.id: node.lines for node in core}
    sizes = [sum(lines[f] for f in functions) for functions in verified.values()]

    def by_reason(kind: Subject) -> dict[str, int]:
        return dict(sorted(Counter(str(r.reason) for r in rejections if r.kind == kind).items()))

    return {
        "tests": {
            "collected": len(graph.tests),
            "traced": sum(1 for t in graph.tests if t.traced),
            "accepted": len(graph.tests) - len(amendments.rejected),
            "rejected": by_reason(Subject.TEST),
        },
        "steps": {
            "scheduled": len(schedule.steps),
            "verified": len(verified),
            "rejected": by_reason(Subject.STEP),
        },
        "functions": {
            "core": len(core),
            "in_tasks": sum(map(len, verified.values())),
            "scaffold": scaffold,
            "unreached": len(core) - scaffold - len(developed),
            "rejected": by_reason(Subject.FUNCTION),
        },
        "files": {"rejected": by_reason(Subject.FILE)},
        "repairs": [asdict(repair) for repair in sorted(amendments.repairs)],
        "forward_references": schedule.forward_references,
        "median_step": {
            "functions": median(map(len, verified.values())) if verified else 0,
            "lines": median(sizes) if verified else 0,
        },
    }
