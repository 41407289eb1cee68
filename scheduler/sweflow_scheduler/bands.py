"""Bands: neighbouring small steps become one, until they have the wanted size."""

from collections.abc import Callable, Iterable

from sweflow_scheduler.greedy import Batch
from sweflow_scheduler.values import Unsplit


def merge_small(batches: Iterable[Batch], size: Callable[[Batch], int], least: int, most: int) -> list[Batch]:
    """Join each batch below ``least`` with those that follow, as long as the sum is not above ``most`` (0: no limit).

    The order stays, so what held of every beginning of the old order holds of every beginning of the new (S1, S2).
    A last batch that stays small joins the one before it where it fits.
    """
    merged: list[Batch] = []
    for batch in batches:
        if merged and size(merged[-1]) < least and _fits(merged[-1], batch, size, most):
            merged[-1] = _join(merged[-1], batch)
        else:
            merged.append(batch)
    if len(merged) > 1 and size(merged[-1]) < least and _fits(merged[-2], merged[-1], size, most):
        last = merged.pop()
        merged[-1] = _join(merged[-1], last)
    return merged


def why_unsplit(batch: Batch, lines: int, most: int) -> Unsplit | None:
    """Why a batch is above the band; None where it is not.

    A batch of the greedy order is what one test function still missed. Had another one needed a part of it, that
    part would have come first, since it costs less.
    """
    if not most or lines <= most:
        return None
    return Unsplit.ONE_FUNCTION if len(batch.new) == 1 else Unsplit.REQUIRED_TOGETHER


def _fits(first: Batch, second: Batch, size: Callable[[Batch], int], most: int) -> bool:
    return not most or size(first) + size(second) <= most


def _join(first: Batch, second: Batch) -> Batch:
    return Batch(tuple(sorted((*first.tests, *second.tests))), tuple(sorted((*first.new, *second.new))))
