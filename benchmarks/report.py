"""What the HTML report weighs, and how fast it opens.

    python benchmarks/report.py                     # 5,000 functions and 20,000 calls
    python benchmarks/report.py --functions 12000 --calls 50000

Makes an output folder of a synthetic project (layers of functions that call downwards, some back up, some called by
very many; tests that walk those calls; tasks with patches, statements and certificates), writes its report, and opens
it in headless Chromium, each time with an empty cache. Impact ``playwright`` and a Chromium on PATH. Prints JSON and a
row of Markdown. ``make_folder`` is also what the browser tests look at.
"""

import argparse
import json
import random
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sweflow_rdg import Call, Kind, Node, Role, RuntimeDependencyGraph, ScaffoldSource, TestNode
from sweflow_rdg.format import write_graph
from sweflow_scheduler import Rules, Schedule, make_schedule
from sweflow_scheduler.format import write_schedule
from sweflow_tasks.format import write_summary
from sweflow_tasks.json_lines import write_lines
from sweflow_tracer.format import write_project
from sweflow_tracer.project.files import FileEntry
from sweflow_tracer.project.project import Project

import sweflow

WORDS = re.findall(
    r"\w+",
    "parse read write token node tree value index cache queue state frame block scope field table entry batch window "
    "cursor buffer signal filter merge split group order limit range shape point score label event route guard retry "
    "digest packet header option locale format schema record column stream worker ticket budget ledger margin",
)
SOURCE = "5f4df0ec24ada8766fb85d894480aab097e01cac8eca95781892a650062c5496"
RUNS = 5


def main() -> None:
    """Make the folder, the report, and the measurements."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--functions", type=int, default=5000)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--tests", type=int, default=1500)
    parser.add_argument("--dir", type=Path, help="a finished output folder to measure instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = given.dir or make_folder(Path(scratch) / "out", given.functions, given.calls, given.tests)
        file = Path(scratch) / "report.html"
        started = time.perf_counter()
        made = sweflow.report(out, file)
        seconds = time.perf_counter() - started
        first = measure(file, "overview")
        drawn = measure(file, "map")
    row = {
        "bytes": made.bytes,
        "facts": made.facts,
        "texts": made.texts,
        "scripts": made.scripts,
        "left_out": made.left_out,
        "report_seconds": round(seconds, 2),
        "first_view_seconds": [round(value, 2) for value in first],
        "map_seconds": [round(value, 2) for value in drawn],
    }
    print(json.dumps(row))
    medians = (statistics.median(first), statistics.median(drawn))
    print(f"| {made.bytes / 1e6:.2f} MB | {seconds:.1f} s | {medians[0]:.2f} s | {medians[1]:.2f} s |")


def chromium() -> str:
    """The program of Chromium. Raises FileNotFoundError."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise FileNotFoundError("no chromium on PATH: install the package chromium")
    return found


FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
"""WebGL by software, so that the figures and the tests do not depend on a graphics card."""


