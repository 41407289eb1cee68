"""The draw: two trees in which each test function is itself in one and its twin in the other, both in disguise.

Which is which is drawn for each function, so that no run is the one with the twins, and no test tells of another one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sweflow_tracer.project.files import Blobs

from sweflow_tasks.masking.mask import Edit, apply_edits
from sweflow_tasks.twins.disguise import disguised
from sweflow_tasks.twins.test_file import TestFile, parsed
from sweflow_tasks.twins.values import TestFunction, Twin, TwinKind, TwinTable

RANK = {TwinKind.EXPECTATION: 0, TwinKind.EXCEPTION: 0, TwinKind.COMPARISON: 1, TwinKind.INPUT: 2}
"""A twin of a higher rank is drawn only for a test that has none of a lower one."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two trees. ``real`` are the tests that are themselves there, ``twins`` those that must fail."""

    blobs: Blobs
    real: frozenset[str]
    twins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Both trees. ``names`` gives for each test, in order, the name under which it runs; ``untouched`` are in neither.

    ``chosen`` are the twins.
    """

    sides: tuple[Side, Side]
    names: Mapping[str, str]
    untouched: frozenset[str]
    chosen: frozenset[tuple[TestFunction, Twin]]

    @property
    def told_apart(self) -> frozenset[str]:
        """The tests that are themselves on one side and a twin on the other."""
        one, two = self.sides
        return (one.real & two.twins) | (two.real & one.twins)


def draw_sides(
    table: TwinTable,
    tests: Collection[str],
    blobs: Blobs,
    draw: Random,
    before: Collection[tuple[TestFunction, Twin]] = (),
) -> Drawn:
    """Two trees for some tests on a tree. Tests of which nothing is known are themselves in both.

    Twins that were drawn ``before`` are drawn again only where a test has no other.
    """
    wanted = frozenset(tests)
    untouched = wanted.intersection(test for each in table.functions for test in each.untouched)
    concerned = [each for each in table.functions if not wanted.isdisjoint(each.ids)]
    names = {test: each.names.get(test, test) for each in concerned for test in each.ids}
    first: dict[TestFunction, Twin] = {}
    second: dict[TestFunction, Twin] = {}
    for each in concerned:
        candidates = _candidates(each, wanted - untouched) if _stands(blobs, each) else []
        if candidates:
            fresh = [twin for twin in candidates if (each, twin) not in before]
            draw.choice((first, second))[each] = draw.choice(fresh or candidates)
    chosen = frozenset((*first.items(), *second.items()))
    one, two = (_side(blobs, concerned, chosen, wanted - untouched, draw) for chosen in (first, second))
    return Drawn((one, two), {test: names.get(test, test) for test in sorted(wanted)}, untouched, chosen)


def changed(blobs: Blobs, chosen: Iterable[tuple[TestFunction, Sequence[Edit]]]) -> Blobs:
    """A tree in which some functions are changed."""
    edits: dict[str, list[Edit]] = {}
    for each, changes in chosen:
        file = _parsed(blobs, each.path)
        for text in file.standing(each.name, each.digest) if file is not None else ():
            found = edits.setdefault(each.path, [])
            found += [Edit(text.start + edit.start, text.start + edit.end, edit.text) for edit in changes]
    made = {path: (blobs[path][0], apply_edits(blobs[path][1], found)) for path, found in edits.items()}
    return {**blobs, **made}


def disguise_all(blobs: Blobs, functions: Iterable[TestFunction], draw: Random, *, whole: bool = False) -> Blobs:
    """A tree in which the functions that may be are in disguise."""
    names: dict[str, set[str]] = {}
    for each in functions:
        if each.disguised:
            names.setdefault(each.path, set()).add(each.name)
    made = dict(blobs)
    for path in sorted(names):
        file = _parsed(blobs, path)
        if file is not None:
            made[path] = (blobs[path][0], disguised(file, names[path], draw, whole=whole))
    return made


def _candidates(each: TestFunction, wanted: frozenset[str]) -> list[Twin]:
    """The twins of the lowest rank that some wanted test has; those first that the most tests fail."""
    useful = [twin for twin in each.twins if not wanted.isdisjoint(twin.fails)]
    lowest = min((RANK[twin.kind] for twin in useful), default=0)
    useful = [twin for twin in useful if RANK[twin.kind] == lowest]
    most = max((len(wanted.intersection(twin.fails)) for twin in useful), default=0)
    return [twin for twin in useful if 2 * len(wanted.intersection(twin.fails)) >= most]


def _side(
    blobs: Blobs,
    concerned: Sequence[TestFunction],
    twins: Mapping[TestFunction, Twin],
    wanted: frozenset[str],
    draw: Random,
) -> Side:
    made = disguise_all(changed(blobs, ((each, twin.edits) for each, twin in twins.items())), concerned, draw)
    failing = frozenset(test for twin in twins.values() for test in twin.fails)
    changed_ids = frozenset(test for each in twins for test in each.ids)
    return Side(made, wanted - changed_ids, wanted & failing)


def _stands(blobs: Blobs, each: TestFunction) -> bool:
    file = _parsed(blobs, each.path)
    return file is not None and bool(file.standing(each.name, each.digest))


def _parsed(blobs: Blobs, path: str) -> TestFile | None:
    return parsed(blobs[path][1]) if path in blobs else None
