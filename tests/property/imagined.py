"""A verifier that runs nothing and says what runs of trees would show."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

from sweflow_tasks.verification.observations import Result, TreeRun
from sweflow_tasks.verification.tree_jobs import TreeJob
from sweflow_tasks.verification.verifier import Verifier
from sweflow_tracer import Outcome
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.session import Session
from sweflow_tracer.runner.settings import RunSettings

NEVER_BROKEN = 1 << 31


class Imagined(Verifier):
    """From tree ``since`` on the tests in ``broken`` fail together with others; all else is as it should be."""

    def __init__(self, folder: Path, broken=frozenset(), since: int = NEVER_BROKEN) -> None:
        target = SimpleNamespace(project=SimpleNamespace(folder="project", python="3.11.7"), python="python")
        super().__init__(RunSettings(target, Launcher(), 2, 1, lambda session: None), folder / "journal")
        self.broken, self.since, self.ran = broken, since, 0

    def _forked(self, jobs: Sequence[TreeJob]) -> Sequence[Session | None]:
        return [None] * len(jobs)

    def run_tree(self, job: TreeJob, session: Session | None = None) -> TreeRun:
        def result(test: str, apart: bool, outcome: Outcome, raised: tuple[str, ...] = ()) -> Result:
            return Result(test, apart, outcome, "call", "E", "", raised, ())

        late = self.broken if job.tree >= self.since else ()
        following = job.draft.chain.following(job.tree)
        stubs = tuple(sorted(job.draft.functions(following))) if following is not None else ()
        together = [test for group in job.together for test in group]
        self.ran += len(together)
        found = [result(t, False, Outcome.FAILED if t in late else Outcome.PASSED) for t in together]
        found += [result(test, True, Outcome.PASSED) for test in job.apart]
        found += [result(test, True, Outcome.FAILED, stubs) for test in job.traced]
        return TreeRun(job.tree, tuple(found), "")
