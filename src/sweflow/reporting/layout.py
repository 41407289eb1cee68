"""Layout of the map: a column for each step, a band for each package, and few crossings.

General layouts take tens of seconds on a few thousand functions. The schedule is a layout already: what comes later
stands further right. All that is left is the order within a band, which a few barycentre sweeps find.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

SWEEPS = 4
NEAR = 8
"""A row that was taken in one of so many columns before is not taken again where another is free."""
LEAST = 3
"""Rows of the lowest band: its name must have room."""
RATIO = 1.9
"""Width of a map by its height."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be placed: its column (0 and up), the band it belongs to, and places of its neighbours."""

    column: int
    band: str
    near: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A horizontal band of the map, from ``top`` to ``bottom``; y grows downwards."""

    name: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands. Items of one column share their x, and no two items share a place."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    bands: tuple[Band, ...]


def layout(items: Sequence[Item]) -> Layout:
    """Place items. The same items give the same places."""
    bands = _bands(items)
    rows = _Rows(items, bands)
    for sweep in range(SWEEPS):
        rows.sweep(forward=sweep % 2 == 0)
    columns = max((item.column for item in items), default=0) + 1
    height = max((band.bottom for band in bands.values()), default=1.0)
    gap = max(1.0, RATIO * height / columns)
    return Layout(
        x=tuple(round(item.column * gap, 2) for item in items),
        y=tuple(float(y) for y in rows.y),
        bands=tuple(bands.values()),
    )


def _bands(items: Sequence[Item]) -> dict[str, Band]:
    """Bands beneath each other, by name, each as high as its fullest column and a little roomier."""
    held: dict[str, dict[int, int]] = {}
    for item in items:
        counts = held.setdefault(item.band, {})
        counts[item.column] = counts.get(item.column, 0) + 1
    found, top = {}, 0.0
    for name, counts in sorted(held.items()):
        room = max(LEAST, *counts.values(), min(NEAR, len(counts)), ceil(sqrt(sum(counts.values()))))
        found[name] = Band(name, top, top + room)
        top += room + 1
    return found


class _Rows:
    """The row of every item, improved sweep by sweep."""

    def __init__(self, items: Sequence[Item], bands: Mapping[str, Band]) -> None:
        self.items = items
        self.bands = bands
        self.y = [(bands[item.band].top + bands[item.band].bottom) / 2 for item in items]
        self.columns: dict[int, list[int]] = {}
        for number, item in enumerate(items):
            self.columns.setdefault(item.column, []).append(number)

    def sweep(self, *, forward: bool) -> None:
        """Go over the columns once; each item takes the free row that is nearest to its neighbours' mean."""
        last: dict[str, list[int]] = {
            band.name: [-NEAR - 1] * int(band.bottom - band.top) for band in self.bands.values()
        }
        for turn, column in enumerate(sorted(self.columns, reverse=not forward)):
            wanted = sorted((self._wanted(number), number) for number in self.columns[column])
            for y, number in wanted:
                band = self.bands[self.items[number].band]
                row = _free(last[band.name], y - band.top, turn)
                last[band.name][row] = turn
                self.y[number] = band.top + row + 0.5

    def _wanted(self, number: int) -> float:
        """The mean height of an item's neighbours; its own where it has none."""
        near = self.items[number].near
        return sum(self.y[other] for other in near) / len(near) if near else self.y[number]


def _free(last: Sequence[int], wanted: float, turn: int) -> int:
    """The nearest row that nobody took lately, else the one that was taken longest ago; never one of this turn."""
    target = min(max(int(wanted), 0), len(last) - 1)
    best = -1
    for distance in range(len(last)):
        for row in {target - distance, target + distance}:
            if not 0 <= row < len(last) or last[row] == turn:
                continue
            if turn - last[row] > NEAR:
                return row
            if best < 0 or last[row] < last[best]:
                best = row
    return best
