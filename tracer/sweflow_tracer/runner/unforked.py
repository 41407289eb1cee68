"""Sessions without forks: each group in a pytest process of its own."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sweflow_tracer.project.files import Blobs
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.records import Record, TestRecord
from sweflow_tracer.runner.session import Session, run_session
from sweflow_tracer.runner.workspace import Workspace


def run_groups(
    target: Target, workspace: Workspace, blobs: Blobs, launcher: Launcher, options: SessionOptions
) -> Session:
    """Show the tree and run the groups, each in a forked process; in a pytest of its own where forking is unsound.

    Variants are of running processes only: groups of such a session then stay without a record. Raises what
    ``run_session`` raises.
    """
    workspace.show(blobs)
    session = run_session(target, workspace, launcher, options)
    if session.needs_process and not options.variants:
        workspace.show(blobs)
        session = run_unforked(target, workspace, launcher, options)
    return session


def run_unforked(
    target: Target,
    workspace: Workspace,
    launcher: Launcher,
    options: SessionOptions,
    on_record: Callable[[Record], None] = lambda record: None,
    journal: Path | None = None,
) -> Session:
    """Run each group in a pytest process of its own, for projects in which forking is unsound.

    A test that ends its process is recorded as lost or timed out, and the rest of its group goes on in a new one.
    """
    merged = Session(ran=True)
    groups = () if isinstance(options.groups, str) else options.groups

    def run(group: Sequence[str], number: int) -> list[TestRecord]:
        found: list[TestRecord] = []
        left = list(group)
        traced = None if options.traced is None else [0] if number in options.traced else []
        again = [0] if number in options.again else []
        while left:
            alone = replace(options, groups=[left], fork=False, traced=traced, again=again, stubs={}, asserting=())
            session = run_session(target, workspace, launcher, alone, on_record, journal)
            merged.collected = merged.collected or session.collected
            merged.seconds += session.seconds
            merged.alarms += session.alarms
            merged.decoys += session.decoys
            merged.log = session.log
            for record in session.tests:
                record["group"] = number
                found.append(record)
            done = {record["id"] for record in session.tests}
            left = [test for test in left if test not in done]
            if not left or session.ran:
                break
            lost = _lost(left.pop(0), session, number)
            found.append(lost)
            if journal is not None:
                with journal.open("a", encoding="ascii") as file:
                    file.write(json.dumps(lost) + "\n")
        return found

    for number, group in enumerate(groups):
        if number in options.stubs or number in options.asserting:
            merged.tests += [record for test in group for record in run([test], number)]
            continue
        records = run(group, number)
        failed = next((n for n, record in enumerate(records) if record["outcome"] != "passed"), len(records))
        if number in options.again and len(group) > 1:
            alone = [record for doubtful in records[failed:] for record in run([doubtful["id"]], number)]
            records = [*records[:failed], *alone]
        merged.tests += records
    return merged


def _lost(test: str, session: Session, group: int) -> TestRecord:
    outcome = "timed-out" if session.timed_out else "lost"
    detail = "no end in time" if session.timed_out else f"process left with exit code {session.code}"
    return TestRecord(kind="test", id=test, outcome=outcome, detail=detail, group=group)
