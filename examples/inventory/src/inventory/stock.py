"""How many of each item there are, and where they may all go back to if a delivery fails."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from inventory.items import Item, normalise_sku

Supplier = Callable[[str], Awaitable[int]]
"""Asked for a stock-keeping unit, says in its own time how many it can deliver."""


class OutOfStockError(LookupError):
    """There are fewer of an item than were asked for."""

    def __init__(self, sku: str, wanted: int, left: int) -> None:
        super().__init__(f"{wanted} of {sku} wanted, {left} left")
        self.sku = sku
        self.wanted = wanted
        self.left = left


class Stock:
    """A room that holds up to `capacity` pieces."""

    def __init__(self, capacity: int) -> None:
        self._counts: dict[str, int] = {}
        self._items: dict[str, Item] = {}
        self.capacity = capacity

    @property
    def capacity(self) -> int:
        """How many pieces fit in."""
        return self._capacity

    @capacity.setter
    def capacity(self, pieces: int) -> None:
        if pieces < self.total():
            raise ValueError(f"{self.total()} pieces are in, more than {pieces}")
        self._capacity = pieces

    def total(self) -> int:
        """How many pieces there are."""
        return sum(self._counts.values())

    def count(self, sku: str) -> int:
        """How many there are of one item."""
        return self._counts.get(normalise_sku(sku), 0)

    def add(self, item: Item, pieces: int = 1) -> None:
        """Take in some pieces of an item."""
        if self.total() + pieces > self.capacity:
            raise ValueError(f"no room for {pieces} of {item.sku}")
        self._items[item.sku] = item
        self._counts[item.sku] = self.count(item.sku) + pieces

    def remove(self, sku: str, pieces: int = 1) -> Item:
        """Hand out some pieces of an item."""
        left = self.count(sku)
        if pieces > left:
            raise OutOfStockError(normalise_sku(sku), pieces, left)
        self._counts[normalise_sku(sku)] = left - pieces
        return self._items[normalise_sku(sku)]

    def lines(self) -> Iterator[tuple[Item, int]]:
        """Each item with its count, in the order of the stock-keeping units."""
        for sku in sorted(self._items):
            yield self._items[sku], self._counts[sku]

    def running_low(self, limit: int) -> Iterator[Item]:
        """The items of which no more than `limit` are left."""
        for item, pieces in self.lines():
            if pieces <= limit:
                yield item

    @contextmanager
    def transaction(self) -> Iterator["Stock"]:
        """Everything done inside is undone if it ends in an error."""
        counts, items = dict(self._counts), dict(self._items)
        try:
            yield self
        except Exception:
            self._counts, self._items = counts, items
            raise

    async def restock(self, supplier: Supplier, limit: int) -> int:
        """Order what runs low, one item after another; returns the pieces that came."""
        came = 0
        for item in list(self.running_low(limit)):
            pieces = await supplier(item.sku)
            self.add(item, pieces)
            came += pieces
        return came
