"""Witnesses of the tracer: three ways to see on a real project that nothing is missed and nothing invented.

    python benchmarks/witness.py coverage tabulate itsdangerous
    python benchmarks/witness.py engines tabulate --python python3.13
    python benchmarks/witness.py isolation marshmallow --sample 50

``coverage`` (T2): for every test, the functions with an executed body line, as coverage.py saw them in a forked child
of its own, are in the test's trace. ``engines`` (T4): settrace and monitoring give equal edges. ``isolation`` (T3): a
forked child a test and a process a test give equal edges. Exit code 1 where there is an exception.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prepare import corpus, prepare
from sweflow_rdg import Definition, build_graph, index_source
from sweflow_tracer import Outcome, Trace, TraceOptions, trace_project
from sweflow_tracer.project.files import Blobs, write_blob
from sweflow_tracer.project.interpreter import inspect_interpreter
from sweflow_tracer.project.project import read_project
from sweflow_tracer.runner.command import VARIABLES
from sweflow_tracer.runner.launcher import Launcher
from sweflow_tracer.runner.options import SessionOptions, Target
from sweflow_tracer.runner.session import run_session
from sweflow_tracer.runner.settings import RunSettings
from sweflow_tracer.runner.workspace import Workspace

PLUGIN = Path(__file__).with_name("witness_plugin.py")
COVERAGE = "coverage==7.10.7"  # the last release for Python 3.9


@dataclass(frozen=True, slots=True)
class Case:
    """A project of the corpus under one interpreter."""

    name: str
    target: Target
    blobs: Blobs


@dataclass(frozen=True, slots=True)
class Finding:
    """What a witness saw: how much was compared, and each exception in words."""

    tests: int
    compared: int
    exceptions: tuple[str, ...]


def load(name: str, dest: Path, python: str) -> Case:
    """Prepare a project, for another interpreter than this one in a folder of its own, and read it."""
    prepared = prepare(name, dest if python == sys.executable else dest / Path(python).name, python)
    interpreter = inspect_interpreter(prepared.python, prepared.repo)
    project, blobs = read_project(prepared.repo, interpreter, tuple(prepared.args), allow_dirty=True)
    return Case(name, Target(project, prepared.python, prepared.repo), blobs)


def traced(case: Case, **options: object) -> Trace:
    """A trace of the project without plain runs."""
    settings = RunSettings(case.target, Launcher(), jobs=int(options.pop("jobs", 2)))  # type: ignore[call-overload]
    chosen = TraceOptions(**{"reruns": 0, **options})  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="witness-") as folder:
        return trace_project(settings, case.blobs, chosen, Path(folder))


def coverage_witness(case: Case, tests: tuple[str, ...] = ()) -> Finding:
    """T2: functions with an executed body line against functions in the trace, test by test."""
    trace = traced(case, select=tests)
    index = index_source(case.blobs)
    graph = build_graph(trace, index)
    imported = [{trace.edges[e].callee for e in trace.edge_sets[test.imports]} for test in trace.tests]
    owners = {path: _owners(file.definitions) for path, file in index.files.items()}
    lines = covered_lines(case, tuple(test.id for test in trace.tests))
    exceptions, compared, passed = [], 0, 0
    for test, codes, node in zip(trace.tests, imported, graph.tests, strict=True):
        if test.outcome is not Outcome.PASSED:
            continue
        passed += 1
        seen = {graph.nodes[graph.calls[number].callee].id for number in graph.call_sets[node.calls]}
        at_import = {(trace.codes[code].path, trace.codes[code].line) for code in codes}
        for path, executed in lines.get(test.id, {}).items():
            for function in {owners[path][line] for line in executed if line in owners.get(path, {})}:
                compared += 1
                if function.id not in seen and (path, function.line) not in at_import:
                    exceptions.append(f"{test.id}: {function.id}")
    return Finding(passed, compared, tuple(sorted(exceptions)))


def _owners(definitions: tuple[Definition, ...]) -> dict[int, Definition]:
    """The function that each line belongs to; functions that share a line with their header are left out."""
    return {line: d for d in definitions if d.body_line > d.line for line in range(d.body_line, d.end_line + 1)}


def covered_lines(case: Case, tests: tuple[str, ...]) -> dict[str, dict[str, list[int]]]:
    """By test and path, the lines that coverage.py saw; each of the tests in a forked child."""
    with tempfile.TemporaryDirectory(prefix="witness-") as scratch:
        root, overlay, out = (Path(scratch).resolve() / name for name in ("tree", "overlay", "lines.jsonl"))
        for path, (mode, content) in case.blobs.items():
            write_blob(root / path, mode, content)
        pip = [str(case.target.python), "-m", "pip", "install", "-q", "--target", str(overlay), COVERAGE]
        subprocess.run(pip, check=True, capture_output=True)
        shutil.copy(PLUGIN, overlay)
        (overlay / "tests.json").write_text(json.dumps(tests), "utf-8")
        roots = [str(root / folder) for folder in case.target.project.roots]
        environment = {**VARIABLES, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"}
        environment |= {"PYTHONPATH": ":".join((*roots, str(overlay))), "WITNESS_ROOT": str(root)}
        environment["WITNESS_TESTS"] = str(overlay / "tests.json")
        environment |= {"WITNESS_OUT": str(out), "COVERAGE_CORE": "ctrace", "HOME": scratch}
        switches = ["--no-cov"] if "pytest_cov" in case.target.project.plugins else []
        command = [str(case.target.python), "-m", "pytest", "-q", "-p", PLUGIN.stem, *switches]
        command += case.target.project.arguments
        subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {row["id"]: row["lines"] for row in rows}


def engines_witness(case: Case, tests: tuple[str, ...] = ()) -> Finding:
    """T4: the edges of settrace and of monitoring."""
    return compare(*(traced(case, engine=engine, select=tests) for engine in ("settrace", "monitoring")))


def isolation_witness(case: Case, tests: tuple[str, ...] = ()) -> Finding:
    """T3: the edges of a forked child a test and of a process a test."""
    return compare(*(traced(case, isolation=isolation, select=tests) for isolation in ("fork", "process")))


def sample(case: Case, number: int) -> tuple[str, ...]:
    """Ids of some of the project's tests, the same each time; all of them for 0."""
    if not number:
        return ()
    name = case.target.project.folder
    with tempfile.TemporaryDirectory() as folder, Workspace(name, Path(folder) / "ledger.txt") as workspace:
        workspace.show(case.blobs)
        collected = run_session(case.target, workspace, Launcher(), SessionOptions(groups=[])).collected
    ids = sorted({item["id"] for item in collected["items"]})
    return tuple(random.Random(0).sample(ids, min(number, len(ids))))


