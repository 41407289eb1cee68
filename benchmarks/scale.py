"""How the engine grows: schedules of synthetic graphs, and the index of a large source tree.

    python benchmarks/scale.py schedule
    python benchmarks/scale.py index --lines 500000

Each size runs in a process of its own, so that the peak of memory is its own. The graphs have the shape of real ones:
functions in layers that call downwards, some of them back up (cycles), few of them called by very many (a power law),
and tests that reach 10 to 500 functions by walking those calls. The source tree is made of the standard library's
files, repeated under other names until there are enough lines. Prints Markdown tables.
"""

import argparse
import json
import math
import os
import random
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from processors import cpu_seconds
from sweflow_rdg import Call, Node, Role, RuntimeDependencyGraph, TestNode, index_source
from sweflow_scheduler import Answer, Closure, Question, Rules, make_schedule
from sweflow_tracer.project.files import Blobs

SIZES = ((1_000, 1_000), (3_000, 3_000), (10_000, 1_000), (10_000, 10_000), (30_000, 30_000), (100_000, 100_000))
LAYERS = 15
MEAN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One size and what it took. ``total`` is the summed size of the requirements; seconds are of processor time."""

    functions: int
    tests: int
    total: int
    steps: int
    forward: int
    seconds: float
    gigabytes: float


def main() -> None:
    """Run one of the two benchmarks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    schedule = commands.add_parser("schedule")
    schedule.add_argument("--sizes", nargs="+", metavar="FUNCTIONSxTESTS", help="instead of the usual ones")
    schedule.add_argument("--closure", choices=[c.value for c in Closure], default=Closure.OBSERVED.value)
    schedule.add_argument("--one", nargs=2, type=int, help=argparse.SUPPRESS)
    index = commands.add_parser("index")
    index.add_argument("--lines", type=int, default=500_000)
    given = parser.parse_args()
    if given.command == "index":
        measure_index(given.lines)
    elif given.one:
        print(json.dumps(asdict(measure_schedule(*given.one, Closure(given.closure)))))
    else:
        sizes = [tuple(map(int, size.split("x"))) for size in given.sizes] if given.sizes else list(SIZES)
        print_schedules([run_apart(*size, given.closure) for size in sizes])


