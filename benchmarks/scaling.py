"""Simulates a run over many repositories on many nodes, from what a real run measured.

    python benchmarks/scaling.py examples/corpus.manifest.json --check 2 --seconds 12345
    python benchmarks/scaling.py examples/corpus.manifest.json --repositories 100000 --nodes 50 --cores 16 --loss 0.02

Repositories are drawn from the manifest with replacement, in an order that is drawn, too. Each takes one core for the
seconds that it was measured to take. A node is lost with a chance of --loss in an hour: what ran there begins again
elsewhere, and another node takes its place after --start seconds. --check N compares with the run itself: the
repositories as they are, on one node with N cores, against the --seconds that the run took.

A row a number of nodes: hours until all are done, hours until 95 % are, how busy the cores were, how many jobs were
begun again, and what is kept. With --price (of a node and hour) the cost.
"""

import argparse
import heapq
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweflow_datasets.corpus.format import MANIFEST, read_manifest
from sweflow_datasets.corpus.values import CorpusRun, RepositoryResult

HOUR = 3600.0
GIB = 1 << 30


@dataclass(frozen=True)
class Plan:
    """A cluster: ``loss`` is a node's chance to be lost in an hour, ``start`` what a new one takes, in seconds."""

    nodes: int
    cores: int
    loss: float
    start: float


@dataclass(frozen=True)
class Course:
    """A simulated run: seconds until all and until 95 % of the jobs are done, share of core time in use, lost jobs."""

    whole: float
    most: float
    busy: float
    again: int


def simulate(seconds: Sequence[float], plan: Plan, draw: random.Random) -> Course:
    """One course of a run: each core takes the next job when it is free.

    >>> simulate([10.0] * 4, Plan(1, 2, 0.0, 60.0), random.Random(0))
    Course(whole=20.0, most=20.0, busy=1.0, again=0)
    """
    ends = [_lost_at(0.0, plan, draw) for _ in range(plan.nodes)]  # when each node will be lost
    free = [(0.0, node, core) for node in range(plan.nodes) for core in range(plan.cores)]
    heapq.heapify(free)
    waiting = list(reversed(seconds))
    done: list[float] = []
    used, again = 0.0, 0
    while waiting:
        now, node, core = heapq.heappop(free)
        while now >= ends[node] + plan.start:  # another node has taken its place since
            ends[node] = _lost_at(ends[node] + plan.start, plan, draw)
        if now >= ends[node]:
            heapq.heappush(free, (ends[node] + plan.start, node, core))
            continue
        job = waiting.pop()
        used += min(job, ends[node] - now)
        if now + job > ends[node]:
            again += 1
            waiting.append(job)
            heapq.heappush(free, (ends[node] + plan.start, node, core))
        else:
            done.append(now + job)
            heapq.heappush(free, (now + job, node, core))
    done.sort()
    whole = done[-1]
    return Course(whole, done[int(0.95 * (len(done) - 1))], used / (whole * plan.nodes * plan.cores), again)


def _lost_at(since: float, plan: Plan, draw: random.Random) -> float:
    return since + (draw.expovariate(plan.loss / HOUR) if plan.loss else float("inf"))


def main() -> int:
    """Print what a run would take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path, help=f"a {MANIFEST}, or a folder with one")
    parser.add_argument("--repositories", type=int, nargs="+", default=[1000])
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--cores", type=int, default=16, help="of a node that are at work")
    parser.add_argument("--loss", type=float, default=0.0, help="chance of a node to be lost in an hour")
    parser.add_argument("--start", type=float, default=180.0, help="seconds until another takes its place")
    parser.add_argument("--kept", type=float, default=0.0, help="bytes of a build and its report, packed")
    parser.add_argument("--price", type=float, help="of a node for an hour")
    parser.add_argument("--courses", type=int, default=5, help="simulated for each row; the median is printed")
    parser.add_argument("--check", type=int, metavar="CORES", help="compare with the measured run")
    parser.add_argument("--seconds", type=float, help="that the measured run took")
    given = parser.parse_args()
    took = [result for result in _read(given.manifest).repositories if result.seconds > 0]
    print(_measured(took))
    if given.check:
        courses = [simulate(_drawn(took, seed), Plan(1, given.check, 0, 0), random.Random(seed)) for seed in range(20)]
        said = f"the run itself on {given.check} cores: {statistics.median(c.whole for c in courses):.0f} s simulated"
        print(said + (f", {given.seconds:.0f} s measured" if given.seconds else ""))
        return 0
    print("| repositories | nodes | cores | hours | hours for 95 % | busy | begun again | tasks | kept, GiB | cost |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for count in given.repositories:
        for nodes in given.nodes:
            print(_row(took, count, Plan(nodes, given.cores, given.loss, given.start), given), flush=True)
    return 0


def _read(place: Path) -> CorpusRun:
    return read_manifest(place) if place.is_dir() else read_manifest(place.parent, place.name)


def _drawn(took: Sequence[RepositoryResult], seed: int) -> list[float]:
    order = [result.seconds for result in took]
    random.Random(seed).shuffle(order)
    return order


def _measured(took: Sequence[RepositoryResult]) -> str:
    seconds = sorted(result.seconds for result in took)
    verified = sum(result.verified for result in took)
    cpu = sum(result.cpu_seconds for result in took)
    high = seconds[int(0.95 * (len(seconds) - 1))]
    return (
        f"measured: {len(took)} repositories, {verified} tasks; seconds of one: "
        f"median {statistics.median(seconds):.0f}, mean {statistics.mean(seconds):.0f}, 95 % below {high:.0f}, "
        f"most {seconds[-1]:.0f}; CPU {cpu / len(took):.0f} s a repository, {cpu / max(1, verified):.1f} s a task"
    )


def _row(took: Sequence[RepositoryResult], count: int, plan: Plan, given: argparse.Namespace) -> str:
    courses = []
    for seed in range(given.courses):
        draw = random.Random(seed)
        courses.append(simulate([draw.choice(took).seconds for _ in range(count)], plan, draw))
    whole, most, busy, again = (
        statistics.median(getattr(course, name) for course in courses) for name in ("whole", "most", "busy", "again")
    )
    tasks = count * sum(result.verified for result in took) / len(took)
    cost = f"{given.price * plan.nodes * whole / HOUR:,.0f}" if given.price else ""
    cells = (
        f"{count:,}", str(plan.nodes), str(plan.nodes * plan.cores), f"{whole / HOUR:.1f}", f"{most / HOUR:.1f}",
        f"{busy:.0%}", f"{again:.0f}", f"{tasks:,.0f}", f"{given.kept * count / GIB:,.0f}", cost,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
