"""Things that the tests put on the shelf."""

from datetime import date

import pytest
from inventory import Bundle, Item, Perishable, Stock


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Item]:
    """A few items that no test changes."""
    cup = Item("cup", "Cup", cents=450, grams=300)
    milk = Perishable("milk 1l", "Milk", cents=119, grams=1030, best_before=date(2024, 5, 10))
    breakfast = Bundle("breakfast", "Breakfast", cents=899, parts=[cup, milk])
    return {"cup": cup, "milk": milk, "breakfast": breakfast}


@pytest.fixture
def stock(catalogue: dict[str, Item]) -> Stock:
    """A room with five cups and one bottle of milk."""
    stock = Stock(capacity=20)
    stock.add(catalogue["cup"], 5)
    stock.add(catalogue["milk"])
    return stock