def run_apart(functions: int, tests: int, closure: str) -> Row:
    """Measure one size in a process of its own."""
    command = [sys.executable, __file__, "schedule", "--closure", closure, "--one", str(functions), str(tests)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Row(**json.loads(done.stdout))


def measure_schedule(functions: int, tests: int, closure: Closure) -> Row:
    """Make a graph of this size and schedule it."""
    graph = make_graph(functions, tests, random.Random(functions + tests))
    started = time.process_time()
    made = make_schedule(graph, Rules(closure=closure), Guess())
    seconds = time.process_time() - started
    return Row(
        functions=functions,
        tests=tests,
        total=sum(len(test.requirement) for test in graph.tests),
        steps=len(made.steps),
        forward=made.forward_references,
        seconds=seconds,
        gigabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    )


class Guess:
    """An oracle that runs nothing: 56 of 100 pairs are noticed, as were of sqlparse's, and always the same."""

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each question."""
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        for silent, test in enumerate(question.tests):
            if zlib.crc32(f"{test} {question.function}".encode()) % 100 < 56:
                return Answer(silent, test)
        return Answer(len(question.tests), None)


def make_graph(functions: int, tests: int, chance: random.Random) -> RuntimeDependencyGraph:
    """A graph in which each test reaches ``MEAN`` functions on average (or half of all, where these are few)."""
    callees = make_calls(functions, chance)
    nodes = [
        Node(f"m{n // 50:04d}.py::f{n:06d}", f"m{n // 50:04d}.py", Role.CORE, 1, lines(chance))
        for n in range(functions)
    ]
    top = functions - functions // LAYERS
    made = []
    calls = {(caller, callee) for caller, called in enumerate(callees) for callee in called}
    for number in range(tests):
        wanted = min(500, max(10, round(chance.lognormvariate(math.log(MEAN) - 0.32, 0.8))), functions // 2)
        reached = walk(callees, top, wanted, chance)
        calls.add((functions + number, reached[0]))
        body = f"test_{number // 50:04d}.py::test_{number:06d}"
        nodes.append(Node(body, body.partition("::")[0], Role.TEST, 1, 5))
        requirement = tuple(sorted(reached))
        made.append(TestNode(body, body, nodes[-1].path, functions + number, requirement, 0, None, ""))
    return RuntimeDependencyGraph(tuple(nodes), tuple(Call(a, b) for a, b in sorted(calls)), ((),), tuple(made), (), ())


def make_calls(functions: int, chance: random.Random) -> list[list[int]]:
    """Callees of each function: below it in the layers, the popular ones far more often, and one in fifty above."""
    width = max(1, functions // LAYERS)
    callees = []
    for number in range(functions):
        below = max(1, number // width * width)
        called = {int(below * chance.random() ** 2.5) for _ in range(chance.randint(1, 7)) if number >= width}
        if chance.random() < 0.02:
            called.add(min(functions - 1, number + chance.randint(1, 2 * width)))
        callees.append(sorted(called - {number}))
    return callees


def walk(callees: list[list[int]], top: int, wanted: int, chance: random.Random) -> list[int]:
    """Functions that a test reaches: from a few starting points down, most calls taken, until there are enough."""
    reached: dict[int, None] = {}
    while len(reached) < wanted:
        work = [chance.randrange(top // 3, len(callees))]
        while work and len(reached) < wanted:
            number = work.pop()
            if number not in reached:
                reached[number] = None
                work += [callee for callee in callees[number] if chance.random() < 0.8]
    return list(reached)


def lines(chance: random.Random) -> int:
    """The length of a function: half of them have at most eight lines."""
    return min(300, max(1, round(chance.lognormvariate(math.log(8), 0.9))))


def print_schedules(rows: list[Row]) -> None:
    """The table, and the exponent of growth: the slope of a line through the logarithms."""
    print("| functions | tests | summed requirements | steps | forward references | seconds | peak GB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for r in rows:
        print(
            f"| {r.functions:,} | {r.tests:,} | {r.total:,} | {r.steps:,} | {r.forward:,} "
            f"| {r.seconds:.2f} | {r.gigabytes:.2f} |"
        )
    if len(rows) > 1:
        plain = exponent([(row.total, row.seconds) for row in rows])
        print(f"\ntime ~ size^{plain:.2f} (n log n over these sizes: {exponent(n_log_n(rows)):.2f})")


def n_log_n(rows: list[Row]) -> list[tuple[float, float]]:
    """What n log n would take for the same sizes."""
    return [(row.total, row.total * math.log(row.total)) for row in rows]


def exponent(points: list[tuple[float, float]]) -> float:
    """Least squares slope in log-log coordinates."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def measure_index(wanted: int) -> None:
    """Index a tree of so many lines twice: first without a cache, then with the one that this left."""
    blobs = make_tree(wanted)
    count = sum(content.count(b"\n") for _, content in blobs.values())
    workers = os.cpu_count() or 1
    print("| cache | files | lines | functions | processor seconds | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for state in ("cold", "warm"):
            started, spent = time.monotonic(), processor_seconds()
            index = index_source(blobs, cache=Path(folder), workers=workers)
            seconds, spent = time.monotonic() - started, processor_seconds() - spent
            found = len(index.definitions())
            print(f"| {state} | {len(blobs):,} | {count:,} | {found:,} | {spent:.1f} | {seconds:.1f} |")


def make_tree(wanted: int) -> Blobs:
    """Files of the standard library, again and again under other names, until there are enough lines."""
    root = Path(sysconfig.get_path("stdlib"))
    files = sorted(path for path in root.rglob("*.py") if "site-packages" not in path.parts)
    blobs: Blobs = {}
    count = copy = 0
    while count < wanted:
        for path in files:
            content = path.read_bytes()
            blobs[f"copy{copy}/{path.relative_to(root).as_posix()}"] = ("100644", content)
            count += content.count(b"\n")
            if count >= wanted:
                break
        copy += 1
    return blobs


def processor_seconds() -> float:
    """Processor time of this process and of those that it waited for."""
    return cpu_seconds(resource.RUSAGE_SELF) + cpu_seconds()


if __name__ == "__main__":
    main()
