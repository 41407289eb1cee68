"""Interning: records' edge numbers become shared codes, edges and edge sets in one canonical order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sweflow_tracer.values import CodeRef, Edge, Trace

_NUMBER = (1 << 32) - 1


def pack_edge(caller: int, callee: int, flags: int) -> int:
    """An edge as the probe's recorder packs it."""
    return caller << 35 | callee << 3 | flags


def unpack_edge(edge: int) -> tuple[int, int, int]:
    """Caller, callee and flags of a packed edge."""
    return edge >> 35, edge >> 3 & _NUMBER, edge & 7


class Interner:
    """Gathers edge sets by number; ``finish`` renumbers everything so that equal traces have equal bytes."""

    def __init__(self) -> None:
        self._codes: dict[CodeRef, int] = {}
        self._edges: dict[Edge, int] = {}
        self._sets: dict[frozenset[int], int] = {}
        self._ordered: list[frozenset[int]] = []

    def edge_set(self, packed: Iterable[int], codes: Sequence[Sequence[object]]) -> int:
        """The number of a set of edges, each packed as the probe's recorder packs them."""
        table = [-1, *(self._code(code) for code in codes)]
        numbers = frozenset(
            self._edge(Edge.of(table[caller], table[callee], flags))
            for caller, callee, flags in map(unpack_edge, packed)
        )
        return self._set(numbers)

    def union(self, numbers: Iterable[int]) -> int:
        """The number of the set that holds the edges of several sets, given by number."""
        return self._set(frozenset().union(*(self._ordered[number] for number in set(numbers))))

    def callees(self, packed: Iterable[int], codes: Sequence[Sequence[object]]) -> set[int]:
        """The numbers of the codes that a set of packed edges calls."""
        return {self._code(codes[unpack_edge(edge)[1] - 1]) for edge in packed}

    def finish(self, trace: Trace) -> Trace:
        """The trace with codes, edges and sets sorted, and every number in it changed to match."""
        codes = sorted(self._codes)
        code_at = {self._codes[code]: place for place, code in enumerate(codes)} | {-1: -1}
        moved = {
            number: Edge.of(code_at[edge.caller], code_at[edge.callee], edge.flags)
            for edge, number in self._edges.items()
        }
        edges = sorted(moved.values())
        edge_at = {edge: place for place, edge in enumerate(edges)}
        sets = {
            number: tuple(sorted(edge_at[moved[edge]] for edge in edge_set)) for edge_set, number in self._sets.items()
        }
        ordered = sorted(set(sets.values()))
        place_of = {edge_set: place for place, edge_set in enumerate(ordered)}
        set_at = {number: place_of[edge_set] for number, edge_set in sets.items()}
        return replace(
            trace,
            codes=tuple(codes),
            edges=tuple(edges),
            edge_sets=tuple(ordered),
            imports=set_at[trace.imports],
            collection=set_at[trace.collection],
            tests=tuple(
                replace(
                    test,
                    imports=set_at[test.imports],
                    setup=set_at[test.setup],
                    call=set_at[test.call],
                    teardown=set_at[test.teardown],
                    varying=tuple(sorted({code_at[code] for code in test.varying})),
                )
                for test in trace.tests
            ),
        )

    def _set(self, edges: frozenset[int]) -> int:
        number = self._sets.setdefault(edges, len(self._sets))
        if number == len(self._ordered):
            self._ordered.append(edges)
        return number

    def _code(self, code: Sequence[object]) -> int:
        path, name, line = code
        return self._codes.setdefault(CodeRef(str(path), str(name), int(str(line))), len(self._codes))

    def _edge(self, edge: Edge) -> int:
        return self._edges.setdefault(edge, len(self._edges))
