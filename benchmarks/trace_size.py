"""How big a trace file is and how long it takes to read.

    python benchmarks/trace_size.py --tests 10000 --edges 500

The trace is made up: each test has edges of its own choice out of ten times as many, so that no two sets are equal.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from sweflow_tracer import CodeRef, Edge, Outcome, TestTrace, Trace
from sweflow_tracer.format import read_trace, write_trace


def made_up(tests: int, edges: int) -> Trace:
    """A trace of so many tests with so many edges each."""
    chance = random.Random(0)
    codes = tuple(
        CodeRef(f"package/module_{n // 50:03}.py", f"function_{n:05}", n % 50 * 10 + 1) for n in range(edges * 4)
    )
    pairs = {(chance.randrange(len(codes)), chance.randrange(len(codes))) for _ in range(edges * 10)}
    calls = tuple(sorted(Edge(caller, callee) for caller, callee in pairs))
    sets = sorted({tuple(sorted(chance.sample(range(len(calls)), edges))) for _ in range(tests)} | {()})
    items = tuple(
        TestTrace(
            *(f"tests/test_{n // 20:04}.py::test_{n:05}", f"tests/test_{n // 20:04}.py::test_{n:05}", "function"),
            *(f"tests/test_{n // 20:04}.py", codes[0], Outcome.PASSED, "", 0.001),
            *(0, 0, n % len(sets), 0, (Outcome.PASSED, Outcome.PASSED)),
        )
        for n in range(tests)
    )
    return Trace("3.11.7", "settrace", "fork", codes, calls, tuple(sets), 0, 0, items, (), ())


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--edges", type=int, default=500)
    asked = parser.parse_args()
    trace = made_up(asked.tests, asked.edges)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        started = time.process_time()
        write_trace(path, trace)
        written = time.process_time()
        same = read_trace(path) == trace
        read = time.process_time()
        print("| tests | edges a test | MB | written, s | read and compared, s | equal |")
        print("| ---: | ---: | ---: | ---: | ---: | --- |")
        size = path.stat().st_size / 1e6
        row = (asked.tests, asked.edges, f"{size:.1f}", f"{written - started:.1f}", f"{read - written:.1f}", same)
        print("|", " | ".join(map(str, row)), "|")


if __name__ == "__main__":
    main()
