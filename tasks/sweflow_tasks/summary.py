"""The summary: what was rejected beyond tests, and counts that add up (V4)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from statistics import median

from sweflow_rdg import Reason, Role, RuntimeDependencyGraph
from sweflow_scheduler import Schedule, Step

from sweflow_tasks.draft import Amendments
from sweflow_tasks.values import JsonObject, Rejection


def other_rejections(
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    amendments: Amendments,
    merged: Mapping[int, int],
    broken: Mapping[int, tuple[Reason, str]],
) -> list[Rejection]:
    """Rejected steps and functions, and files that could not be parsed or collected or that are withheld.

    ``merged`` gives for a step that is no more the one that holds its functions; ``broken`` the steps that are no
    task, with reason and detail. A step that is left without a function is no step.
    """
    given = amendments.given
    found = [Rejection("file", path, Reason.UNPARSABLE_FILE, detail) for path, detail in graph.unparsable]
    found += [Rejection("file", path, Reason.COLLECTION_ERROR, detail) for path, detail in graph.uncollected]
    found += [Rejection("file", path, Reason.LEAK, detail) for path, detail in sorted(amendments.withheld.items())]
    found += [given[function] for function in sorted(given)]
    reasons = _reasons(graph, amendments)
    for step in schedule.steps:
        left = [function for function in step.functions if function not in given]
        home = merged.get(step.number, step.number)
        reason, detail = broken.get(home, (None, ""))
        if not left:
            reason, detail = given[step.functions[0]].reason, "its functions stay in place"
        elif reason is not None:
            lost = [Rejection("function", f, Reason.STEP_REJECTED, f"step {step.number:04d}") for f in left]
            found += lost
            detail = detail or ", ".join(f"{r} {n}" for r, n in sorted(Counter(reasons(step)).items()))
        elif home != step.number:
            reason, detail = Reason.MERGED, f"into step {home:04d}"
        if reason is not None:
            found.append(Rejection("step", f"{step.number:04d}", reason, detail))
    return found


def _reasons(graph: RuntimeDependencyGraph, amendments: Amendments) -> Callable[[Step], Iterator[str]]:
    """A function that gives the reasons for which ids of a step's tests were rejected."""
    of_function: dict[str, list[str]] = {}
    for test in graph.tests:
        if test.id in amendments.rejected:
            of_function.setdefault(test.function, []).append(str(amendments.rejected[test.id].reason))
    return lambda step: (reason for test in step.tests for reason in of_function.get(test, ()))


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

    def by_reason(kind: str) -> dict[str, int]:
        return dict(sorted(Counter(str(r.reason) for r in rejections if r.kind == kind).items()))

    return {
        "tests": {
            "collected": len(graph.tests),
            "traced": sum(1 for t in graph.tests if t.traced),
            "accepted": len(graph.tests) - len(amendments.rejected),
            "rejected": by_reason("test"),
        },
        "steps": {
            "scheduled": len(schedule.steps),
            "verified": len(verified),
            "rejected": by_reason("step"),
        },
        "functions": {
            "core": len(core),
            "in_tasks": sum(map(len, verified.values())),
            "scaffold": scaffold,
            "unreached": len(core) - scaffold - len(developed),
            "rejected": by_reason("function"),
        },
        "files": {"rejected": by_reason("file")},
        "repairs": [asdict(repair) for repair in sorted(amendments.repairs)],
        "forward_references": schedule.forward_references,
        "median_step": {
            "functions": median(map(len, verified.values())) if verified else 0,
            "lines": median(sizes) if verified else 0,
        },
    }
