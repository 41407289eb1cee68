"""What it costs to make the chain of trees of a build, a step: masking, history with patches, statements, leak audit.

    python benchmarks/chain.py DIR

DIR needs ``schedule.json`` and what stands before it. Nothing is written there.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sweflow_rdg import index_source
from sweflow_rdg.format import read_graph
from sweflow_scheduler.format import read_schedule
from sweflow_tasks import Amendments, Inputs, make_draft
from sweflow_tasks.history.commits import write_history
from sweflow_tasks.leaks.audit import Audit, without_leaks
from sweflow_tasks.statements.statement import Statements
from sweflow_tracer.format import read_project_file
from sweflow_tracer.runner.options import Target

from sweflow import Folder


def main(root: Path) -> None:
    """Print a line a part: seconds, and milliseconds a step."""
    folder = Folder(root)
    project, python = read_project_file(folder.project)
    blobs = folder.read_source(project)
    graph, schedule = read_graph(folder.graph), read_schedule(folder.schedule)
    steps = len(schedule.steps)

    @contextmanager
    def timed(part: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        print(f"{part:44} {seconds:8.2f} s {1000 * seconds / steps:9.1f} ms a step", flush=True)

    with timed("parse every file, once"):
        index = index_source(blobs)
    inputs = Inputs(Target(project, python), blobs, index, graph, schedule)
    with timed("look for second copies of bodies"):
        amendments = without_leaks(inputs, Amendments())
    with timed("decide the masked forms"):
        draft = make_draft(inputs, amendments)
    chain = draft.chain
    with timed("make every skeleton and reference"):
        for step in chain.steps:
            chain.blobs(chain.before(step), chain.before(step))
            chain.blobs(chain.before(step), step)
            chain.blobs(step, step)
    with TemporaryDirectory() as scratch, timed("write the history and cut the patches"):
        write_history(Path(scratch) / "history.git", chain)
    with timed("audit every skeleton"):
        Audit(inputs, draft).of_steps()
    statements = Statements(inputs, draft)
    with timed("write every statement"):
        for planned in draft.schedule.steps:
            statements.of(planned, "python -m pytest")
    print(f"{steps} steps, {len(chain.code)} functions in {len(chain.files)} files with masks, {len(blobs)} files")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
