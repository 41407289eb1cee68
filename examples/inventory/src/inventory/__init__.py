"""A small shop's stock: what there is, what it costs, and what runs low."""

from inventory.items import Bundle, Item, Perishable, weight
from inventory.pricing import gross, price
from inventory.report import money, table
from inventory.stock import OutOfStockError, Stock

__all__ = [
    "Bundle",
    "Item",
    "OutOfStockError",
    "Perishable",
    "Stock",
    "gross",
    "money",
    "price",
    "table",
    "weight",
]
