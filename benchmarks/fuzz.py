"""Odd repositories, predictions and damaged folders, many of them: what was read, what refused, what broke.

    python benchmarks/fuzz.py repositories|builds|predictions|folders [--cases N] [--seed N]

``repositories`` are read and indexed, ``builds`` go through the command line as a whole: exit code 0, 1 or 2 and an end
within 120 seconds are answers, everything else is broken. Prints each case that broke, as small as Hypothesis can make
it, and a row for BENCHMARKS.md. The strategies are those of ``tests/property/odd.py``.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from sweflow_tasks.format import read_task_table  # noqa: E402
from sweflow_tracer.project.interpreter import inspect_interpreter  # noqa: E402

import sweflow  # noqa: E402
from tests.property.hardiness import FILES, grade_file, read_damaged, read_repository  # noqa: E402
from tests.property.odd import damages, odd_predictions, odd_repositories  # noqa: E402

SECONDS = 120


def main() -> None:
    """Fuzz one of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["repositories", "builds", "predictions", "folders"])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sweflow-fuzz-") as scratch:
        try:
            PARTS[asked.what](Path(scratch), asked.cases, asked.seed, counts)
        finally:
            total, seconds = sum(counts.values()), time.monotonic() - started
            broken = total - counts["read"] - counts["refused"]
            print(f"| {asked.what} | {total} | {counts['read']} | {counts['refused']} | {broken} | {seconds:.0f} s |")


def _law(cases: int, number: int, law: Callable[..., None], **strategies: st.SearchStrategy) -> None:
    """Run a law on so many cases."""
    wide = settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(wide(given(**strategies)(law)))()


def repositories(scratch: Path, cases: int, number: int, counts: Counter[str]) -> None:
    """Read and index."""
    (scratch / "empty").mkdir()
    interpreter = inspect_interpreter(Path(sys.executable), scratch / "empty")

    def law(case: object) -> None:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            _count(counts, lambda: read_repository(case, Path(folder) / "repo", interpreter))

    _law(cases, number, law, case=odd_repositories())


def builds(scratch: Path, cases: int, number: int, counts: Counter[str]) -> None:
    """The whole command."""

    def build(case: object, folder: Path) -> str:
        case.write(folder / "repo")
        command = [sys.executable, "-m", "sweflow", "build", str(folder / "repo"), "--python", sys.executable]
        command += ["--out", str(folder / "out"), "--allow-dirty", "--reruns", "1", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, errors="replace", check=False)
        assert done.returncode in (0, 1, 2), (done.returncode, done.stderr[-2000:])
        assert "Traceback" not in done.stderr, done.stderr[-2000:]
        return "read" if done.returncode < 2 else "refused"

    def law(case: object) -> None:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            _count(counts, lambda: build(case, Path(folder)))

    _law(cases, number, law, case=odd_repositories())


def predictions(scratch: Path, cases: int, number: int, counts: Counter[str]) -> None:
    """Files for ``eval``."""
    out = _built(scratch)
    table = read_task_table(out / "tasks.jsonl", out / "tests.jsonl")

    def law(content: bytes) -> None:
        _count(counts, lambda: grade_file(content, table, scratch))

    _law(cases, number, law, content=odd_predictions(tuple(task["instance_id"] for task in table.rows)))


def folders(scratch: Path, cases: int, number: int, counts: Counter[str]) -> None:
    """Damaged files of an output folder."""
    out = _built(scratch)
    whole = {name: (out / name).read_bytes() for name in FILES}

    def law(name: str, damage: object) -> None:
        place = out / name
        damage.apply(place)
        try:
            _count(counts, lambda: read_damaged(name, out))
        finally:
            if place.is_dir() and not place.is_symlink():
                place.rmdir()
            place.unlink(missing_ok=True)
            place.write_bytes(whole[name])

    _law(cases, number, law, name=st.sampled_from(sorted(FILES)), damage=damages())


def _built(scratch: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "calculator", scratch / "calculator")
    sweflow.build(scratch / "calculator", scratch / "out", python=sys.executable)
    return scratch / "out"


def _count(counts: Counter[str], ask: Callable[[], str]) -> None:
    try:
        answer = ask()
    except BaseException:
        counts["broken"] += 1
        raise
    counts[answer] += 1


PARTS = {"repositories": repositories, "builds": builds, "predictions": predictions, "folders": folders}


if __name__ == "__main__":
    main()
