"""What a shop sells: single items, goods that expire, and bundles of other items."""

from collections.abc import Sequence
from datetime import date, timedelta


def normalise_sku(text: str) -> str:
    """The stock-keeping unit in its one spelling: upper case, with dashes for spaces."""
    sku = "-".join(text.upper().split())
    if not sku:
        raise ValueError("a stock-keeping unit cannot be empty")
    return sku


class Item:
    """Anything that can be put on a shelf."""

    def __init__(self, sku: str, name: str, cents: int, grams: int = 0) -> None:
        self.sku = normalise_sku(sku)
        self.name = name
        self.cents = cents
        self.grams = grams

    def label(self) -> str:
        """What is printed on the shelf."""
        return f"{self.sku} {self.name}"

    def is_sellable(self, today: date) -> bool:
        """Whether the item may be sold today; most things always may."""
        return True


class Perishable(Item):
    """An item that may be sold up to a day."""

    def __init__(self, sku: str, name: str, cents: int, grams: int, best_before: date) -> None:
        super().__init__(sku, name, cents, grams)
        self.best_before = best_before

    def is_sellable(self, today: date) -> bool:
        """Whether the last day has not passed."""
        return today <= self.best_before

    def days_left(self, today: date) -> int:
        """Days until the last one, never below zero."""
        return max(self.best_before - today, timedelta(0)).days


class Bundle(Item):
    """Several items sold as one."""

    def __init__(self, sku: str, name: str, cents: int, parts: Sequence[Item]) -> None:
        super().__init__(sku, name, cents)
        self.parts = tuple(parts)

    def label(self) -> str:
        """The label of an item, and how many are inside."""
        return f"{super().label()} (×{len(self.parts)})"

    def is_sellable(self, today: date) -> bool:
        """Whether every part may be sold."""
        return all(part.is_sellable(today) for part in self.parts)


def weight(item: Item) -> int:
    """Grams, of whatever kind of item."""
    # A bundle may hold bundles, so these two functions call each other.
    if isinstance(item, Bundle):
        return bundle_weight(item)
    return item.grams


def bundle_weight(bundle: Bundle) -> int:
    """Grams of all that a bundle holds."""
    return sum(weight(part) for part in bundle.parts)
