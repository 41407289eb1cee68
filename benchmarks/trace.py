"""What tracing costs: rounds of plain pytest, our modes and two peers, in turn, as ratios to the plain run beside them.

    python benchmarks/trace.py tabulate marshmallow --rounds 3
    python benchmarks/trace.py tabulate --python python3.13

CPU is that of all processes a run started; wall is from start to end of pytest. ``none`` is one process for the suite,
``fork`` a forked child a test on two cores. Peers: coverage.py with a dynamic context a test, and pytest-testmon with
an empty database; neither records who called whom. One run of everything comes first and does not count.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processors import cpu_seconds
from sweflow_tracer.project.files import write_blob
from sweflow_tracer.runner.command import VARIABLES
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.workspace import Workspace
from witness import COVERAGE, Case, load

PEERS = (COVERAGE, "pytest-testmon==2.1.3", "pytest-cov==7.0.0")
Cost = tuple[float, float]
"""Seconds of CPU and of wall."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A project's tree and the environment beside it that holds the peers.

    ``workspace`` serves all traced runs, as it does for the runs of one trace: test files that pytest has rewritten
    are kept there, as a plain run keeps them beside the sources.
    """

    case: Case
    tree: Path
    overlay: Path
    workspace: Workspace

    def pytest(self, *switches: str, peers: bool = False) -> Cost:
        """Plain pytest on the tree, or one with a peer."""
        roots = [str(self.tree / root) for root in self.case.target.project.roots]
        path = ":".join((*roots, str(self.overlay))) if peers else ":".join(roots)
        environment = {**VARIABLES, "PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin", "PYTHONPATH": path}
        environment["HOME"] = str(self.overlay)
        plugins = self.case.target.project.plugins
        quiet = ["--no-cov"] if "pytest_cov" in plugins and not peers else []
        quiet += ["-p", "no:randomly"] if "randomly" in plugins else []
        command = [str(self.case.target.python), "-m", "pytest", "-q", "--maxfail=1000", *quiet, *switches]
        command += self.case.target.project.arguments
        return _cost(lambda: subprocess.run(command, cwd=self.tree, env=environment, capture_output=True, check=False))

    def testmon(self) -> Cost:
        """pytest-testmon, which selects nothing the first time."""
        (self.tree / ".testmondata").unlink(missing_ok=True)
        return self.pytest("--testmon", "-p", "no:cov", peers=True)

    def traced(self, engine: str, groups: str, jobs: int) -> Cost:
        """A traced session, as `sweflow trace` runs it."""
        self.workspace.show(self.case.blobs)
        options = SessionOptions(engine=engine, groups=groups, jobs=jobs, timeout=120.0)
        return _cost(lambda: run_session(self.case.target, self.workspace, Launcher(), options))


def _cost(run: Callable[[], object]) -> Cost:
    before, started = cpu_seconds(), time.monotonic()
    run()
    return cpu_seconds() - before, time.monotonic() - started


def modes(bench: Bench) -> dict[str, Callable[[], Cost]]:
    """What is compared, by name; the plain run is first."""
    version = tuple(int(part) for part in bench.case.target.project.python.split(".")[:2])
    engines = ["settrace", "monitoring"] if version >= (3, 12) else ["settrace"]
    found: dict[str, Callable[[], Cost]] = {"plain": bench.pytest}
    for engine in engines:
        found[f"{engine}, none"] = lambda engine=engine: bench.traced(engine, "together", 1)
    found[f"{engines[-1]}, fork"] = lambda: bench.traced(engines[-1], "each", 2)
    cov = ("--cov=.", "--cov-context=test", "--cov-report=")
    found["coverage contexts"] = lambda: bench.pytest(*cov, "-p", "no:testmon", peers=True)
    found["testmon"] = bench.testmon
    return found


def measure(bench: Bench, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Ratios of CPU and wall to the plain run of the same round, by mode."""
    runs = modes(bench)
    for run in runs.values():
        run()
    ratios: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        plain = runs["plain"]()
        for name, run in runs.items():
            cost = plain if name == "plain" else run()
            ratios[name].append((cost[0] / plain[0], cost[1] / plain[1]) if name != "plain" else cost)
    return ratios


def main() -> int:
    """Print a row a project and mode: medians of the ratios, and the plain run's seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "names", nargs="*", default=["tabulate", "marshmallow", "jinja2"], help="projects of the corpus"
    )
    parser.add_argument("--dest", type=Path, default=Path("corpus"), help="folder of prepared projects (./corpus)")
    parser.add_argument("--python", default=sys.executable, help="interpreter (the running one)")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print("| project | python | mode | CPU | wall |\n| --- | --- | --- | ---: | ---: |")
    for name in asked.names:
        case = load(name, asked.dest, asked.python)
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch, _workspace(case, scratch) as workspace:
            bench = set_up(case, Path(scratch).resolve(), workspace)
            for mode, costs in measure(bench, asked.rounds).items():
                cpu, wall = (statistics.median(column) for column in zip(*costs, strict=True))
                unit = " s" if mode == "plain" else ""
                python = case.target.project.python
                print(f"| {name} | {python} | {mode} | {cpu:.2f}{unit} | {wall:.2f}{unit} |", flush=True)
    return 0


def _workspace(case: Case, scratch: str) -> Workspace:
    return Workspace(case.target.project.folder, Path(scratch) / "ledger.txt")


def set_up(case: Case, scratch: Path, workspace: Workspace) -> Bench:
    """Write the tree and install the peers beside the project's environment, not into it."""
    tree, overlay = scratch / case.target.project.folder, scratch / "overlay"
    for path, (mode, content) in case.blobs.items():
        write_blob(tree / path, mode, content)
    pip = [str(case.target.python), "-m", "pip", "install", "-q", "--no-deps", "--target", str(overlay), *PEERS]
    subprocess.run(pip, check=True, capture_output=True)
    return Bench(case, tree, overlay, workspace)


if __name__ == "__main__":
    sys.exit(main())