def measure(file: Path, view: str) -> list[float]:
    """Seconds from the start of navigation until a view can be used, in so many new pages."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for _ in range(RUNS):
            page = browser.new_context(viewport={"width": 1360, "height": 850}).new_page()
            page.goto(f"{file.as_uri()}#{view}")
            mark = f"performance.getEntriesByName('sweflow-{view}')[0]?.startTime ?? 0"
            while not page.evaluate(mark):
                time.sleep(0.05)
            seconds.append(page.evaluate(mark) / 1000)
            page.context.close()
        browser.close()
    return seconds


def make_folder(out: Path, functions: int, calls: int, tests: int, seed: int = 1) -> Path:
    """An output folder of a synthetic project, with everything that a verified build has but trace and history."""
    out.mkdir(parents=True)
    made = _Synthetic(functions, calls, tests, random.Random(seed))
    graph = made.graph()
    schedule = make_schedule(graph, Rules())
    paths = sorted({node.path for node in graph.nodes})
    files = tuple(FileEntry(path, "100644") for path in paths)
    project = Project(
        "synthetic", SOURCE, "2026-01-31T12:00:00Z", "2.1", "MIT", "3.11.7", "synthetic", *[()] * 5, files
    )
    write_project(out / "project.json", project, Path("/usr/bin/python3"))
    write_graph(out / "graph.json", graph)
    write_schedule(out / "schedule.json", schedule)
    for path, text in made.sources().items():
        place = out / "source" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    rows = [made.task(step, graph) for step in schedule.steps]
    dropped = rows[3::17]
    kept = [row for row in rows if row not in dropped]
    write_lines(out / "certificates.jsonl", ({"instance_id": r["instance_id"], **r.pop("certificate")} for r in kept))
    write_lines(out / "tasks.jsonl", kept)
    write_lines(out / "rejected.jsonl", [_rejection(row) for row in dropped])
    write_summary(out / "summary.json", _summary(graph, schedule, len(rows) - len(dropped)))
    return out


def _rejection(row: dict[str, Any]) -> dict[str, str]:
    return {"kind": "step", "id": f"{row['step']:04d}", "reason": "no-fail-to-pass", "detail": "swallowed 2"}


def _summary(graph: RuntimeDependencyGraph, schedule: Schedule, verified: int) -> dict[str, Any]:
    steps = {"scheduled": len(schedule.steps), "verified": verified, "rejected": {}}
    seconds = {"trace": 48.2, "graph": 1.9, "schedule": 0.7, "tasks": 8.1, "verify": 512.4}
    tests = {"collected": len(graph.tests), "accepted": len(graph.tests), "rejected": {}, "traced": len(graph.tests)}
    return {"steps": steps, "tests": tests, "seconds": seconds}


class _Synthetic:
    """The parts of a project, drawn from one source of chance."""

    def __init__(self, functions: int, calls: int, tests: int, chance: random.Random) -> None:
        self.chance = chance
        self.count = functions
        self.layers = 15
        self.nodes: list[Node] = []
        self.bodies: dict[str, list[str]] = {}
        self._functions()
        self._calls(calls)
        self._tests(tests)

    def graph(self) -> RuntimeDependencyGraph:
        """The graph."""
        return RuntimeDependencyGraph(tuple(self.nodes), tuple(self.calls), tuple(self.sets), tuple(self.tests), (), ())

    def sources(self) -> dict[str, str]:
        """The text of each file."""
        return {path: "\n".join(lines) + "\n" for path, lines in self.bodies.items()}

    def _functions(self) -> None:
        a_module = max(5, min(25, self.count // 10))
        for number in range(self.count):
            module = number // a_module
            word = WORDS[module % len(WORDS)]
            path = f"src/app/{WORDS[(module // 12) % len(WORDS)]}/{word}_{module}.py"
            name = f"{self.chance.choice(WORDS)}_{self.chance.choice(WORDS)}_{number}"
            lines = self.bodies.setdefault(path, [f'"""{word.title()}."""', ""])
            first = len(lines) + 1
            lines += self._body(name)
            state = (ScaffoldSource.PROJECT_IMPORT,) if number % 97 == 0 else ()
            node = Node(f"{path}::{name}", path, Role.CORE, first, len(lines) - first, state, Kind.FUNCTION)
            self.nodes.append(node)

    def _body(self, name: str) -> list[str]:
        pick = lambda: self.chance.choice(WORDS)  # noqa: E731
        a, b = pick(), pick()
        lines = [f"def {name}({a}, {b}=None):", f'    """{pick().title()} the {pick()} of a {pick()}."""']
        for _ in range(self.chance.randint(2, 14)):
            lines.append(f"    {pick()} = {pick()}_{pick()}({a}, {b}, {self.chance.randint(0, 99)})")
        return [*lines, f"    return {a}", ""]

    def _calls(self, wanted: int) -> None:
        layer = [self.chance.randrange(self.layers) for _ in range(self.count)]
        hubs = [int(self.count * self.chance.random() ** 3) for _ in range(max(3, self.count // 50))]
        found: set[tuple[int, int]] = set()
        tries = 0
        while len(found) < wanted and tries < wanted * 40:
            tries += 1
            a = self.chance.randrange(self.count)
            near = (a + self.chance.randint(-60, 60)) % self.count
            b = self.chance.choice(hubs) if self.chance.random() < 0.25 else near
            if layer[b] > layer[a] or self.chance.random() < 0.004:
                found.add((a, b))
        self.callees: dict[int, list[int]] = {}
        self.pairs = sorted(found)
        for place, (a, _) in enumerate(self.pairs):
            self.callees.setdefault(a, []).append(place)
        self.calls = [Call(a, b, foreign=(a + b) % 23 == 0) for a, b in self.pairs]

    def _tests(self, count: int) -> None:
        self.tests: list[TestNode] = []
        sets: dict[tuple[int, ...], int] = {(): 0}
        for number in range(count):
            path = f"tests/test_{WORDS[(number // 25) % len(WORDS)]}_{number // 25}.py"
            name = f"test_{self.chance.choice(WORDS)}_{self.chance.choice(WORDS)}_{number}"
            lines = self.bodies.setdefault(path, ["from app import *", ""])
            body = len(self.nodes)
            self.nodes.append(Node(f"{path}::{name}", path, Role.TEST, len(lines) + 1, 2, (), Kind.FUNCTION))
            lines += [f"def {name}():", f"    assert {self.chance.choice(WORDS)}({number})", ""]
            made = self._walk(body)
            place = sets.setdefault(made, len(sets))
            need = tuple(sorted({self.calls[call].callee for call in made}))
            self.tests.append(TestNode(f"{path}::{name}", f"{path}::{name}", path, body, need, place, None, ""))
        self.sets = list(sets)

    def _walk(self, body: int) -> tuple[int, ...]:
        """The calls of a test: from a few functions downwards, up to so many."""
        most = int(self.chance.paretovariate(1.2) * 20)
        edge = [self.chance.randrange(self.count) for _ in range(self.chance.randint(1, 2))]
        made: set[int] = set()
        for start in edge:
            made.add(len(self.calls))
            self.calls.append(Call(body, start))
        seen = set(edge)
        while edge and len(made) < min(most, 400):
            for call in self.callees.get(edge.pop(0), ()):
                made.add(call)
                callee = self.calls[call].callee
                if callee not in seen:
                    seen.add(callee)
                    edge.append(callee)
        return tuple(sorted(made))

    def task(self, step: Any, graph: RuntimeDependencyGraph) -> dict[str, Any]:
        """A line of tasks.jsonl, with a full certificate."""
        nodes = {node.id: node for node in graph.nodes if node.id in step.functions}
        ids = [test.id for test in graph.tests if test.function in step.tests]
        strength = {name: self._strength(nodes[name]) for name in step.functions}
        killed, total = (sum(found[key] for found in strength.values()) for key in ("killed", "total"))
        records = [{"function": name, **found} for name, found in strength.items()]
        return {
            "instance_id": f"synthetic-5f4df0ec-{step.number:04d}",
            "step": step.number,
            "base_commit": f"{self.chance.getrandbits(160):040x}",
            "patch": "".join(self._patch(nodes[name]) for name in step.functions),
            "test_patch": "",
            "test_command": f'PYTHONPATH="$PWD/src" python -m pytest {ids[0]}' if ids else "",
            "FAIL_TO_PASS": ids,
            "pass_to_pass_count": 0,
            "problem_statement": self._statement(step),
            "removed_functions": list(step.dependents[:1]),
            "placeholder_functions": [],
            "underspecified": [],
            "certificate": {
                "version": 5,
                "level": "full",
                "patches_apply": True,
                "leaks": [],
                "similar": 0,
                "repaired": [],
                "base": [self._evidence(test, step) for test in ids],
                "strength": {"killed": killed, "total": total, "functions": records},
                "necessity": {"unnoticed": []},
                "gold": {"runs": ["passed"] * 3, "flaky": []},
                "figures": {"lines": [{"function": name, **self._lines(node)} for name, node in nodes.items()]},
            },
        }

    def _strength(self, node: Node) -> dict[str, Any]:
        total = max(1, node.lines // 2)
        killed = min(total, int(total * self.chance.betavariate(5, 1.5)) + 1)
        left = [
            {"operator": "return-none", "line": node.line + k + 2, "diff": f"-    return {k}\n+    return None"}
            for k in range(min(1, total - killed))
        ]
        return {"killed": killed, "total": total, "survivors": left}

    def _lines(self, node: Node) -> dict[str, Any]:
        ran = [line for line in range(node.line + 2, node.line + node.lines) if self.chance.random() < 0.9]
        return {"executed": ran, "total": node.lines - 2}

    def _patch(self, node: Node) -> str:
        body = self.bodies[node.path][node.line - 1 : node.line - 1 + node.lines]
        head = f"diff --git a/{node.path} b/{node.path}\n--- a/{node.path}\n+++ b/{node.path}\n"
        hunk = f"@@ -{node.line},3 +{node.line},{len(body)} @@\n"
        old = f"-    raise NotImplementedError('sweflow: {node.id}')\n"
        return head + hunk + f" {body[0]}\n {body[1]}\n" + old + "".join(f"+{line}\n" for line in body[2:])

    def _statement(self, step: Any) -> str:
        parts = ["Write the functions below, so that the tests listed after them pass.\n", "## What to provide\n"]
        parts += [f"### `{name.partition('::')[2]}` in `{name.partition('::')[0]}`\n" for name in step.functions]
        parts += [
            "## Tests that fail now and must pass\n",
            *(f"- `{test}`: calls it and compares" for test in step.tests),
        ]
        return "\n".join(parts)

    def _evidence(self, test: str, step: Any) -> dict[str, Any]:
        names = list(step.targets[:1])
        return {"test": test, "when": "call", "error": "NotImplementedError", "raised": True, "functions": names}


if __name__ == "__main__":
    main()
