"""Facts of a report: one object of columns and interned names, as the page's scripts read it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from sweflow_rdg import Kind, Role, RuntimeDependencyGraph, ScaffoldSource, Trait
from sweflow_rdg.graph.links import Links
from sweflow_rdg.graph.order import order_of

from sweflow.reporting.layout import Item, Layout, layout
from sweflow.reporting.material import JsonObject, Material

FORMAT = 2
SETS_LIMIT = 2_500_000
"""A report knows which tests made a call as long as all tests together made at most so many."""
ROLES = tuple(Role)
KINDS = tuple(Kind)
TRAITS = tuple(Trait)
SCAFFOLD = tuple(ScaffoldSource)


def payload(material: Material) -> JsonObject:
    """Everything that the page shows but texts. Nodes, tests and steps are named by their places in the columns."""
    graph = material.graph
    links = Links(graph)
    step_of = {name: step.number for step in material.schedule.steps for name in step.functions}
    steps = [step_of.get(node.id, 0) for node in graph.nodes]
    return {
        "enums": {"role": ROLES, "kind": KINDS, "trait": TRAITS, "scaffold": SCAFFOLD},
        **_nodes(graph, links, steps),
        "calls": _calls(graph, links),
        "sets": _sets(graph),
        "tests": _tests(material),
        "steps": _steps(material),
        "ready": material.schedule.ready,
        "tasks": _tasks(material),
        "rejected": [[row["kind"], row["id"], row["reason"], row["detail"]] for row in material.rejected],
        "maps": maps(graph, links, steps),
        **_measured(material),
    }


def _nodes(graph: RuntimeDependencyGraph, links: Links, steps: Sequence[int]) -> JsonObject:
    paths = sorted({node.path for node in graph.nodes} | {test.path for test in graph.tests})
    place = {path: number for number, path in enumerate(paths)}
    core = [number for number, node in enumerate(graph.nodes) if node.role is Role.CORE]
    calls = sorted(links.core_calls())
    order = order_of(core, calls)
    cycles = [c for c in order.components if len(c) > 1]
    reached = graph.reached
    nodes = graph.nodes
    return {
        "paths": paths,
        "nodes": {
            "name": [node.id.removeprefix(f"{node.path}::") for node in nodes],
            "path": [place[node.path] for node in nodes],
            "role": [ROLES.index(node.role) for node in nodes],
            "kind": [KINDS.index(node.kind) if node.kind is not None else -1 for node in nodes],
            "traits": [_bits(TRAITS, node.traits) for node in nodes],
            "scaffold": [_bits(SCAFFOLD, node.scaffold) for node in nodes],
            "reached": [int(number in reached) for number in range(len(nodes))],
            "line": [node.line for node in nodes],
            "lines": [node.lines for node in nodes],
            "complexity": [node.complexity for node in nodes],
            "depth": [order.depth.get(number, 0) for number in range(len(nodes))],
            "step": steps,
            "tests": [len(links.tests.get(number, ())) for number in range(len(nodes))],
            "required": _required(graph),
        },
        "cycles": sorted((sorted(c) for c in cycles), key=lambda c: (-len(c), c)),
        "overrides": graph.overrides,
    }


def _required(graph: RuntimeDependencyGraph) -> list[int]:
    """How many accepted tests require each node: none where it is not reached."""
    counted = Counter(number for test in graph.tests if test.rejected is None for number in test.requirement)
    return [counted[number] for number in range(len(graph.nodes))]


def _bits(names: Sequence[Any], held: Iterable[Any]) -> int:
    return sum(1 << names.index(name) for name in held)


def _calls(graph: RuntimeDependencyGraph, links: Links) -> JsonObject:
    return {
        "caller": [call.caller for call in graph.calls],
        "callee": [call.callee for call in graph.calls],
        "flags": [call.foreign + 2 * call.collected + 4 * call.started for call in graph.calls],
        "tests": links.seen,
    }


def _sets(graph: RuntimeDependencyGraph) -> list[list[int]] | None:
    """The sets of calls that tests made, each as differences; None where they are too many for a file."""
    if sum(map(len, graph.call_sets)) > SETS_LIMIT:
        return None
    return [[b - a for a, b in zip((0, *calls), calls, strict=False)] for calls in graph.call_sets]


def _tests(material: Material) -> JsonObject:
    graph = material.graph
    seen = {test.id: test for test in material.trace.tests} if material.trace is not None else {}
    later = {row["id"]: row for row in material.rejected if row["kind"] == "test"}
    functions: dict[str, int] = {}
    for test in graph.tests:
        functions.setdefault(test.function, len(functions))
    reasons, details = [], []
    for test in graph.tests:
        row = later.get(test.id)
        reasons.append(str(test.rejected or (row["reason"] if row else "")))
        details.append(test.detail or (row["detail"] if row else ""))
    return {
        "id": [test.id for test in graph.tests],
        "function": [functions[test.function] for test in graph.tests],
        "functions": list(functions),
        "body": [-1 if test.body is None else test.body for test in graph.tests],
        "set": [test.calls for test in graph.tests],
        "reason": reasons,
        "detail": details,
        "outcome": [str(seen[test.id].outcome) if test.id in seen else "" for test in graph.tests],
        "seconds": [round(seen[test.id].duration, 4) if test.id in seen else None for test in graph.tests],
    }


def _steps(material: Material) -> list[JsonObject]:
    place = {node.id: number for number, node in enumerate(material.graph.nodes)}
    rows = []
    for step in material.schedule.steps:
        targets = set(step.targets)
        rows.append(
            {
                "number": step.number,
                "functions": [place[name] for name in step.functions if name in place],
                "targets": [place[name] for name in step.functions if name in place and name in targets],
                "tests": step.tests,
                "needs": step.needs,
                "wave": step.wave,
                "depth": step.depth,
                "fan_in": step.fan_in,
                "lines": step.lines,
                "complexity": step.complexity,
                "difficulty": step.difficulty,
                "forward": len(step.forward),
                "unsplit": str(step.unsplit or ""),
            }
        )
    return rows


def _tasks(material: Material) -> list[JsonObject]:
    place = {test.id: number for number, test in enumerate(material.graph.tests)}
    return [
        {
            "step": row["step"],
            "instance": row["instance_id"],
            "f2p": [place.get(test, test) for test in row["FAIL_TO_PASS"]],
            "p2p": row.get("pass_to_pass_count", 0),
            "functions": row.get("functions", 0),
            "lines": row.get("lines", 0),
            "difficulty": row.get("difficulty", 0.0),
            "removed": row.get("removed_functions", []),
            "unsaid": len(row.get("underspecified", [])),
            "command": row.get("test_command", ""),
            "level": _level(row.get("certificate")),
            "strength": _strength(row.get("certificate")),
        }
        for row in material.rows
    ]


def _level(certificate: JsonObject | None) -> str:
    return str(certificate.get("level", "basic")) if certificate else ""


def _strength(certificate: JsonObject | None) -> list[int] | None:
    """Mutants killed, and all; None where they were not counted, or there are none."""
    found = (certificate or {}).get("strength") or {}
    return [found["killed"], found["total"]] if found.get("total") else None


def _measured(material: Material) -> JsonObject:
    """What certificates measured of functions: mutants killed and all, lines that ran, as differences, who noticed."""
    place = {node.id: number for number, node in enumerate(material.graph.nodes)}
    tests = {test.id: number for number, test in enumerate(material.graph.tests)}
    noticed: dict[int, int] = {}
    strength: dict[int, list[int]] = {}
    ran: dict[int, list[int]] = {}
    for row in material.rows:
        certificate = row.get("certificate") or {}
        for found in certificate.get("noticed") or ():
            if found["function"] in place and found["by"] in tests:
                noticed[place[found["function"]]] = tests[found["by"]]
        for found in (certificate.get("strength") or {}).get("functions") or ():
            if found["function"] in place and found["total"]:
                strength[place[found["function"]]] = [found["killed"], found["total"]]
        for found in (certificate.get("figures") or {}).get("lines") or ():
            if found["function"] in place:
                lines = sorted(found["executed"])
                ran[place[found["function"]]] = [b - a for a, b in zip((0, *lines), lines, strict=False)]
    return {
        "strength": sorted(strength.items()),
        "ran": sorted(ran.items()),
        "noticed": sorted(noticed.items()),
    }


def maps(graph: RuntimeDependencyGraph, links: Links, steps: Sequence[int]) -> JsonObject:
    """Places of core functions, of modules, and of packages: a column a step, from scaffold to what nobody reached."""
    core = [number for number, node in enumerate(graph.nodes) if node.role is Role.CORE]
    last = max(steps, default=0) + 1
    column = {n: steps[n] if steps[n] or graph.nodes[n].scaffold else last for n in core}
    folders = {PurePosixPath(graph.nodes[n].path).parent.as_posix() for n in core}
    modules = {graph.nodes[n].path for n in core}
    by_module = len(folders) < 3 and len(modules) > len(folders)

    def band(number: int) -> str:
        path = PurePosixPath(graph.nodes[number].path)
        return path.as_posix() if by_module else path.parent.as_posix()

    return {
        "band": "module" if by_module else "package",
        "function": _map_of({n: (n,) for n in core}, column, band, links),
        "module": _map_of(_groups(graph, core, lambda path: path), column, lambda n: _folder(graph, n), links),
        "package": _map_of(_groups(graph, core, _parent), column, lambda n: "", links),
    }


def _folder(graph: RuntimeDependencyGraph, number: int) -> str:
    return _parent(graph.nodes[number].path)


def _parent(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()


def _groups(graph: RuntimeDependencyGraph, core: Sequence[int], name: Any) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for number in core:
        found.setdefault(name(graph.nodes[number].path), []).append(number)
    return {key: tuple(members) for key, members in sorted(found.items())}


def _map_of(groups: dict[Any, tuple[int, ...]], column: dict[int, int], band: Any, links: Links) -> JsonObject:
    """The map of some groups of functions; a group stands in the column of its first step."""
    first = {key: _first(column[n] for n in members) for key, members in groups.items()}
    if len(first) < len(column):  # groups: columns without one take no room
        rank = {value: number for number, value in enumerate(sorted(set(first.values())))}
        first = {key: rank[value] for key, value in first.items()}
    home = {n: number for number, members in enumerate(groups.values()) for n in members}
    near: list[Counter[int]] = [Counter() for _ in groups]
    for caller, callee in sorted(links.core_calls()):
        a, b = home[caller], home[callee]
        if a != b:
            near[a][b] += 1
            near[b][a] += 1
    items = [
        Item(first[key], band(members[0]), tuple(sorted(near[number])))
        for number, (key, members) in enumerate(groups.items())
    ]
    return _placed(list(groups), layout(items))


def _first(columns: Iterable[int]) -> int:
    """The column of a group: that of its first step; that of scaffold only where all of it is scaffold."""
    found = sorted(columns)
    return next(filter(None, found), 0) if found else 0


def _placed(keys: list[Any], made: Layout) -> JsonObject:
    bands = [[band.name, band.top, band.bottom] for band in made.bands]
    return {"key": keys, "x": made.x, "y": made.y, "bands": bands}
