"""What it costs that functions which nothing names are removed and not stubbed (decision 0006): results not inherited.

    python benchmarks/removal.py DIR [DIR ...]

DIR is a build up to ``schedule.json``; its tests run once, to see what they read, in a process sandbox. Runs are those
of tests in the processes that hold the tests so far, over all trees of the first draft: with everything everywhere,
as it is, with stubs for removed methods, and with stubs for all.
"""

import sys
import tempfile
from pathlib import Path

from markdown_table import table
from sweflow_datasets.pipeline import read_inputs
from sweflow_rdg import Kind
from sweflow_tasks import Amendments, make_draft
from sweflow_tasks.leaks.audit import without_leaks
from sweflow_tasks.verification.draft import Draft, unstable
from sweflow_tasks.verification.impact import Impact
from sweflow_tasks.verification.test_selection import select_tests
from sweflow_tasks.verification.verifier import Verifier
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.settings import RunSettings


def main() -> None:
    """Print a line a build."""
    heads = ("project", "trees", "masked", "removed", "methods", "everywhere", "as it is", "no methods", "all stubs")
    for line in table(heads, map(row, map(Path, sys.argv[1:]))):
        print(line, flush=True)


def row(folder: Path) -> tuple[object, ...]:
    """What a build's chain removes, and what runs on its trees."""
    inputs = read_inputs(folder)
    draft = make_draft(inputs, without_leaks(inputs, Amendments().rejecting(unstable(inputs.graph))))
    settings = RunSettings(inputs.target, Launcher())
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        Verifier(settings, Path(scratch) / "journal.jsonl") as verifier,
    ):
        impact = Impact(inputs.graph, inputs.index, verifier.watch(inputs))
    definitions, removed = inputs.index.definitions(), draft.chain.removed
    functions = frozenset(f for f in removed if definitions[f].kind is Kind.FUNCTION)

    def runs(some: Draft, by: Impact | None) -> str:
        selection = select_tests(some, by)
        return f"{sum(len(selection.together(tree)) for tree in selection.trees):,}"

    return (
        folder.resolve().name.partition(".")[0], len(draft.chain.trees), len(draft.chain.code), len(removed),
        len(removed - functions), runs(draft, None), runs(draft, impact), runs(draft.removing(functions), impact),
        runs(draft.removing(frozenset()), impact),
    )  # fmt: skip


if __name__ == "__main__":
    main()
