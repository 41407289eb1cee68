"""The dataset: the chain is verified, what fails is taken out and the rest verified again, until all holds."""

import shlex
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sweflow_rdg import Definition, Reason, Role, RuntimeDependencyGraph, SourceIndex
from sweflow_scheduler import Schedule, Step
from sweflow_tracer.files import Blobs
from sweflow_tracer.processes import Launcher
from sweflow_tracer.session import VARIABLES, Session, Target

from sweflow_tasks.arguments import present_arguments
from sweflow_tasks.chain import Chain, make_chain
from sweflow_tasks.history import StepCommits, patch_gives, write_history
from sweflow_tasks.plan import Plan, make_plan
from sweflow_tasks.statement import problem_statement
from sweflow_tasks.values import Candidate, Dataset, JsonObject, Rejection, Task
from sweflow_tasks.verify import Progress, Verdicts, Verifier, judge

TASK_SECONDS = 1800.0
"""Time-out that a task carries for one run of its tests."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the rooms before this one made of a repository."""

    target: Target
    blobs: Blobs
    index: SourceIndex
    graph: RuntimeDependencyGraph
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """``timeout`` is in seconds for one test."""

    jobs: int = 1
    timeout: float = 60.0


def make_candidates(inputs: Inputs, history: Path) -> tuple[Candidate, ...]:
    """Every step as an unverified task; ``history`` is where the bare repository goes."""
    chain = make_chain(inputs.blobs, inputs.index, inputs.graph, inputs.schedule)
    plan = make_plan(inputs.graph, inputs.schedule)
    return _candidates(inputs, chain, plan, write_history(history, chain))


def verify_tasks(
    inputs: Inputs,
    options: VerifyOptions,
    launcher: Launcher,
    journal: Path,
    history: Path,
    progress: Progress = lambda what, done, total: None,
    on_session: Callable[[Session], None] = lambda session: None,
) -> Dataset:
    """Run every tree, keep what holds, and say of everything else why it does not.

    ``journal`` is a file that remembers finished runs (D1), ``history`` the bare repository to write.
    ``on_session`` is told of every pytest run.
    """
    rejected: dict[str, Rejection] = {
        test.id: Rejection("test", test.id, test.rejected, test.detail)
        for test in inputs.graph.tests
        if test.rejected is not None
    }
    with Verifier(
        inputs.target, launcher, journal, jobs=options.jobs, timeout=options.timeout, on_session=on_session
    ) as verifier:
        chain, plan, verdicts = _settle(inputs, verifier, rejected, progress)
    commits = write_history(history, chain)
    steps = {step.number for step in inputs.schedule.steps if plan.fails[step.number]}
    broken = _patches_fail(history, commits, steps)
    steps -= set(broken)
    tasks = tuple(
        _task(inputs, candidate, verdicts)
        for candidate in _candidates(inputs, chain, plan, commits)
        if candidate.step in steps
    )
    rejections = (*rejected.values(), *other_rejections(inputs, steps, rejected, broken))
    summary = summarise(inputs, steps, rejected, rejections)
    return Dataset(tasks, tuple(sorted(rejections)), summary)


def _settle(
    inputs: Inputs, verifier: Verifier, rejected: dict[str, Rejection], progress: Progress
) -> tuple[Chain, Plan, Verdicts]:
    """Run the trees in order; where something is rejected, take it out, and go on with the chain that this gives.

    The verdict rests on the first tree that has one, so that it does not depend on which trees ran side by side.
    """
    while True:
        chain = make_chain(inputs.blobs, inputs.index, inputs.graph, inputs.schedule, _gone(inputs.graph, rejected))
        plan = make_plan(inputs.graph, inputs.schedule, frozenset(rejected))
        runs = verifier.run(chain, plan, inputs.schedule, progress)
        verdicts = judge(chain, plan, inputs.schedule, runs)
        if not verdicts.rejected:
            return chain, plan, verdicts
        rejected.update({rejection.id: rejection for rejection in verdicts.rejected})


def _gone(graph: RuntimeDependencyGraph, rejected: dict[str, Rejection]) -> frozenset[str]:
    """Test functions of which no id is left."""
    kept = {test.function for test in graph.tests if test.id not in rejected}
    return frozenset(test.function for test in graph.tests) - kept


def _candidates(inputs: Inputs, chain: Chain, plan: Plan, commits: dict[int, StepCommits]) -> tuple[Candidate, ...]:
    definitions = inputs.index.definitions()
    return tuple(
        _candidate(inputs, step, chain, plan, commits[step.number], definitions) for step in inputs.schedule.steps
    )


