"""The dataset: candidates from a schedule, and the tasks among them that hold."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sweflow_scheduler import Step
from sweflow_tracer.progress import OnProgress, silent
from sweflow_tracer.project.files import Blobs
from sweflow_tracer.project.project import Project
from sweflow_tracer.runner.command import VARIABLES
from sweflow_tracer.runner.settings import RunSettings

from sweflow_tasks.certificate.counts import certificate_counts
from sweflow_tasks.certificate.environment import environment_object
from sweflow_tasks.certificate.format import measured_object
from sweflow_tasks.certificate.measure import Measuring, Proven
from sweflow_tasks.certificate.options import CertificateOptions, Level
from sweflow_tasks.certificate.select import too_weak
from sweflow_tasks.certificate.values import Full
from sweflow_tasks.execution.arguments import options_among
from sweflow_tasks.execution.job_pool import JobPool
from sweflow_tasks.history.commits import StepCommits, patch_gives, patches_meet, trees_of, write_history
from sweflow_tasks.leaks.audit import Audit, own_requirements, without_leaks
from sweflow_tasks.statements.statement import Statements
from sweflow_tasks.summary import other_rejections, summarise
from sweflow_tasks.twins.find import TwinSearch
from sweflow_tasks.twins.format import figures_of_tests, twin_rows
from sweflow_tasks.twins.values import TwinTable
from sweflow_tasks.values import (
    Candidate,
    Evidence,
    Findings,
    Inherited,
    JsonObject,
    Reason,
    UnverifiedDataset,
    VerifiedDataset,
    VerifiedTask,
)
from sweflow_tasks.verification.data_reads import NOTHING_READ
from sweflow_tasks.verification.draft import Amendments, Draft, Inputs, make_draft, unstable
from sweflow_tasks.verification.fixpoint import Fixpoint, find_fixpoint
from sweflow_tasks.verification.impact import Impact
from sweflow_tasks.verification.test_selection import inherited_results, select_tests
from sweflow_tasks.verification.verifier import Verifier

TASK_SECONDS = 1800.0
"""Time-out that a task carries for one run of its tests."""


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """``image`` is the digest of the image that the tests run in, if any.

    ``inherit``: a basic certificate may inherit results from earlier trees (V1).
    """

    certificate: CertificateOptions = field(default_factory=CertificateOptions)
    image: str | None = None
    inherit: bool = True


def make_candidates(inputs: Inputs, history: Path) -> UnverifiedDataset:
    """Every step as an unverified task; ``history`` is where the bare repository goes."""
    draft = make_draft(inputs, without_leaks(inputs, Amendments()))
    candidates = _candidates(inputs, draft, write_history(history, draft.chain))
    return UnverifiedDataset(tuple(candidates), draft.plan.order())


def verify_tasks(
    inputs: Inputs,
    options: VerifyOptions,
    settings: RunSettings,
    journal: Path,
    history: Path,
    progress: OnProgress = silent,
) -> VerifiedDataset:
    """Run every tree, keep what holds, and say of everything else why it does not.

    ``journal`` is a file that remembers finished runs (D1), and so is ``certificate.jsonl`` beside it; ``history`` is
    the bare repository to write.
    """
    start = without_leaks(inputs, Amendments().rejecting(unstable(inputs.graph)))
    with ExitStack() as stack:
        verifier = stack.enter_context(Verifier(settings, journal, inputs.seconds))
        inherit = options.inherit and options.certificate.level is Level.BASIC
        reads = verifier.watch(inputs) if inherit or options.certificate.twins else NOTHING_READ
        impact = Impact(inputs.graph, inputs.index, reads) if inherit else None

        def fixpoint(amendments: Amendments) -> Fixpoint:
            return find_fixpoint(inputs, verifier, amendments, progress, impact)

        def twins(tests: Sequence[str]) -> TwinTable:
            with JobPool(settings, journal.with_name("twins.jsonl")) as pool:
                return TwinSearch(inputs, tests, pool, options.certificate, settings, progress, reads).table()

        if options.certificate.level is Level.BASIC:
            proven = Proven(fixpoint(start), {}, ())
            return _dataset(inputs, options, history, proven, impact, lambda steps: {}, twins)
        pool = stack.enter_context(JobPool(settings, journal.with_name("certificate.jsonl")))
        measuring = Measuring(inputs, pool, options.certificate, settings.timeout, progress)
        proven = measuring.prove(fixpoint, start)
        return _dataset(inputs, options, history, proven, impact, lambda steps: measuring.measure(proven, steps), twins)


def _dataset(
    inputs: Inputs,
    options: VerifyOptions,
    history: Path,
    proven: Proven,
    impact: Impact | None,
    measure: Callable[[Iterable[int]], dict[int, Full]],
    find: Callable[[Sequence[str]], TwinTable],
) -> VerifiedDataset:
    """The tasks of a fixpoint, each with what was measured of it, and the twins of their tests."""
    graph, schedule = inputs.graph, inputs.schedule
    found = proven.fixpoint
    draft, amendments = found.draft, found.amendments
    commits = write_history(history, draft.chain)
    audits = Audit(inputs, draft).of_steps()
    solved = (Reason.PSEUDO_TESTED, "its tests pass with all of its functions emptied")
    broken = _broken(history, commits, draft, audits) | dict.fromkeys(found.verdicts.solved, solved)
    full = measure(step for step in draft.chain.steps if step not in broken)
    broken |= too_weak(full, options.certificate)
    twins = TwinTable((), opaque=False)
    if options.certificate.twins:
        twins = find([test.id for test in draft.plan.order()])
        broken |= _without_twins(draft, twins, broken)
    figures = figures_of_tests(twins)
    inherited = inherited_results(draft, select_tests(draft, impact))

    evidence = {each.test: each for each in found.verdicts.evidence}

    def task(candidate: Candidate) -> VerifiedTask:
        step = candidate.step
        return _task(
            inputs, candidate, evidence, inherited[step], audits[step], found, options, full.get(step), figures
        )

    tasks = tuple(task(candidate) for candidate in _candidates(inputs, draft, commits) if candidate.step not in broken)
    verified = {task.candidate.step: task.candidate.functions for task in tasks}
    left_out = inputs.target.project.left_out
    others = other_rejections(graph, schedule, amendments, draft, broken, left_out)
    rejections = (*amendments.rejected.values(), *others)
    summary = summarise(graph, schedule, amendments, verified, rejections)
    kept = {step: found for step, found in full.items() if step not in broken}
    summary["certificate"] = certificate_counts(options.certificate, kept, len(proven.flaky))
    summary["twins"] = {
        "tests": sum(len(task.candidate.fail_to_pass) for task in tasks),
        "with_twin": sum(task.twins for task in tasks),
    }
    return VerifiedDataset(tasks, draft.plan.order(), tuple(twin_rows(twins)), tuple(sorted(rejections)), summary)


def _candidates(inputs: Inputs, draft: Draft, commits: Mapping[int, StepCommits]) -> Iterator[Candidate]:
    statements = Statements(inputs, draft)
    return (_candidate(inputs, step, draft, commits[step.number], statements) for step in draft.schedule.steps)


def _candidate(inputs: Inputs, step: Step, draft: Draft, commits: StepCommits, statements: Statements) -> Candidate:
    command = test_command(inputs.target.project, draft.chain.original, draft.plan.fails[step.number])
    statement = statements.of(step, command)
    return Candidate(
        instance_id=f"{inputs.target.project.instance_prefix}-{step.number:04d}",
        step=step.number,
        base_commit=commits.skeleton,
        patch=commits.patch,
        test_patch=commits.test_patch,
        fail_to_pass=draft.plan.fails[step.number],
        pass_to_pass_count=draft.plan.pass_to_pass_count(step.number),
        problem_statement=statement.text,
        test_command=command,
        target_functions=step.targets,
        dependent_functions=step.dependents,
        removed_functions=tuple(f for f in step.dependents if f in draft.chain.removed),
        placeholder_functions=tuple(f for f in step.functions if f in draft.chain.placeholders),
        underspecified=statement.underspecified,
        later=tuple((binding.kind, binding.path, binding.name) for binding in statement.later),
        depth=step.depth,
        wave=step.wave,
        lines=step.lines,
        difficulty=step.difficulty,
    )


def test_command(project: Project, original: Blobs, tests: Iterable[str]) -> str:
    """A line for a shell in the task's folder that runs some tests, as it stands (D8).

    The project is imported from the folder, whatever is installed. Of the build's arguments the paths give way to the
    tests, whose parameters are left to pytest.
    """
    places = ":".join("$PWD" if root == "." else f"$PWD/{root}" for root in project.roots or (".",))
    nodes = dict.fromkeys(test.partition("[")[0] for test in tests)
    arguments = shlex.join((*options_among(project.arguments, original), *nodes))
    return f'PYTHONPATH="{places}" python -m pytest {arguments}'


def _task(
    inputs: Inputs,
    candidate: Candidate,
    evidence: Mapping[str, Evidence],
    inherited: Inherited,
    findings: Findings,
    found: Fixpoint,
    options: VerifyOptions,
    full: Full | None,
    twins: Mapping[str, JsonObject],
) -> VerifiedTask:
    project, amendments, noticed = inputs.target.project, found.amendments, found.verdicts.noticed
    own = own_requirements(project.requirements, (*project.names, project.repo.rpartition("/")[2]))
    requirements = [requirement for requirement in project.requirements if requirement not in own]
    changes = [twins[test] for test in candidate.fail_to_pass if test in twins]
    certificate: JsonObject = {
        "level": options.certificate.level.value,
        "noticed": [{"function": f, "by": noticed[f]} for f in sorted(candidate.functions) if f in noticed],
        **measured_object(full),
        "twins": changes,
        "environment": environment_object(project.python, requirements, options.image),
    }
    variables = {
        **VARIABLES,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": ":".join(project.roots),
    }
    return VerifiedTask(
        candidate=candidate,
        evidence=tuple(evidence[test] for test in candidate.fail_to_pass),
        inherited=inherited,
        findings=findings,
        repaired=tuple(sorted({r.function for r in amendments.repairs}.intersection(candidate.functions))),
        repo=project.repo,
        created_at=project.created_at,
        version=project.version,
        source=project.source,
        license=project.license,
        environment={
            "python": project.python,
            "requirements": requirements,
            "variables": variables,
        },
        timeout=TASK_SECONDS,
        strength=full.strength if full is not None else None,
        twins=sum(1 for change in changes if change["noticed"]),
        certificate=certificate,
    )


def _broken(
    history: Path, commits: Mapping[int, StepCommits], draft: Draft, audits: Mapping[int, Findings]
) -> dict[int, tuple[Reason, str]]:
    """Steps that are no task, and why: nothing fails before them, something leaks, or the patches do not apply."""
    plain = {step: (Reason.NO_F2P, "") for step in draft.chain.steps if not draft.plan.fails[step]}
    leaking = {step: (Reason.LEAK, "; ".join(found.leaks)) for step, found in audits.items() if found.leaks}
    checked = sorted(set(draft.chain.steps) - plain.keys() - leaking.keys())
    torn = dict.fromkeys(_patches_fail(history, commits, checked), (Reason.PATCH_DOES_NOT_APPLY, ""))
    return {**torn, **leaking, **plain}


def _without_twins(
    draft: Draft, twins: TwinTable, broken: Mapping[int, tuple[Reason, str]]
) -> dict[int, tuple[Reason, str]]:
    """Steps of which no test tells right from wrong by what it expects."""
    having = twins.with_twins()
    detail = "no change to what its tests expect makes one of them fail"
    return {
        step: (Reason.NO_TWIN, detail)
        for step in draft.chain.steps
        if step not in broken and having.isdisjoint(draft.plan.fails[step])
    }


def _patches_fail(history: Path, commits: Mapping[int, StepCommits], steps: list[int]) -> tuple[int, ...]:
    """Steps whose patches do not turn the skeleton into the reference, in both orders, by ``git apply``."""
    trees = dict(zip(steps, trees_of(history, [commits[step].reference for step in steps]), strict=True))

    def fails(step: int) -> bool:
        c, index = commits[step], history / f"index-{step}"
        both = [c.test_patch, c.patch]
        orders = [both, both[::-1]] if patches_meet(*both) else [["".join(both)]]  # one call says the same as both
        good = all(patch_gives(history, index, c.skeleton, order, trees[step]) for order in orders)
        index.unlink()
        return not good

    with ThreadPoolExecutor(2) as pool:
        return tuple(s for s, failed in zip(steps, pool.map(fails, steps), strict=True) if failed)
