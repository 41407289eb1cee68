"""The stock as text for people, and as text for spreadsheets."""

from inventory.items import Item
from inventory.pricing import gross
from inventory.stock import Stock


def money(cents: int) -> str:
    """Cents as euros: `1 234,50 €`."""
    euros = f"{cents // 100:,}".replace(",", " ")
    return f"{euros},{cents % 100:02d} €"


def line(item: Item, pieces: int, country: str) -> str:
    """One row of the table: how many, of what, for how much each."""
    return f"{pieces:>4}  {item.label():<30}{money(gross(item.cents, country)):>12}"


def table(stock: Stock, country: str = "DE") -> str:
    """All of the stock, a row an item, or a sentence if there is none."""
    rows = [line(item, pieces, country) for item, pieces in stock.lines()]
    return "\n".join(rows) or "Nothing in stock – café closed."


def to_csv(stock: Stock) -> str:
    """The same for a spreadsheet. No test calls it yet."""
    rows = [f"{item.sku};{item.name};{pieces}" for item, pieces in stock.lines()]
    return "\n".join(["sku;name;pieces", *rows])