def _candidate(
    inputs: Inputs, step: Step, chain: Chain, plan: Plan, commits: StepCommits, definitions: dict[str, Definition]
) -> Candidate:
    fails = plan.fails[step.number]
    command = test_command(inputs.target.project.arguments, chain, step.number)
    return Candidate(
        instance_id=f"{inputs.target.project.instance_prefix}-{step.number:04d}",
        step=step.number,
        base_commit=commits.skeleton,
        patch=commits.patch,
        test_patch=commits.test_patch,
        fail_to_pass=fails,
        pass_to_pass=plan.pass_to_pass(step.number),
        problem_statement=problem_statement(step, definitions, fails, command),
        test_command=command,
        target_functions=step.targets,
        dependent_functions=step.dependents,
        depth=step.depth,
        wave=step.wave,
    )


def test_command(arguments: tuple[str, ...], chain: Chain, step: int) -> str:
    """The command that runs a step's reference tree under the task's environment."""
    present = present_arguments(arguments, chain.original, chain.blobs(step, step))
    return shlex.join(("python", "-m", "pytest", *present))


def _task(inputs: Inputs, candidate: Candidate, verdicts: Verdicts) -> Task:
    project = inputs.target.project
    wanted = frozenset(candidate.fail_to_pass)
    variables = {
        **VARIABLES,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": ":".join(project.roots),
    }
    return Task(
        candidate=candidate,
        evidence=tuple(e for e in verdicts.evidence if e.test in wanted),
        repo=project.repo,
        created_at=project.created_at,
        version=project.version,
        source=project.source,
        license=project.license,
        environment={
            "python": project.python,
            "requirements": list(project.requirements),
            "variables": variables,
        },
        timeout=TASK_SECONDS,
    )


def _patches_fail(history: Path, commits: dict[int, StepCommits], steps: set[int]) -> tuple[int, ...]:
    """Steps whose patches do not turn the skeleton into the reference, in both orders, by ``git apply``."""

    def fails(step: int) -> bool:
        c, index = commits[step], history / f"index-{step}"
        orders = ((c.test_patch, c.patch), (c.patch, c.test_patch))
        good = all(patch_gives(history, index, c.skeleton, order, c.reference) for order in orders)
        index.unlink()
        return not good

    ordered = sorted(steps)
    with ThreadPoolExecutor(2) as pool:
        return tuple(s for s, failed in zip(ordered, pool.map(fails, ordered), strict=True) if failed)


def other_rejections(
    inputs: Inputs, steps: set[int], rejected: dict[str, Rejection], broken: tuple[int, ...]
) -> list[Rejection]:
    """Rejected steps with their functions, and files that could not be parsed or collected."""
    graph = inputs.graph
    found = [Rejection("file", path, Reason.UNPARSABLE_FILE, detail) for path, detail in graph.unparsable]
    found += [Rejection("file", path, Reason.COLLECTION_ERROR, detail) for path, detail in graph.uncollected]
    of_function: dict[str, list[str]] = {}
    for test in inputs.graph.tests:
        if test.id in rejected:
            of_function.setdefault(test.function, []).append(str(rejected[test.id].reason))
    for step in inputs.schedule.steps:
        if step.number in steps:
            continue
        reasons = Counter(reason for test in step.tests for reason in of_function.get(test, ()))
        detail = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
        reason = Reason.PATCH_DOES_NOT_APPLY if step.number in broken else Reason.NO_F2P
        found.append(Rejection("step", f"{step.number:04d}", reason, detail))
        found += [
            Rejection("function", function, Reason.STEP_REJECTED, f"step {step.number:04d}")
            for function in step.functions
        ]
    return found


def summarise(
    inputs: Inputs, steps: set[int], rejected: dict[str, Rejection], rejections: tuple[Rejection, ...]
) -> JsonObject:
    """Counts that add up: what came in is what was kept plus what was rejected, by reason."""
    graph, schedule = inputs.graph, inputs.schedule
    core = [node for node in graph.nodes if node.role is Role.CORE]
    scaffold = sum(1 for node in core if node.scaffold)
    developed = {function for step in schedule.steps for function in step.functions}
    verified = [step for step in schedule.steps if step.number in steps]
    in_tasks = {function for step in verified for function in step.functions}

    def by_reason(kind: str) -> dict[str, int]:
        return dict(sorted(Counter(str(r.reason) for r in rejections if r.kind == kind).items()))

    return {
        "tests": {
            "collected": len(graph.tests),
            "traced": sum(1 for t in graph.tests if t.traced),
            "accepted": len(graph.tests) - len(rejected),
            "rejected": by_reason("test"),
        },
        "steps": {
            "scheduled": len(schedule.steps),
            "verified": len(steps),
            "rejected": by_reason("step"),
        },
        "functions": {
            "core": len(core),
            "in_tasks": len(in_tasks),
            "scaffold": scaffold,
            "unreached": len(core) - scaffold - len(developed),
            "rejected": by_reason("function"),
        },
        "files": {"rejected": by_reason("file")},
        "forward_references": schedule.forward_references,
        "median_step": {
            "functions": median(len(step.functions) for step in verified) if verified else 0,
            "lines": median(step.lines for step in verified) if verified else 0,
        },
    }
