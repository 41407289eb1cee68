"""Generated repositories: sources, and a trace of them made by hand instead of by running anything."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from sweflow_rdg import RuntimeDependencyGraph, SourceIndex, build_graph, index_source
from sweflow_scheduler import Schedule, make_schedule
from sweflow_tracer import CodeRef, Edge, Outcome, TestTrace, Trace
from sweflow_tracer.project.files import Blobs

BODIES = (
    "    return 1\n",
    '    """Doc."""\n    # comment\n    x = {1: "é"}\n    return x\n    # end\n',
    "    yield 1\n",
    "    if True:\n        return 2\n        # deep\n    return 3\n",
)
TEST = "@mark('x')\ndef test_{n}():\n    assert True  # of {n}\n"


@dataclass(frozen=True)
class Generated:
    """A repository and what the first rooms make of it."""

    blobs: Blobs
    index: SourceIndex
    graph: RuntimeDependencyGraph
    schedule: Schedule


@st.composite
def repositories(draw: st.DrawFn) -> Generated:
    """A module of functions that call those after them, files of tests, and for each test what it called itself."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    functions = draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=6))
    callees = [
        draw(st.sets(st.integers(n + 1, len(functions) - 1), max_size=2)) if n + 1 < len(functions) else set()
        for n in range(len(functions))
    ]
    listed = draw(st.sets(st.integers(0, len(functions) - 1), max_size=1))
    tests = draw(
        st.lists(st.tuples(st.sets(st.integers(0, len(functions) - 1)), st.booleans()), min_size=1, max_size=6)
    )
    outcomes = draw(
        st.lists(st.sampled_from([Outcome.PASSED] * 4 + [Outcome.FAILED]), min_size=len(tests), max_size=len(tests))
    )
    files = {
        "core.py": "".join(_function(n, body, callees[n]) for n, body in enumerate(functions)),
        "table.py": f"TABLE = {[f'core.f{n}' for n in sorted(listed)]}\n",
        "tests/test_one.py": "".join(TEST.format(n=n) for n, (_, second) in enumerate(tests) if not second),
        "tests/test_two.py": "class TestTwo:\n    x = 1\n"
        + "".join(
            "".join("    " + line for line in TEST.format(n=n).splitlines(keepends=True))
            for n, (_, second) in enumerate(tests)
            if second
        ),
    }
    if draw(st.booleans()):
        files = {path: text.rstrip("\n") for path, text in files.items()}
    blobs = {path: ("100644", text.replace("\n", newline).encode()) for path, text in files.items()}
    index = index_source(blobs)
    trace = trace_by_hand(index, [sorted(needs) for needs, _ in tests], callees, outcomes)
    graph = build_graph(trace, index)
    return Generated(blobs, index, graph, make_schedule(graph))


def _function(number: int, body: str, callees: set[int]) -> str:
    calls = "".join(f"    f{callee}(a)\n" for callee in sorted(callees))
    if '"""' in body:
        docstring, _, rest = body.partition("\n")
        body = f"{docstring}\n{calls}{rest}"
    else:
        body = calls + body
    return f"# about {number}\ndef f{number}(a, b=1):\n{body}\n"


def trace_by_hand(
    index: SourceIndex, needs: list[list[int]], callees: list[set[int]], outcomes: list[Outcome]
) -> Trace:
    definitions = {d.name: d for d in index.definitions().values()}
    refs = {name: CodeRef(d.path, d.name, d.line) for name, d in definitions.items()}
    codes = tuple(sorted(refs.values()))
    places = {code: place for place, code in enumerate(codes)}

    def edge(caller: str, callee: int) -> Edge:
        return Edge(places[refs[caller]], places[refs[f"f{callee}"]])

    def reached(function: int) -> set[Edge]:
        direct = {edge(f"f{function}", callee) for callee in callees[function]}
        return direct.union(*(reached(callee) for callee in callees[function]))

    of_test = [
        {edge(f"test_{n}", f) for f in functions}.union(*(reached(f) for f in functions))
        for n, functions in enumerate(needs)
    ]
    edges = sorted(set[Edge]().union(*of_test))
    numbers = {edge: number for number, edge in enumerate(edges)}
    sets = [(), *(tuple(sorted(numbers[edge] for edge in own)) for own in of_test)]
    tests = []
    for n, outcome in enumerate(outcomes):
        d = definitions[f"test_{n}"]
        name = f"{d.path}::{d.qualname.replace('.', '::')}"
        body = replace(refs[f"test_{n}"], name=d.qualname)
        reruns = (outcome, outcome)
        tests.append(TestTrace(name, name, "function", d.path, body, outcome, "", 0.0, 0, 0, n + 1, 0, reruns))
    return Trace("3.11.0", "settrace", "fork", codes, tuple(edges), tuple(sets), 0, 0, tuple(tests), (), ("core.py",))
