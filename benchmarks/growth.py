"""How a whole build grows with the repository: seconds, memory and bytes of every stage, and their exponents.

    python benchmarks/growth.py [--sizes 250 500 1000 2000] [--jobs N]

Each size is a generated repository of so many functions with twice as many tests, in modules and test files of equal
length: everything that a build needs grows in proportion, and nothing else does. ``own`` are the seconds of sweflow's
process, ``all`` are those of the tests' processes with it; ``peak`` is the greatest resident memory of sweflow's
process; ``bytes`` are those of the files that the stage leaves. An exponent is the slope of a line through the
logarithms: 1 is a straight line, 2 a square. Prints Markdown tables.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.helpers import write_repository
from tests.property.grown import exponent, grown_files

STAGES = ("trace", "graph", "schedule", "tasks", "verify")
MEASURES = ("own", "all", "peak", "bytes")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage took: seconds of processor time, MB of memory, and bytes."""

    own: float = 0.0
    all: float = 0.0
    peak: float = 0.0
    bytes: int = 0
    wall: float = 0.0


def main() -> None:
    """Build every size, and print what each stage took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[250, 500, 1000, 2000])
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--sandbox", default="process")
    given = parser.parse_args()
    costs: dict[int, dict[str, Cost]] = {}
    for size in given.sizes:
        with tempfile.TemporaryDirectory(prefix="sweflow-growth-") as scratch:
            costs[size] = dict(stages_of(size, Path(scratch), given.jobs, given.sandbox))
            print(f"{size}: {costs[size]}", file=sys.stderr, flush=True)
    for measure in (*MEASURES, "wall"):
        print_table(measure, costs)


def stages_of(size: int, scratch: Path, jobs: int, sandbox: str) -> Iterator[tuple[str, Cost]]:
    """The stages of a build and what each took."""
    repo, out = scratch / "repo", scratch / "out"
    write_repository(repo, grown_files(size))
    before: set[tuple[Path, int]] = set()
    for stage in STAGES:
        where = [str(repo), "--python", sys.executable, "--out", str(out)] if stage == "trace" else [str(out)]
        inside = ["--sandbox", sandbox] if stage in ("trace", "verify") else []
        side = ["--jobs", str(jobs)] if jobs and inside else []
        cost = run([sys.executable, "-m", "sweflow", stage, *where, *inside, *side, "--quiet"])
        after = files_of(out)
        yield stage, replace(cost, bytes=sum(path.stat().st_size for path, _ in after - before))
        before = after


def files_of(out: Path) -> set[tuple[Path, int]]:
    """What stands in a build's folder, but for notes and logs, with the time of its last change."""
    notes = {"logs", "runs.jsonl", "sweflow.log", ".lock"}
    found = (path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] not in notes)
    return {(path, path.stat().st_mtime_ns) for path in found}


def run(command: Sequence[str]) -> Cost:
    """Run a command and look at its process until it ends. Raises CalledProcessError."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    own, peak = 0.0, 0
    while True:
        time.sleep(0.05)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            break
        own, peak = own_seconds(process.pid) or own, peak_bytes(process.pid) or peak
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall = time.monotonic() - started
    return Cost(own, usage.ru_utime + usage.ru_stime, peak / 1e6, 0, wall)


def own_seconds(pid: int) -> float:
    """Processor time of a process without its children's; 0 where it has just ended."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_bytes(pid: int) -> int:
    """The greatest resident memory of a process so far; 0 where it has just ended."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def print_table(measure: str, costs: dict[int, dict[str, Cost]]) -> None:
    """A table of one measure: a line a stage, a column a size, and the exponent."""
    unit = {"own": "s", "all": "s", "wall": "s", "peak": "MB", "bytes": "kB"}[measure]
    print(f"\n| {measure}, {unit} | {' | '.join(map(str, costs))} | exponent |")
    print(f"| --- |{' ---: |' * (len(costs) + 1)}")
    for stage in STAGES:
        values = [getattr(found[stage], measure) / (1000 if measure == "bytes" else 1) for found in costs.values()]
        slope = exponent(list(zip(costs, values, strict=True))) if len(values) > 1 else 0.0
        print(f"| {stage} | {' | '.join(f'{value:.1f}' for value in values)} | {slope:.2f} |")


if __name__ == "__main__":
    main()
