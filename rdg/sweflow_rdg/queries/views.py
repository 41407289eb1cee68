"""Views: the part of a graph that is worth drawing, small enough to read."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from sweflow_rdg.errors import UnknownFile
from sweflow_rdg.graph.links import Links, find_function
from sweflow_rdg.graph.runtime_graph import RuntimeDependencyGraph
from sweflow_rdg.values import Role


class Grain(StrEnum):
    """What a vertex of a view stands for."""

    FUNCTION = "function"
    MODULE = "module"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Vertex:
    """A vertex. ``group`` is the file (of a function) or folder that it is drawn in; ``step`` 0 where it has none.

    Of a module or folder, ``functions`` and ``lines`` are sums, and ``step`` is the first of its functions'.
    """

    id: str
    label: str
    group: str
    role: str
    step: int
    functions: int
    lines: int
    tests: int
    scaffold: bool


@dataclass(frozen=True, slots=True)
class Arc:
    """Calls from one vertex to another. ``calls`` counts pairs of functions, ``tests`` is the most that saw one."""

    tail: str
    head: str
    calls: int
    tests: int


@dataclass(frozen=True, slots=True)
class View:
    """A part of a graph, at some grain. ``steps`` is the number of steps of the schedule, 0 without one."""

    title: str
    grain: Grain
    vertices: tuple[Vertex, ...]
    arcs: tuple[Arc, ...]
    steps: int


def core_nodes(graph: RuntimeDependencyGraph) -> frozenset[int]:
    """The core functions."""
    return frozenset(number for number, node in enumerate(graph.nodes) if node.role is Role.CORE)


def module_nodes(graph: RuntimeDependencyGraph, module: str) -> frozenset[int]:
    """The functions of a file, or of all files below a folder, and their callers and callees in the core.

    Raises UnknownFile.
    """
    folder = module.rstrip("/") + "/"
    inside = {n for n in core_nodes(graph) if graph.nodes[n].path == module or graph.nodes[n].path.startswith(folder)}
    if not inside:
        raise UnknownFile(module, {graph.nodes[n].path for n in core_nodes(graph)})
    return _neighbours(graph, inside, 1)


def step_nodes(graph: RuntimeDependencyGraph, functions: Collection[str]) -> frozenset[int]:
    """The functions of a step, and their callers and callees in the core."""
    inside = {number for number, node in enumerate(graph.nodes) if node.id in functions}
    return _neighbours(graph, inside, 1)


def nodes_around(graph: RuntimeDependencyGraph, function: str, hops: int) -> frozenset[int]:
    """A function and what is at most ``hops`` calls away from it in the core. Raises UnknownFunction."""
    return _neighbours(graph, {find_function(graph, function)}, hops)


def view(
    graph: RuntimeDependencyGraph,
    wanted: Collection[int],
    steps: Mapping[str, int],
    title: str,
    grain: Grain = Grain.FUNCTION,
) -> View:
    """A view of some nodes. ``steps`` gives the step of functions by id."""
    links = Links(graph)
    name = _names(graph, grain)
    groups: dict[str, list[int]] = {}
    for number in sorted(wanted):
        groups.setdefault(name(number), []).append(number)
    seen: dict[tuple[int, int], int] = {}
    for call, tests in zip(graph.calls, links.seen, strict=True):
        ends = (call.caller, call.callee)
        seen[ends] = max(tests, seen.get(ends, 0))
    arcs: dict[tuple[str, str], tuple[int, int]] = {}
    for caller in sorted(wanted):
        for callee in sorted(links.callees.get(caller, set()).intersection(wanted)):
            arc = (name(caller), name(callee))
            if grain is Grain.FUNCTION or arc[0] != arc[1]:
                pairs, most = arcs.get(arc, (0, 0))
                arcs[arc] = (pairs + 1, max(most, seen[caller, callee]))
    return View(
        title=title,
        grain=grain,
        vertices=tuple(_vertex(graph, links, key, members, steps, grain) for key, members in sorted(groups.items())),
        arcs=tuple(Arc(*ends, *counts) for ends, counts in sorted(arcs.items())),
        steps=max(steps.values(), default=0),
    )


def readable_view(
    graph: RuntimeDependencyGraph, wanted: Collection[int], steps: Mapping[str, int], title: str, limit: int
) -> View:
    """The finest view with at most ``limit`` vertices; that of folders where none is so small."""
    made = view(graph, wanted, steps, title)
    for grain in (Grain.MODULE, Grain.FOLDER):
        if len(made.vertices) <= limit:
            break
        made = view(graph, wanted, steps, title, grain)
    return made


def _neighbours(graph: RuntimeDependencyGraph, inside: set[int], hops: int) -> frozenset[int]:
    links = Links(graph)
    core = core_nodes(graph)
    found, edge = set(inside), set(inside)
    for _ in range(hops):
        near = {n for node in edge for n in (*links.callers.get(node, ()), *links.callees.get(node, ()))}
        edge = near.intersection(core) - found
        found |= edge
    return frozenset(found)


def _names(graph: RuntimeDependencyGraph, grain: Grain) -> Callable[[int], str]:
    match grain:
        case Grain.FUNCTION:
            return lambda number: graph.nodes[number].id
        case Grain.MODULE:
            return lambda number: graph.nodes[number].path
        case Grain.FOLDER:
            return lambda number: PurePosixPath(graph.nodes[number].path).parent.as_posix() + "/"


def _vertex(
    graph: RuntimeDependencyGraph,
    links: Links,
    key: str,
    members: list[int],
    steps: Mapping[str, int],
    grain: Grain,
) -> Vertex:
    nodes = [graph.nodes[number] for number in members]
    is_function = grain is Grain.FUNCTION
    scheduled = [steps[node.id] for node in nodes if node.id in steps]
    return Vertex(
        id=key,
        label=key.partition("::")[2] if is_function else PurePosixPath(key).name,
        group=nodes[0].path if is_function else PurePosixPath(key).parent.as_posix(),
        role=nodes[0].role.value if is_function else grain.value,
        step=min(scheduled, default=0),
        functions=sum(1 for node in nodes if node.role is not Role.MODULE),
        lines=sum(node.lines for node in nodes if node.role is not Role.MODULE),
        tests=len({test for number in members for test in links.tests.get(number, ())}),
        scaffold=all(bool(node.scaffold) for node in nodes),
    )
