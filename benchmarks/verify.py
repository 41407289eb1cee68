"""What the basic certificate costs, beside a plain run of the suite and two fresh runs a step, measured in turn.

    python benchmarks/verify.py DIR... [--sample 10] [--everything]

Each DIR needs ``schedule.json`` and what stands before it; nothing is written there. All figures are seconds of CPU of
everything that was started, one thing at a time. *plain*: pytest on the original, the median of three warm runs.
*verify*: the whole stage, our own process included, one job. *fresh*: for each of a sample of steps its skeleton and
its reference in a new folder, where pytest runs the tests so far; the mean times twice the number of steps.
``--everything`` switches inheritance off.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from processors import cpu_seconds
from sweflow_rdg import index_source
from sweflow_rdg.format import read_graph
from sweflow_scheduler.format import read_schedule
from sweflow_tasks import Amendments, Inputs, VerifiedDataset, VerifyOptions, make_draft, verify_tasks
from sweflow_tasks.execution.arguments import present_arguments
from sweflow_tasks.verification.draft import unstable
from sweflow_tracer.format import read_project_file
from sweflow_tracer.project.files import Blobs, write_blob
from sweflow_tracer.runner.command import VARIABLES
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.settings import RunSettings

from sweflow import Folder


@dataclass(slots=True)
class Verified:
    """A run of the stage: CPU, that of each session in order, and results on references: inherited, all."""

    seconds: float
    sessions: list[float] = field(default_factory=list)
    inherited: int = 0
    results: int = 0


def load(root: Path) -> Inputs:
    """What verification starts from."""
    folder = Folder(root)
    project, python = read_project_file(folder.project)
    blobs = folder.read_source(project)
    graph, schedule = read_graph(folder.graph), read_schedule(folder.schedule)
    return Inputs(Target(project, python), blobs, index_source(blobs), graph, schedule)


def fresh_run(inputs: Inputs, blobs: Blobs) -> float:
    """CPU of pytest on files in a new folder."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        return _pytest(inputs, _write(inputs, blobs, scratch), blobs)


def plain_run(inputs: Inputs, rounds: int = 3) -> float:
    """CPU of a plain run of the suite, compiled files kept from a run before it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        tree = _write(inputs, inputs.blobs, scratch)
        _pytest(inputs, tree, inputs.blobs)
        return statistics.median(_pytest(inputs, tree, inputs.blobs) for _ in range(rounds))


def fresh_runs(inputs: Inputs, sample: int) -> float:
    """CPU of two fresh runs a step, from a sample of the steps at equal distances."""
    draft = make_draft(inputs, Amendments().rejecting(unstable(inputs.graph)))
    chain = draft.chain
    count = min(sample, len(chain.steps))
    chosen = [chain.steps[(2 * n + 1) * len(chain.steps) // (2 * count)] for n in range(count)]
    costs = []
    for step in chosen:
        costs += [fresh_run(inputs, chain.blobs(tree, step)) for tree in (chain.before(step), step)]
    return statistics.mean(costs) * 2 * len(chain.steps)


def verified(inputs: Inputs, *, inherit: bool) -> Verified:
    """Run the stage."""
    sessions: list[float] = []
    last = cpu_seconds()

    def note(session: Session) -> None:
        nonlocal last
        now = cpu_seconds()
        sessions.append(now - last)
        last = now

    def run() -> VerifiedDataset:
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            places = Path(scratch) / "verify.jsonl", Path(scratch) / "history.git"
            settings = RunSettings(inputs.target, Launcher(), on_session=note)
            return verify_tasks(inputs, VerifyOptions(inherit=inherit), settings, *places)

    before = cpu_seconds(resource.RUSAGE_SELF) + cpu_seconds()
    tasks = run().tasks
    found = Verified(cpu_seconds(resource.RUSAGE_SELF) + cpu_seconds() - before, sessions)
    found.inherited = sum(task.inherited.reference for task in tasks)
    asked = (task.candidate for task in tasks)
    found.results = sum(len(candidate.fail_to_pass) + candidate.pass_to_pass_count for candidate in asked)
    return found


def _write(inputs: Inputs, blobs: Blobs, scratch: str) -> Path:
    tree = Path(scratch).resolve() / inputs.target.project.folder
    for path, (mode, content) in blobs.items():
        write_blob(tree / path, mode, content)
    return tree


def _pytest(inputs: Inputs, tree: Path, blobs: Blobs) -> float:
    project = inputs.target.project
    roots = [str(tree / root) for root in project.roots]
    environment = {**VARIABLES, "PYTHONHASHSEED": "0", "PATH": os.defpath, "PYTHONPATH": ":".join(roots)}
    environment["HOME"] = str(tree.parent)
    switches = ["-q", "--maxfail=100000", *(["--no-cov"] if "pytest_cov" in project.plugins else [])]
    named = present_arguments(project.arguments, inputs.blobs, blobs)
    command = [str(inputs.target.python), "-m", "pytest", *switches, *named]
    started = cpu_seconds()
    subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    return cpu_seconds() - started


def _quarters(costs: list[float]) -> str:
    size = max(1, len(costs) // 4)
    return " ".join(f"{statistics.mean(costs[n * size : (n + 1) * size or None]):.2f}" for n in range(4))


def main() -> int:
    """Print a row a project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=10, help="steps of which fresh runs are measured (10)")
    parser.add_argument("--everything", action="store_true", help="inherit nothing")
    asked = parser.parse_args()
    print(
        "| project | tests, steps | plain | verify | of 15 plain + 1 a step | fresh | fresh / verify | "
        "a session, by quarters of the chain | inherited |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |")
    for root in asked.folders:
        inputs = load(root)
        steps = len(inputs.schedule.steps)
        plain: Callable[[], float] = lambda inputs=inputs: plain_run(inputs)  # noqa: E731
        before = plain()
        run = verified(inputs, inherit=not asked.everything)
        suite = statistics.mean((before, plain()))
        fresh = fresh_runs(inputs, asked.sample)
        target = 15 * suite + steps
        print(
            f"| {root.name} | {len(inputs.graph.tests)}, {steps} | {suite:.2f} | {run.seconds:.1f} "
            f"| {target:.1f}: {run.seconds / target:.2f} | {fresh:.0f} | {fresh / run.seconds:.1f} "
            f"| {_quarters(run.sessions)} | {run.inherited / max(1, run.results):.0%} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
