"""What things cost, in whole cents: discounts by code, and value-added tax."""

from collections.abc import Callable
from functools import lru_cache

Rule = Callable[[int, int], int]
"""From a quantity and the cents for one, to the cents for all."""

RULES: dict[str, Rule] = {}

VAT_PERCENT = {"AT": 20, "DE": 19, "FR": 20}


def discount(code: str) -> Callable[[Rule], Rule]:
    """Put the function below into `RULES` under a code."""

    def register(rule: Rule) -> Rule:
        RULES[code] = rule
        return rule

    return register


@discount("NONE")
def full_price(quantity: int, cents: int) -> int:
    """No discount at all."""
    return quantity * cents


@discount("HALF")
def half_price(quantity: int, cents: int) -> int:
    """Half of everything, rounded up to a cent."""
    return (quantity * cents + 1) // 2


@discount("3FOR2")
def three_for_two(quantity: int, cents: int) -> int:
    """Every third one is free."""
    return full_price(quantity - quantity // 3, cents)


def price(quantity: int, cents: int, code: str = "NONE") -> int:
    """The price before tax, with the discount that the code stands for."""
    if code not in RULES:
        raise ValueError(f"no such discount: {code}")
    return RULES[code](quantity, cents)


@lru_cache(maxsize=64)
def vat_percent(country: str) -> int:
    """The rate of a country, 0 where none is known."""
    return VAT_PERCENT.get(country.upper(), 0)


def gross(net: int, country: str) -> int:
    """The price with tax, rounded to the nearest cent."""
    return (net * (100 + vat_percent(country)) + 50) // 100
