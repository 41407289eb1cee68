"""Items, what they are called and what they weigh."""

from datetime import date

import pytest
from inventory.items import Bundle, Item, Perishable, normalise_sku, weight

MAY_10 = date(2024, 5, 10)
MAY_11 = date(2024, 5, 11)


@pytest.mark.parametrize(
    ("text", "sku"),
    [("cup", "CUP"), ("milk 1l", "MILK-1L"), ("  crème   brûlée ", "CRÈME-BRÛLÉE")],
)
def test_a_sku_has_one_spelling(text, sku):
    assert normalise_sku(text) == sku


def test_a_sku_is_never_empty():
    with pytest.raises(ValueError, match="empty"):
        normalise_sku("  ")


class ItemContract:
    """What holds for every kind of item; each class below says how to make one."""

    def make(self) -> Item:
        raise NotImplementedError

    def test_the_label_begins_with_the_sku(self):
        item = self.make()
        assert item.label().startswith(item.sku)

    def test_it_may_be_sold_in_time(self):
        assert self.make().is_sellable(MAY_10)


class TestItem(ItemContract):
    def make(self):
        return Item("cup", "Cup", cents=450, grams=300)


class TestPerishable(ItemContract):
    def make(self):
        return Perishable("milk", "Milk", cents=119, grams=1030, best_before=MAY_10)

    def test_it_may_not_be_sold_late(self):
        assert not self.make().is_sellable(MAY_11)

    def test_days_left_stop_at_zero(self):
        assert [self.make().days_left(day) for day in (date(2024, 5, 8), MAY_11)] == [2, 0]


def test_a_bundle_is_as_fresh_as_its_parts(catalogue):
    assert catalogue["breakfast"].is_sellable(MAY_10)
    assert not catalogue["breakfast"].is_sellable(MAY_11)


def test_a_bundle_of_bundles_weighs_what_is_inside(catalogue):
    brunch = Bundle("brunch", "Brunch", cents=1699, parts=[catalogue["breakfast"], catalogue["cup"]])
    assert weight(brunch) == 300 + 1030 + 300
