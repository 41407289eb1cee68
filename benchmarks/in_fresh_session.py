"""Whether a trial in one running session says what fresh sessions on changed files say.

    python benchmarks/in_fresh_session.py DIR [--every N] [--mutants N]

DIR needs ``schedule.json`` and what stands before it. Every N-th change (a mutant, or a function left out) of the
steps before verification is also written to its file, and all FAIL_TO_PASS of the step are run by a pytest of its own.
Prints each change on which the two differ, and their number.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sweflow_rdg import index_source
from sweflow_rdg.format import read_graph
from sweflow_scheduler.format import read_schedule
from sweflow_tasks import Amendments, Inputs, make_draft
from sweflow_tasks.certificate.trial import TrialJob, trial_of
from sweflow_tasks.execution.job_pool import JobPool
from sweflow_tasks.leaks.audit import without_leaks
from sweflow_tasks.verification.draft import unstable
from sweflow_tracer.format import read_project_file
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import Target
from sweflow_tracer.runner.settings import RunSettings

from sweflow import Folder


def main() -> None:
    """Print differences and counts."""
    parser = argparse.ArgumentParser(description="Compare trials with fresh sessions.")
    parser.add_argument("dir", type=Path, metavar="DIR")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--mutants", type=int, default=12)
    asked = parser.parse_args()
    inputs = read(asked.dir)
    draft = make_draft(inputs, without_leaks(inputs, Amendments().rejecting(unstable(inputs.graph))))
    jobs = [trial_of(inputs, draft, step, asked.mutants, {}, 10.0) for step in draft.chain.steps]
    sampled = [sample(job, asked.every) for job in jobs]
    seconds: list[float] = []
    settings = RunSettings(inputs.target, Launcher(), 1, 10.0, lambda session: seconds.append(session.seconds))
    with TemporaryDirectory() as scratch, JobPool(settings, Path(scratch) / "journal.jsonl") as pool:
        started = time.monotonic()
        found = pool.measure(sampled, lambda done: None)
        together, sessions = time.monotonic() - started, len(seconds)
        changes = differ = 0
        for job, outcome in zip(sampled, found, strict=True):
            for place in job.places:
                answers = outcome["killed"][place.definition.id]
                for change, killed in zip(job.changes[place.definition.id], answers, strict=True):
                    fresh = pool.measure([Fresh(job, change)], lambda done: None)[0]["killed"]
                    changes += 1
                    if fresh != killed:
                        differ += 1
                        what = f"line {change.mutant.line} {change.mutant.operator}" if change.mutant else "left out"
                        print(
                            f"step {job.step} {place.definition.id}: {what}: here {killed}, in a fresh session {fresh}"
                        )
    alone = time.monotonic() - started - together
    print(f"{changes} changes, {differ} differ; {sessions} sessions {together:.0f} s, fresh ones {alone:.0f} s")


class Fresh:
    """One change of a step, in a session of its own with all of the step's FAIL_TO_PASS."""

    def __init__(self, job: TrialJob, change: object) -> None:
        self._job = job
        self._change = replace(change, tests=job.tests)  # type: ignore[type-var]

    @property
    def facts(self) -> list[str]:
        """All that the outcome depends on."""
        return [*self._job.facts, repr(self._change)]

    def measure(self, run: object) -> dict[str, bool]:
        """Whether a test killed it."""
        return {"killed": self._job.killed_in_fresh_session(run, self._change)}  # type: ignore[arg-type]


def sample(job: TrialJob, every: int) -> TrialJob:
    """The trial with every N-th of its changes."""
    return replace(job, changes={function: changes[::every] for function, changes in job.changes.items()})


def read(root: Path) -> Inputs:
    """What verification starts from."""
    folder = Folder(root)
    project, python = read_project_file(folder.project)
    blobs = folder.read_source(project)
    return Inputs(
        Target(project, python), blobs, index_source(blobs), read_graph(folder.graph), read_schedule(folder.schedule)
    )


if __name__ == "__main__":
    main()
