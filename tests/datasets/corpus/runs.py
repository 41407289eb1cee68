"""What tests ask of a run over many repositories."""

from pathlib import Path

from sweflow_datasets.corpus.events import EVENTS, read_events
from sweflow_datasets.corpus.values import End
from sweflow_tracer.sandbox.ownership import marked

import sweflow

DATASET = ("tasks.jsonl", "certificates.jsonl", "rejected.jsonl", "schedule.json")


def ends(made: sweflow.CorpusRun) -> dict[str, End]:
    return {result.name: result.end for result in made.repositories}


def started(out: Path) -> list[tuple[str, str, str]]:
    return [(e["repository"], e["stage"], e["key"]) for e in read_events(out) if e["event"] == "stage-started"]


def left(tmp_path: Path) -> list[int]:
    """Processes of this test's jobs: other tests run beside it."""
    return [pid for pid, value in marked("TMPDIR") if value.startswith(f"{tmp_path}/tmp/sweflow-")]


def bytes_of(out: Path) -> dict[str, bytes]:
    files = (path for name in DATASET for path in out.glob(f"repositories/*/build/*/{name}"))
    return {f"{path.relative_to(out)}": path.read_bytes() for path in files}


def ended_stages(out: Path) -> list[tuple[str, str, str]]:
    if not (out / EVENTS).exists():
        return []
    return [(e["repository"], e["stage"], e["key"]) for e in read_events(out) if e["event"] == "stage-ended"]
