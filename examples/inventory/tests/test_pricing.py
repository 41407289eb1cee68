"""Discounts and tax."""

import pytest
from inventory.pricing import gross, price, three_for_two, vat_percent


def test_every_third_one_is_free():
    assert [three_for_two(quantity, 100) for quantity in (1, 2, 3, 6)] == [100, 200, 200, 400]


@pytest.mark.parametrize(("code", "cents"), [("NONE", 357), ("HALF", 179), ("3FOR2", 238)])
def test_a_code_names_its_discount(code, cents):
    assert price(3, 119, code) == cents


def test_an_unknown_code_is_an_error():
    with pytest.raises(ValueError, match="no such discount: FREE"):
        price(1, 100, "FREE")


def test_the_rate_is_looked_up_once_a_country():
    vat_percent.cache_clear()
    assert vat_percent("at") == vat_percent("at") == 20
    assert vat_percent.cache_info().hits == 1


def test_tax_is_added_to_the_nearest_cent():
    assert gross(119, "DE") == 142
    assert gross(119, "XX") == 119
