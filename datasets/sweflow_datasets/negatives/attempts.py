"""Attempts at a task that are wrong, or may be: made of its own reference, skeleton and neighbour (no model)."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import combinations, zip_longest
from pathlib import Path

from sweflow_tasks.certificate.mutants import edges_of, mutants_of
from sweflow_tasks.certificate.mutation import Mutant
from sweflow_tasks.history.tree_patch import PatchCutter, patch_cutter
from sweflow_tasks.values import JsonObject
from sweflow_tracer.project.files import Blobs

from sweflow_datasets.negatives.values import Attempt, Kind
from sweflow_datasets.step_code import StepCode

Made = tuple[Kind, str, Blobs]
"""Kind, what it is in words, and the files that differ from the skeleton."""


def attempts_of(
    history: Path, row: JsonObject, code: StepCode, neighbour: tuple[JsonObject, StepCode] | None, most: int, seed: int
) -> tuple[Attempt, ...]:
    """Up to ``most`` attempts at a task that lead to different trees, none of them the reference.

    The empty one and the neighbour's come first; then the other kinds take turns, in an order that the seed draws.
    """
    with patch_cutter(history, row["base_commit"]) as cutter:
        known = {cutter.cut(code.reference).tree}
        chosen: list[Attempt] = []
        for attempt in _in_turn(row, code, neighbour, cutter, most, seed):
            if len(chosen) == most:
                break
            if attempt.digest not in known:
                known.add(attempt.digest)
                chosen.append(attempt)
    return tuple(chosen)


def _in_turn(
    row: JsonObject,
    code: StepCode,
    neighbour: tuple[JsonObject, StepCode] | None,
    cutter: PatchCutter,
    most: int,
    seed: int,
) -> Iterator[Attempt]:
    def attempt(made: Made) -> Attempt:
        cut = cutter.cut(made[2])
        return Attempt(made[0], made[1], cut.patch, cut.tree)

    yield attempt((Kind.EMPTY, "nothing", {}))
    if neighbour is not None:
        yield _of_neighbour(code, *neighbour, cutter)
    queues = (
        _shuffled(_variants(code, Kind.EDGE, most), row, seed),
        _shuffled(_variants(code, Kind.MUTANT, most), row, seed),
        _shuffled(_partial(code), row, seed),
    )
    for turn in zip_longest(*queues):
        yield from (attempt(made) for made in turn if made is not None)


def _of_neighbour(code: StepCode, row: JsonObject, other: StepCode, cutter: PatchCutter) -> Attempt:
    """The neighbour's functions where they stand in this skeleton; else its patch as it is, which git may refuse."""
    moved = code.filled({function: other.text(function) for function in other.functions})
    if moved:
        cut = cutter.cut(moved)
        return Attempt(Kind.NEIGHBOUR, f"the functions of {row['instance_id']}", cut.patch, cut.tree)
    digest = hashlib.sha256(row["patch"].encode("utf-8", "surrogatepass")).hexdigest()
    return Attempt(Kind.NEIGHBOUR, f"the patch of {row['instance_id']}", row["patch"], digest)


def _variants(code: StepCode, kind: Kind, most: int) -> Iterator[Made]:
    """Functions of the reference with one change each."""
    for function, definition in code.functions.items():
        source = code.files[definition.path].text.utf8
        found: Iterable[Mutant] = (edges_of if kind is Kind.EDGE else mutants_of)(definition, source, most)
        for mutant in found:
            what = f"{mutant.operator.value} in {function}, line {mutant.line}"
            yield kind, what, code.replacing(function, mutant.text)


def _partial(code: StepCode) -> Iterator[Made]:
    """Each function left out, and each alone."""
    functions = tuple(code.functions)
    for size in sorted({1, len(functions) - 1} - {0, len(functions)}):
        for hidden in combinations(functions, size):
            yield Kind.PARTIAL, f"without {', '.join(hidden)}", code.without(hidden)


def _shuffled(made: Iterable[Made], row: JsonObject, seed: int) -> list[Made]:
    """In an order that depends on the seed, the task and the attempts alone."""

    def rank(item: tuple[int, Made]) -> str:
        number, (kind, what, _) = item
        return hashlib.sha256(f"{seed} {row['instance_id']} {kind} {what} {number}".encode()).hexdigest()

    return [found for _, found in sorted(enumerate(made), key=rank)]
