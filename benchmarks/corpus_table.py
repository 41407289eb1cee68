"""What a run over many repositories gave and took, as tables in Markdown.

    python benchmarks/corpus_table.py DIR

DIR is the folder of a run. Its course: how often it was started, how long it was at work, and whether a stage that had
ended well was run again. Then tables: repositories by how they ended, those that have no tasks or no whole environment
by the reason, steps by why they were rejected, and what a repository and a task took in each stage: seconds of the
clock and of processors, and bytes on disk. Seconds are those of stages that ended; --packed also packs builds and
reports, as a store would, and gives those bytes.
"""

import argparse
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from markdown_table import table
from sweflow_datasets.corpus.events import read_events
from sweflow_datasets.corpus.format import read_manifest
from sweflow_datasets.corpus.journal import Journal
from sweflow_datasets.corpus.store import Store
from sweflow_datasets.corpus.values import CorpusRun, End, Stage, StageRecord

MIB = 1 << 20


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packed", action="store_true")
    given = parser.parse_args()
    run = read_manifest(given.folder)
    with Journal(given.folder) as journal:
        records = [record for held in journal.records().values() for record in held]
    print(_course(given.folder), _ends(run), _short(run), _reasons(run), _stages(run, records), sep="\n\n")
    if given.packed:
        print(f"\n{_packed(given.folder, records)}")
    return 0


def _course(folder: Path) -> str:
    """While a run was killed the clock is taken to have stood since its last event."""
    events = read_events(folder)
    starts = sum(event["event"] == "run-started" for event in events)
    ways = ((one["time"], other["time"]) for one, other in pairwise(events) if other["event"] != "run-started")
    seconds = sum((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() for start, end in ways)
    ended = (e for e in events if e["event"] == "stage-ended" and e["end"] == End.DONE)
    often = [key for key, count in Counter((e["repository"], e["stage"], e["key"]) for e in ended).items() if count > 1]
    return f"started {starts} times, {seconds:.0f} s at work; stages that ended well more than once: {len(often)}"


def _short(run: CorpusRun) -> str:
    found: dict[tuple[str, str], list[str]] = {}
    for result in run.repositories:
        if result.end is not End.DONE or result.environment != "ready":
            reason = result.detail.partition(": ")[0] or (result.environment if result.end is End.DONE else "")
            found.setdefault((result.end.value, reason), []).append(result.name)
    rows = ((end, reason, len(names), ", ".join(names)) for (end, reason), names in sorted(found.items()))
    return _table(("end", "reason", "repositories", "which"), rows)


def _ends(run: CorpusRun) -> str:
    rows = []
    for end, count in Counter(result.end for result in run.repositories).most_common():
        held = [result for result in run.repositories if result.end is end]
        states = Counter(result.environment or "none" for result in held)
        said = ", ".join(f"{count} {state}" for state, count in states.most_common())
        rows.append((end.value, count, sum(result.verified for result in held), said))
    rows.append(("in all", len(run.repositories), run.verified, ""))
    return _table(("end", "repositories", "verified tasks", "environments"), rows)


def _reasons(run: CorpusRun) -> str:
    counts: Counter[str] = Counter()
    for result in run.repositories:
        counts.update(dict(result.reasons))
    steps = sum(result.steps for result in run.repositories)
    rows: list[tuple[object, ...]] = [("verified", run.verified, f"{run.verified / max(1, steps):.1%}")]
    rows += [(reason, count, f"{count / max(1, steps):.1%}") for reason, count in counts.most_common()]
    return _table(("step", "count", f"of {steps} steps"), rows)


def _stages(run: CorpusRun, records: Sequence[StageRecord]) -> str:
    rows = []
    for stage in Stage:
        held = [record for record in records if record.stage is stage]
        if held:
            seconds, cpu, size = (
                [getattr(record, name) for record in held] for name in ("seconds", "cpu_seconds", "bytes")
            )
            rows.append(
                (
                    stage.value, len(held), f"{statistics.median(seconds):.0f}", f"{max(seconds):.0f}",
                    f"{statistics.mean(cpu):.1f}", f"{sum(cpu) / max(1, run.verified):.2f}",
                    f"{statistics.median(size) / MIB:.1f}", f"{sum(size) / MIB:.0f}",
                )
            )  # fmt: skip
    heads = ("stage", "ended", "median s", "most s", "mean CPU s", "CPU s a task", "median MiB", "MiB in all")
    memory = sorted(result.peak_memory for result in run.repositories if result.peak_memory)
    most = f"memory of one: median {statistics.median(memory) / MIB:.0f} MiB, most {memory[-1] / MIB:.0f} MiB"
    return f"{_table(heads, rows)}\n\n{most}"


def _packed(folder: Path, records: Sequence[StageRecord]) -> str:
    done = [record for record in records if record.done and record.stage in (Stage.BUILD, Stage.REPORT)]
    with tempfile.TemporaryDirectory() as scratch:
        for record in done:
            Store(scratch).keep(record, folder / "repositories" / record.repository)
        size = sum(path.stat().st_size for path in Path(scratch).rglob("*") if path.is_file())
    count = sum(record.stage is Stage.BUILD for record in done)
    return f"packed: {count} builds and reports, {size / MIB:.0f} MiB, {size / max(1, count):.0f} bytes each"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "\n".join(table(heads, rows))


if __name__ == "__main__":
    sys.exit(main())
