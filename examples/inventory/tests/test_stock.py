"""The room, and what is told of it."""

# ruff: noqa: PT009 - the last class is a plain unittest one on purpose

import asyncio
import unittest

import pytest
from inventory import Item, OutOfStockError, Stock, money, table


class TestStock:
    def test_counts_by_any_spelling(self, stock):
        assert stock.count("Milk 1L") == 1

    def test_hands_out_what_it_has(self, stock):
        assert stock.remove("cup", 2).name == "Cup"
        assert stock.total() == 4

    def test_does_not_hand_out_more(self, stock):
        with pytest.raises(OutOfStockError) as caught:
            stock.remove("cup", 6)
        assert caught.value.left == 5

    def test_cannot_shrink_below_its_pieces(self, stock):
        stock.capacity = 6
        with pytest.raises(ValueError, match="more than 5"):
            stock.capacity = 5

    def test_a_failed_transaction_leaves_no_trace(self, stock, catalogue):
        def deliver():
            with stock.transaction():
                stock.add(catalogue["breakfast"])
                stock.remove("milk 1l", 2)

        with pytest.raises(OutOfStockError):
            deliver()
        assert (stock.total(), stock.count("breakfast")) == (6, 0)


def test_restocking_orders_only_what_runs_low(stock):
    async def supplier(sku):
        return {"MILK-1L": 10}[sku]

    assert [item.name for item in stock.running_low(1)] == ["Milk"]
    assert asyncio.run(stock.restock(supplier, limit=1)) == 10
    assert stock.count("milk 1l") == 11


class ReportTest(unittest.TestCase):
    def setUp(self):
        self.stock = Stock(capacity=10)

    def test_money_is_written_in_euros(self):
        self.assertEqual(money(123450), "1 234,50 €")

    def test_an_empty_room_says_so(self):
        self.assertIn("café", table(self.stock))

    def test_a_row_shows_the_price_with_tax(self):
        self.stock.add(Item("cup", "Cup", cents=450), 3)
        self.assertEqual(table(self.stock).split(), ["3", "CUP", "Cup", "5,36", "€"])