def compare(one: Trace, other: Trace) -> Finding:
    """Edges that only one of two traces has; what the garbage collector called depends on when it ran."""
    theirs = {test.id: edges for test, edges in _edges(other)}
    exceptions, compared = [], 0
    for test, edges in _edges(one):
        compared += len(edges)
        for only, there in ((edges - theirs[test.id], one), (theirs[test.id] - edges, other)):
            where = f"{there.engine}, {there.isolation}"
            exceptions += [f"{test.id}: only {where}: {caller} -> {callee}" for caller, callee, _ in sorted(only)]
    return Finding(len(one.tests), compared, tuple(exceptions))


def _edges(trace: Trace):  # type: ignore[no-untyped-def]
    """Each test with its edges as places and flags."""
    names = [f"{code.path}:{code.line} {code.name}" for code in trace.codes] + ["-"]
    for test in trace.tests:
        numbers = {e for phase in (test.setup, test.call, test.teardown) for e in trace.edge_sets[phase]}
        edges = (trace.edges[number] for number in numbers)
        yield test, {(names[e.caller], names[e.callee], e.flags) for e in edges if not e.collected}


def main() -> int:
    """Print a table of findings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("witness", choices=["coverage", "engines", "isolation"])
    parser.add_argument("names", nargs="*", default=list(corpus()), help="projects [default: the corpus]")
    parser.add_argument("--dest", type=Path, default=Path("corpus"), help="folder of prepared projects (./corpus)")
    parser.add_argument("--python", default=sys.executable, help="interpreter (the running one)")
    parser.add_argument("--sample", type=int, default=0, help="compare only so many tests")
    asked = parser.parse_args()
    print("| project | tests | compared | exceptions |\n| --- | ---: | ---: | ---: |")
    wrong = 0
    for name, finding in _findings(asked):
        print(f"| {name} | {finding.tests} | {finding.compared} | {len(finding.exceptions)} |", flush=True)
        for line in finding.exceptions[:20]:
            print(f"  {line}", file=sys.stderr)
        wrong += len(finding.exceptions)
    return 1 if wrong else 0


def _findings(asked: argparse.Namespace) -> Iterator[tuple[str, Finding]]:
    for name in asked.names:
        case = load(name, asked.dest, asked.python)
        if asked.witness == "coverage":
            yield name, coverage_witness(case, sample(case, asked.sample))
        elif asked.witness == "engines":
            yield name, engines_witness(case, sample(case, asked.sample))
        else:
            yield name, isolation_witness(case, sample(case, asked.sample))


if __name__ == "__main__":
    sys.exit(main())
