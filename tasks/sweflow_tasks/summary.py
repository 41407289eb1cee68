"""The summary: what was rejected beyond tests, and counts that add up (V4)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from statistics import median

from sweflow_rdg import Role, RuntimeDependencyGraph
from sweflow_scheduler import Schedule, Step, pseudo_tested
from sweflow_tracer.project.files import TOO_LARGE, bad_path

from sweflow_tasks.values import JsonObject, Reason, Rejection, Subject
from sweflow_tasks.verification.draft import UNNOTICED, Amendments, Draft


def other_rejections(
    graph: RuntimeDependencyGraph,
    schedule: Schedule,
    amendments: Amendments,
    draft: Draft,
    broken: Mapping[int, tuple[Reason, str]],
    left_out: Iterable[str] = (),
) -> list[Rejection]:
    """Rejected steps and functions, and files that could not be parsed or collected, are withheld or ``left_out``.

    ``schedule`` is what the draft was made of; ``broken`` gives the steps that are no task, with reason and detail. A
    step that is left without a function is no step.
    """
    found = [Rejection(Subject.FILE, path, Reason.UNPARSABLE_FILE, detail) for path, detail in graph.unparsable]
    found += [Rejection(Subject.FILE, path, Reason.COLLECTION_ERROR, detail) for path, detail in graph.uncollected]
    found += [
        Rejection(Subject.FILE, path, Reason.LEAK, detail) for path, detail in sorted(amendments.withheld.items())
    ]
    found += [_left_out(path) for path in left_out]
    found += [draft.unmasked[function] for function in sorted(draft.unmasked)]
    found += [Rejection(Subject.FUNCTION, f, Reason.PSEUDO_TESTED, UNNOTICED) for f in pseudo_tested(graph, schedule)]
    reasons = _reasons(graph, amendments)
    for step in schedule.steps:
        counted = Counter(reason for test in step.tests for reason in reasons.get(test, ()))
        found += _of_step(step, draft, broken, counted)
    return found


def _left_out(path: str) -> Rejection:
    problem = bad_path(path, "120000")
    return Rejection(Subject.FILE, path, Reason.INVALID_PATH if problem else Reason.TOO_LARGE, problem or TOO_LARGE)


def _of_step(
    step: Step,
    draft: Draft,
    broken: Mapping[int, tuple[Reason, str]],
    counted: Mapping[str, int],
) -> list[Rejection]:
    """The rejection of a step and its functions, if it is one. In the draft others may hold its functions."""
    number, unmasked = f"{step.number:04d}", draft.unmasked
    homes = {function: draft.chain.code[function] for function in step.functions if function not in unmasked}
    if not homes:
        if step.number in draft.chain.steps:
            return _broken(number, broken[step.number], counted) if step.number in broken else []
        return [Rejection(Subject.STEP, number, unmasked[step.functions[0]].reason, "its functions stay in place")]
    lost = [
        Rejection(Subject.FUNCTION, function, Reason.STEP_REJECTED, f"step {number}")
        for function, home in homes.items()
        if home in broken
    ]
    if step.number in draft.chain.steps:
        return [*(_broken(number, broken[step.number], counted) if step.number in broken else ()), *lost]
    if all(home in broken for home in homes.values()):
        return [*_broken(number, broken[min(homes.values())], counted), *lost]
    into = " and ".join(f"{home:04d}" for home in sorted(set(homes.values())))
    return [Rejection(Subject.STEP, number, Reason.MERGED, f"into step {into}"), *lost]


def _broken(number: str, why: tuple[Reason, str], counted: Mapping[str, int]) -> list[Rejection]:
    reason, detail = why
    detail = detail or ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
    return [Rejection(Subject.STEP, number, reason, detail)]


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
            "unreached": len(core) - scaffold - len(graph.developable()),
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
