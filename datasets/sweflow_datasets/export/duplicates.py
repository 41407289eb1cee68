"""Near duplicates: tasks whose gold patches add much the same code, in whatever repository they are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sweflow_tasks.leaks.tokens import code_tokens

from sweflow_datasets.errors import ExtraMissing
from sweflow_datasets.export.components import least_connected
from sweflow_datasets.export.patch_text import added_text, without_places
from sweflow_datasets.export.values import ExportTask

ALIKE = 0.7
"""The Jaccard similarity of two patches' shingles from which on they are near duplicates."""
SHINGLE = 5
"""Tokens of a shingle."""
FEWEST = 32
"""Tokens from which on a patch is compared by shingles."""
_BANDS = (32, 4)
"""Bands of the index and hashes in each. A pair that is just alike is found with a probability of 0.9998; what is found
and is not alike costs a comparison."""
_SEED = 1


def grouped(tasks: Iterable[ExportTask]) -> tuple[ExportTask, ...]:
    """The tasks, in the order given, each with its ``group``: the least instance id that it is connected to by near
    duplicates, its own where it has none. Raises ExtraMissing.

    Two patches are near duplicates where the estimated Jaccard similarity of the token 5-grams that they add is at
    least 0.7 (MinHash; see Lee et al., 2022, "Deduplicating Training Data Makes Language Models Better"). Names count;
    comments, white space and kinds of quotes do not. With fewer than 32 tokens, `return self.name` would make
    neighbours of strangers: such patches are duplicates only where files, context and changes are equal, line
    numbers aside, as they are in forks and in two versions of one project.
    """
    given = tuple(tasks)
    group = least_connected((*((task.instance_id, task.instance_id) for task in given), *_duplicates(given)))
    return tuple(replace(task, group=group[task.instance_id]) for task in given)


def _duplicates(tasks: Sequence[ExportTask]) -> Iterator[tuple[str, str]]:
    """Pairs of instance ids that connect all near duplicates."""
    short: dict[str, list[str]] = {}
    long: list[tuple[str, set[bytes]]] = []
    for task in tasks:
        tokens = code_tokens(added_text(task.row["patch"]))
        if len(tokens) >= FEWEST:
            long.append((task.instance_id, _shingles(tokens)))
        elif tokens:
            short.setdefault(without_places(task.row["patch"]), []).append(task.instance_id)
    for same in short.values():
        yield from pairwise(same)
    yield from _alike(long)


def _shingles(tokens: Sequence[str]) -> set[bytes]:
    runs = zip(*(tokens[start:] for start in range(SHINGLE)), strict=False)
    return {"\0".join(run).encode("utf-8", "surrogatepass") for run in runs}


def _alike(patches: Iterable[tuple[str, set[bytes]]]) -> Iterator[tuple[str, str]]:
    """Pairs that the index finds and that are alike; each is compared with those that came before it."""
    make, index = _library()
    hashes: list[tuple[str, Any]] = []
    for place, (name, shingles) in enumerate(patches):
        sketch = make()
        sketch.update_batch(shingles)
        for earlier in index.query(sketch):
            other, others = hashes[earlier]
            if sketch.jaccard(others) >= ALIKE:
                yield other, name
        index.insert(place, sketch)
        hashes.append((name, sketch))


def _library() -> tuple[Any, Any]:
    """What makes a sketch, and an empty index."""
    try:
        from datasketch import MinHash, MinHashLSH  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        raise ExtraMissing("export", ("datasketch",)) from error
    size = _BANDS[0] * _BANDS[1]
    # The scheme is named so that another default in a later release does not change the groups.
    return lambda: MinHash(size, seed=_SEED, scheme="affine32"), MinHashLSH(num_perm=size, params=_BANDS)
